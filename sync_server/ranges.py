"""A snapshot's bytes, whole or from a place on (RFC 9110 Range), so that a cut download goes on where it stopped."""

import re
from collections.abc import Iterator
from pathlib import Path

from litestar.response import Stream

from sync_server.refusals import Refused
from sync_server.snapshot import CHUNK_BYTES, blob_path

MEDIA_TYPE = "application/zstd"
_ID = re.compile(r"[0-9a-f]{32}")
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})")


def ranged_file(folder: Path, snapshot_id: str, asked: str) -> Stream:
    """The bytes asked for. Raises Refused unknown, and 416 for a range past the end."""
    path = blob_path(folder, snapshot_id)
    if not _ID.fullmatch(snapshot_id) or not path.is_file():
        raise Refused(404, "unknown", "this snapshot is no more: ask for the manifest again")
    size = path.stat().st_size
    match = _RANGE.fullmatch(asked.strip())
    headers = {"accept-ranges": "bytes", "etag": f'"{snapshot_id}"', "content-length": str(size)}
    if match is None:
        return Stream(_chunks(path, 0, size), media_type=MEDIA_TYPE, headers=headers)
    first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    if first > last:
        raise Refused(416, "bad_request", f"the snapshot has {size} bytes")
    headers |= {"content-range": f"bytes {first}-{last}/{size}", "content-length": str(last - first + 1)}
    return Stream(_chunks(path, first, last + 1), media_type=MEDIA_TYPE, headers=headers, status_code=206)


def _chunks(path: Path, first: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while first < end:
            chunk = file.read(min(CHUNK_BYTES, end - first))
            if not chunk:
                return
            first += len(chunk)
            yield chunk
