"""Segments decompressed, never to more than they may have."""

import zstandard

from loyalty.chain import MAX_PAYLOAD_BYTES
from loyalty.errors import BadInput
from loyalty.sentences import sentence

MAX_WINDOW_BYTES = 8 * 1024 * 1024

SENTENCES = {
    "segment.unpack": ("Пакет событий не распаковывается", "The segment does not decompress"),
}


def decompress(blob: bytes, size: int) -> bytes:
    """A zstd blob of exactly `size` bytes, never more than a payload may have. Raises BadInput."""
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).stream_reader(blob)
        payload = reader.read(min(size, MAX_PAYLOAD_BYTES) + 1)
    except zstandard.ZstdError as error:
        raise BadInput(sentence("segment.unpack")) from error
    if len(payload) != size:
        raise BadInput(sentence("segment.unpack"))
    return payload
