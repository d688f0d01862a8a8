"""A real head office on loopback whose snapshot is a cache file of ours: `kopilka-server run`, in its own process.

Its feed is not filled, which would take longer than everything measured here: it has the heads of the buckets, so that
a terminal sees how far behind it is, and the packed file those heads are of.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec
import zstandard

from benchmarks.members import CacheFile
from benchmarks.shop import GEN, OFFICE, STORE
from benchmarks.terminal_screen import ROOT
from loyalty.api import SnapshotManifest
from loyalty.events import canonical
from sync_server.clock import now_ms, random_bytes
from sync_server.enrol import make_code
from sync_server.identity import Identity, read_identity
from sync_server.migrate import init_store
from sync_server.rows import insert_rows
from sync_server.schema import BUCKET_HEAD
from sync_server.settings import Settings
from sync_server.snapshot import CHUNK_BYTES, ZSTD_LEVEL, blob_path
from sync_server.store import Store, open_store
from terminal.offline_queue.enrol import enrol

SNAPSHOT = "5" * 32
STOP_S = 20.0


class HeadOffice:
    """Where it answers, and the packed file it gives out."""

    def __init__(self, url: str, packed: Path, store: Store, identity: Identity) -> None:
        self.url = url
        self.packed = packed
        self._store = store
        self._identity = identity

    def one_time_code(self) -> str:
        return make_code(self._store, self._identity, STORE, "North stand", now_ms(), random_bytes)


@contextmanager
def head_office(folder: Path, cache: CacheFile) -> Iterator[HeadOffice]:
    """Set up in `folder`, and running; it stops at the end."""
    settings = Settings(folder)
    store = open_store(settings.url)
    try:
        # Every key it makes is one of `shop`: so what is signed there is signed by this head office.
        init_store(store, lambda count: bytes(range(count)))
        store.write(lambda tx: insert_rows(tx, BUCKET_HEAD, _heads(cache)), "many")
        settings.snapshots.mkdir()
        packed = _pack(cache, settings.snapshots)
        with running(folder) as url:
            yield HeadOffice(url, packed, store, read_identity(store))
    finally:
        store.close()


def _heads(cache: CacheFile) -> list[dict[str, object]]:
    return [
        {"bucket": head.bucket, "stream": stream, "seq": head.seq, "checksum": head.checksum, "low_water": 0}
        for stream, heads in cache.vectors.items()
        for head in heads
    ]


def _pack(cache: CacheFile, snapshots: Path) -> Path:
    """The file as the head office packs it, with its signed manifest."""
    packed, size = blob_path(snapshots, SNAPSHOT), cache.path.stat().st_size
    packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_content_size=True)
    with cache.path.open("rb") as source, packed.open("wb") as target:
        packer.copy_stream(source, target, size=size, read_size=CHUNK_BYTES)
    digest = sha256()
    with packed.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    manifest = SnapshotManifest(
        SNAPSHOT, GEN, now_ms(), packed.stat().st_size, digest.hexdigest(), size, cache.rows, cache.vectors
    )
    signed = msgspec.structs.replace(manifest, signature=OFFICE.sign(canonical(manifest)).hex())
    (snapshots / f"{manifest.made_at_ms:015d}-{SNAPSHOT}.json").write_bytes(canonical(signed))
    return packed


def enrol_till(url: str, database: str, folder: Path) -> None:
    """Bring a till in at the head office that serves `database` at `url`; `folder` becomes the till's."""
    store = open_store(database)
    try:
        code = make_code(store, read_identity(store), STORE, "North stand", now_ms(), random_bytes)
    finally:
        store.close()
    enrol(url, code, "Till", folder)


@contextmanager
def running(folder: Path, database: str = "") -> Iterator[str]:
    """The server's process; tied to this one, it ends when its standard input does."""
    where = ["--data", str(folder), *(["--database", database] if database else [])]
    command = [sys.executable, "-m", "sync_server", "run", *where, "--port", "0", "--tied"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        said = server.stdout.readline()
        if "http" not in said:
            raise RuntimeError(f"the head office did not start: {said!r}")
        yield said[said.index("http") :].strip()
    finally:
        server.stdin.close()
        server.wait(STOP_S)
        server.stdout.close()
