"""Carries the events of another till to the head office: from the file that till wrote, as they are.

Its segments keep that till's signature, so this till adds nothing and its own queue has no part in it.
"""

from http import HTTPStatus
from pathlib import Path

from loyalty import segments_told
from loyalty.api import CarriedReply
from loyalty.errors import BadInput
from loyalty.segment_file import MAX_FILE_BYTES, SegmentFile, read_segment_file
from loyalty.sentences import Sentence
from terminal.offline_queue.client import Client
from terminal.offline_queue.http_reply import Refusal


def carry(path: Path, client: Client) -> Sentence:
    """What to say of a file that the head office has whole. Raises BadInput, LinkFault, OSError: why it has not; then
    the same file may be brought again.
    """
    with path.open("rb") as data:
        file = read_segment_file(data.read(MAX_FILE_BYTES + 1), path.name)
    new = 0
    for segment in file.segments:
        try:
            taken = _bring(file, segment, client)
        except Refusal as refusal:
            reply = refusal.reply
            said = segments_told.not_taken(reply.code, file.manifest, segment, reply.acked, new)
            if not said or refusal.status == HTTPStatus.GONE:  # this till itself is revoked
                raise
            raise BadInput(*said) from refusal
        new += segments_told.events_in(segment) if taken.new else 0
    return segments_told.taken(file.manifest, new)


def _bring(file: SegmentFile, segment: bytes, client: Client) -> CarriedReply:
    """The file's keys are announced only where a segment is of nobody known: that till may have begun a newer key since
    it wrote the file, and to announce an old one is what a copy of it would do."""
    try:
        return client.carry(segment)
    except Refusal as refusal:
        if not file.manifest.keys or refusal.reply.code != "unknown":
            raise
    _tell_keys(file, client)
    return client.carry(segment)


def _tell_keys(file: SegmentFile, client: Client) -> None:
    try:
        client.tell_keys(file.manifest.keys, file.manifest.terminal)
    except Refusal as refusal:
        code = {"unsigned": "unknown"}.get(refusal.reply.code, refusal.reply.code)
        said = segments_told.not_taken(code, file.manifest, file.segments[0], None, 0)
        if not said:
            raise
        raise BadInput(*said) from refusal
