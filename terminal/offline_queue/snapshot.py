"""A ready cache file on its way in: fetched in parts that survive a restart, unpacked beside the cache, checked.

`snapshot.json` names what `snapshot.part` is part of; `cache.fresh` is the unpacked file, until it becomes the cache.
While one part arrives, the one before it is summed and unpacked on another thread.
"""

import errno
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage

import httpx
import msgspec

from loyalty.api import SnapshotManifest
from loyalty.cache_file import CACHE_VERSION
from loyalty.errors import LinkFault
from loyalty.feed import STREAMS, FeedRow, Head
from terminal.offline_queue import cache_disk, cache_install, cache_words
from terminal.offline_queue.cache_install import Cursor
from terminal.offline_queue.disk import write_whole
from terminal.offline_queue.http_reply import CHUNK_BYTES, decode, not_ours, offline
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.unpacking import Unpacking, bad_snapshot

PutPart = Callable[[int, bytes], None]
PART_WITHIN_S = 600.0
MAX_FILE_BYTES = 8 * 1024**3
_manifest = msgspec.json.Decoder(SnapshotManifest)
_nothing = msgspec.json.Decoder(type(None))


def take_part(response: httpx.Response, offset: int, most_bytes: int, put: PutPart) -> int:
    """Pass the body on as it comes; where the file ends now. A cut reply keeps what came before the cut.

    A server that ignores Range answers 200 with the whole file: then it begins at 0 again.
    """
    url = str(response.request.url.copy_with(path="/", query=None))
    if response.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        decode(response, _nothing, CHUNK_BYTES, time.monotonic() + PART_WITHIN_S)
    at = 0 if response.status_code == httpx.codes.OK else offset
    begins = response.headers.get("content-range", "")
    if response.status_code == httpx.codes.PARTIAL_CONTENT and not begins.startswith(f"bytes {offset}-"):
        raise not_ours(f"content-range {begins}", url)
    if response.headers.get("content-encoding", "identity") != "identity":
        raise not_ours("content-encoding", url)
    until_s = time.monotonic() + PART_WITHIN_S
    for chunk in response.iter_raw():
        if at + len(chunk) > most_bytes:
            raise not_ours(f"> {most_bytes} B", url)
        put(at, chunk)
        at += len(chunk)
        if time.monotonic() > until_s:
            raise offline()
    return at


class SnapshotFile:
    """The parts of one snapshot in the till's folder."""

    def __init__(self, folder: Path) -> None:
        self._part = folder / "snapshot.part"
        self._about = folder / "snapshot.json"
        self._worker = ThreadPoolExecutor(1, "unpack")
        self._unpacking: Unpacking | None = None
        self._following: Future[None] | None = None
        self.fresh = folder / "cache.fresh"

    def begin(self, manifest: SnapshotManifest) -> int:
        """How much of this very snapshot is here from before; parts of another go. Raises LinkFault, StoreFault."""
        if not (0 < manifest.bytes <= MAX_FILE_BYTES and 0 < manifest.file_bytes <= MAX_FILE_BYTES):
            raise bad_snapshot("size")
        if self._known() == manifest and self._part.exists():
            return min(self._part.stat().st_size, manifest.bytes)
        self.forget()
        if disk_usage(self._part.parent).free < manifest.bytes + 2 * manifest.file_bytes:
            raise store_fault("store.full", file="cache.db")
        write_whole(self._about, msgspec.json.encode(manifest))
        self._part.touch(mode=0o600)
        return 0

    @contextmanager
    def part(self, manifest: SnapshotManifest) -> Iterator[PutPart]:
        """What puts the pieces of one part in their places. Raises as `stage` does."""
        with self._checked():
            with self._part.open("r+b") as file:

                def put(at: int, piece: bytes) -> None:
                    file.seek(at)
                    file.write(piece)
                    file.truncate()

                yield put
            self._following = self._worker.submit(self._caught_up(manifest).follow)

    def stage(self, manifest: SnapshotManifest) -> None:
        """Check the sum of what came, and what it unpacks to. Raises LinkFault (and forgets it all), StoreFault."""
        with self._checked():
            unpacking = self._caught_up(manifest)
            unpacking.follow()
            self._stop_unpacking()  # the file is changed from here on: another time it is unpacked anew
            if unpacking.sha256() != manifest.sha256:
                raise bad_snapshot("sha256")
            if unpacking.file_bytes != manifest.file_bytes:
                raise bad_snapshot("size")
            self._check_file(manifest)
            cache_words.build(self.fresh)

    def install(self, rows: tuple[FeedRow, ...], to: Cursor, afresh: bool) -> bool:
        """Rows of one bucket into the unpacked file, before it is used."""
        connection = sqlite3.connect(self.fresh, isolation_level=None)
        try:
            connection.execute("BEGIN")
            sound = cache_install.install(connection, rows, to, afresh)
            connection.execute("COMMIT")
        finally:
            connection.close()
        return sound

    def forget(self) -> None:
        self._stop_unpacking()
        for path in (self._part, self._about):
            path.unlink(missing_ok=True)
        cache_disk.forget(self.fresh)

    def _known(self) -> SnapshotManifest | None:
        try:
            return _manifest.decode(self._about.read_bytes())
        except (OSError, msgspec.MsgspecError):
            return None

    def _caught_up(self, manifest: SnapshotManifest) -> Unpacking:
        """The unpacking, at rest; begun where there is none, as after a restart."""
        if self._following is not None:
            self._following.result()
        if self._unpacking is None:
            cache_disk.forget(self.fresh)
            self._unpacking = Unpacking(self._part, self.fresh, manifest.file_bytes)
        return self._unpacking

    def _stop_unpacking(self) -> None:
        if self._following is not None:
            self._following.exception()  # waits
        self._following = self._unpacking = None

    @contextmanager
    def _checked(self) -> Iterator[None]:
        """What is not the snapshot that was signed is forgotten; what the disk did not take is unpacked again."""
        try:
            yield
        except LinkFault as fault:
            if fault.code == "cache.snapshot":
                self.forget()
            raise
        except sqlite3.DatabaseError as error:
            self.forget()
            raise bad_snapshot(str(error)) from error
        except OSError as error:
            self._stop_unpacking()
            code = "store.full" if error.errno == errno.ENOSPC else "store.disk"
            raise store_fault(code, file=self.fresh.name, what=str(error)) from error

    def _check_file(self, manifest: SnapshotManifest) -> None:
        """That the file is a cache of this version and stands where the signed manifest says."""
        connection = sqlite3.connect(self.fresh, isolation_level=None)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            gen = connection.execute("SELECT value FROM meta WHERE name = 'gen'").fetchone()
            cursors = connection.execute("SELECT stream, bucket, seq, checksum FROM cursor").fetchall()
        finally:
            connection.close()
        stands = {(stream, Head(bucket, seq, checksum)) for stream, bucket, seq, checksum in cursors}
        agreed = {(stream, head) for stream in STREAMS for head in manifest.vectors.get(stream, ())}
        if version != CACHE_VERSION or gen is None or gen[0] != manifest.gen or stands != agreed:
            raise bad_snapshot("contents")
