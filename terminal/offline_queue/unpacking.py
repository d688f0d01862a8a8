"""A packed file summed and unpacked in one pass, while it still grows."""

from hashlib import sha256
from io import BufferedWriter
from pathlib import Path
from typing import IO, cast

import zstandard

from loyalty.errors import LinkFault
from loyalty.sentences import sentence
from terminal.offline_queue.http_reply import MAX_WINDOW_BYTES

PIECE_BYTES = 256 * 1024


class Unpacking:
    """Of `packed` into `path`, which begins anew and never holds more than `limit_bytes`. After an error it is over."""

    def __init__(self, packed: Path, path: Path, limit_bytes: int) -> None:
        self._packed = packed
        self._path = path
        self._limit_bytes = limit_bytes
        self._digest = sha256()
        out = cast("IO[bytes]", self)  # of a file it only calls `write`
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).stream_writer(out)
        self._file: BufferedWriter | None = None
        self._taken_bytes = 0
        self.file_bytes = 0
        """Unpacked, so far."""

    def follow(self) -> None:
        """Take what has been added to the packed file since. Raises LinkFault where it is none, OSError."""
        with self._packed.open("rb") as source, self._path.open("ab" if self._taken_bytes else "wb") as self._file:
            source.seek(self._taken_bytes)
            while piece := source.read(PIECE_BYTES):
                self._digest.update(piece)
                try:
                    self._unpacker.write(piece)
                except zstandard.ZstdError as error:
                    raise bad_snapshot("zstd") from error
                self._taken_bytes += len(piece)

    def write(self, piece: bytes) -> int:
        """The unpacker's way out: 128 KiB at most at a time, whatever they were packed into."""
        assert self._file is not None
        self.file_bytes += len(piece)
        if self.file_bytes > self._limit_bytes:
            raise bad_snapshot("size")
        return self._file.write(piece)

    def sha256(self) -> str:
        """Of the packed bytes so far, in hex."""
        return self._digest.hexdigest()


def bad_snapshot(what: str) -> LinkFault:
    return LinkFault(sentence("cache.snapshot", what=what))
