"""A ready cache file for fresh terminals: all streams as the terminal's own tables, zstd, with a signed manifest.

Rows and head of a bucket are read in one transaction, so every bucket stands exactly where `vectors` say; deltas go on
from there. Rows are staged beside the file and written in the order of their keys, so its pages are full and nothing
needs a VACUUM; sorting spills to disk, so memory stays bounded whatever the number of members.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import msgspec
import zstandard
from sqlalchemy import select

from loyalty.api import SnapshotManifest
from loyalty.cache_file import DDL, Finders, finders, key_bytes
from loyalty.events import canonical
from loyalty.feed import STREAMS, Head, IdentRow, Stream
from sync_server.identity import Identity
from sync_server.schema import BUCKET_HEAD, FEED
from sync_server.store import Store, Tx, open_scratch

ZSTD_LEVEL = 3
CHUNK_BYTES = 1024 * 1024
KEPT = 2
FOUND_BY = Finders._fields
"""The newest, and the one before it, which a terminal may still be fetching."""
LEFT_MS = 24 * 3600 * 1000
"""A file that no manifest names and that is older was left by a process that died, or by a generation that is over."""
_ident = msgspec.json.Decoder(IdentRow)
_manifest = msgspec.json.Decoder(SnapshotManifest)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Held by whoever makes a snapshot in this folder, over all processes that share it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / "making.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def make_snapshot(store: Store, identity: Identity, folder: Path, now_ms: int, snapshot_id: str) -> SnapshotManifest:
    """Build, compress, sign and keep a snapshot; older ones but the last go."""
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix="making-", dir=folder))
    try:
        vectors, rows = _build(store, identity.gen, work / "cache.db", work / "stage.db")
        packed = _compress(work / "cache.db", work / "cache.zst")
        manifest = SnapshotManifest(
            snapshot_id,
            identity.gen,
            now_ms,
            (work / "cache.zst").stat().st_size,
            packed,
            (work / "cache.db").stat().st_size,
            rows,
            vectors,
        )
        manifest = msgspec.structs.replace(manifest, signature=identity.signer.sign(canonical(manifest)).hex())
        os.replace(work / "cache.zst", blob_path(folder, snapshot_id))
        (work / "manifest").write_bytes(canonical(manifest))
        os.replace(work / "manifest", folder / f"{now_ms:015d}-{snapshot_id}.json")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _forget_old(folder)
    return manifest


def blob_path(folder: Path, snapshot_id: str) -> Path:
    return folder / f"{snapshot_id}.zst"


def newest_snapshot(folder: Path, gen: str) -> SnapshotManifest | None:
    """The newest snapshot of this generation whose file is there."""
    for path in sorted(folder.glob("*.json"), reverse=True):
        manifest = _manifest.decode(path.read_bytes())
        if manifest.gen == gen and blob_path(folder, manifest.snapshot_id).is_file():
            return manifest
    return None


def _build(store: Store, gen: str, path: Path, stage: Path) -> tuple[dict[Stream, tuple[Head, ...]], dict[Stream, int]]:
    file = open_scratch(path)
    try:
        for pragma in ("page_size=4096", "journal_mode=OFF", "cache_size=-65536", "temp_store=FILE"):
            file.execute(f"PRAGMA {pragma}")
        file.execute("ATTACH ? AS stage", (str(stage),))
        file.execute("PRAGMA stage.journal_mode=OFF")
        file.execute("PRAGMA stage.synchronous=OFF")
        _make_tables(file)
        file.execute("BEGIN")
        vectors, rows = _stage_rows(store, file)
        for table in (*STREAMS, *FOUND_BY):
            file.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM stage.{table} ORDER BY 1")
        heads = ((stream, head.bucket, head.seq, head.checksum) for stream in STREAMS for head in vectors[stream])
        file.executemany("INSERT INTO main.cursor (stream, bucket, seq, checksum) VALUES (?, ?, ?, ?)", heads)
        file.execute("INSERT INTO main.meta VALUES ('gen', ?)", (gen,))
        file.execute("COMMIT")
    finally:
        file.close()
    return vectors, rows


def _make_tables(file: sqlite3.Connection) -> None:
    for statement in DDL:
        file.execute(statement)
    for stream in STREAMS:
        file.execute(f"CREATE TABLE stage.{stream} (key, bucket, change_seq, h, body)")
    for table in FOUND_BY:
        file.execute(f"CREATE TABLE stage.{table} (value, member)")


def _stage_rows(store: Store, file: sqlite3.Connection) -> tuple[dict[Stream, tuple[Head, ...]], dict[Stream, int]]:
    """Copy bucket by bucket, each with its head from the same transaction."""
    vectors: dict[Stream, list[Head]] = {stream: [] for stream in STREAMS}
    rows: dict[Stream, int] = dict.fromkeys(STREAMS, 0)
    with store.read() as tx:
        buckets = tx.execute(select(BUCKET_HEAD.c.bucket).distinct().order_by(BUCKET_HEAD.c.bucket)).scalars().all()
    for bucket in buckets:
        with store.read() as tx:
            heads = tx.execute(select(BUCKET_HEAD).where(BUCKET_HEAD.c.bucket == bucket)).all()
            for head in heads:
                vectors[head.stream].append(Head(bucket, head.seq, head.checksum))
                rows[head.stream] += _copy(tx, file, head.stream, bucket)
    return {stream: tuple(heads) for stream, heads in vectors.items()}, rows


def _copy(tx: Tx, file: sqlite3.Connection, stream: Stream, bucket: int) -> int:
    table = FEED[stream]
    query = select(table.c.key, table.c.change_seq, table.c.h, table.c.body).where(table.c.bucket == bucket)
    found = tx.execute(query).all()
    staged = ((key_bytes(stream, row.key), bucket, row.change_seq, row.h, row.body) for row in found)
    file.executemany(f"INSERT INTO stage.{stream} VALUES (?, ?, ?, ?, ?)", staged)
    if stream == "ident":
        _stage_finders(file, (row.body for row in found if row.body is not None))
    return len(found)


def _stage_finders(file: sqlite3.Connection, bodies: Iterable[bytes]) -> None:
    found: dict[str, list[tuple[str | bytes, bytes]]] = {table: [] for table in FOUND_BY}
    for body in bodies:
        for table, rows in finders(_ident.decode(body))._asdict().items():
            found[table] += rows
    for table, rows in found.items():
        file.executemany(f"INSERT INTO stage.{table} VALUES (?, ?)", rows)


def _compress(path: Path, to: Path) -> str:
    """Compress a file; the SHA-256 (hex) of what came out, which is what travels."""
    digest = sha256()
    packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_content_size=True).compressobj(size=path.stat().st_size)
    with path.open("rb") as source, to.open("wb") as packed:
        while chunk := source.read(CHUNK_BYTES):
            piece = packer.compress(chunk)
            digest.update(piece)
            packed.write(piece)
        piece = packer.flush()
        digest.update(piece)
        packed.write(piece)
        packed.flush()
        os.fsync(packed.fileno())
    return digest.hexdigest()


def drop_snapshots(folder: Path) -> None:
    """Every snapshot goes, one in the making too once it is made; the next till that asks has a fresh one made."""
    with one_at_a_time(folder):
        for path in (*folder.glob("*.json"), *folder.glob("*.zst")):
            path.unlink(missing_ok=True)


def purge_snapshots(folder: Path, gen: str, now_ms: int, dry_run: bool = False) -> int:
    """Take away snapshots of another generation, and files a snapshot cut short has left; how many files."""
    manifests = sorted(folder.glob("*.json"), reverse=True)
    mine = [path for path in manifests if _manifest.decode(path.read_bytes()).gen == gen][:KEPT]
    kept = {*mine, *(blob_path(folder, path.stem.partition("-")[2]) for path in mine)}
    files = (*folder.glob("*.zst"), *folder.glob("making-*"))
    over = [
        *(path for path in manifests if path not in kept),
        *(path for path in files if _is_left(path, kept, now_ms)),
    ]
    for path in () if dry_run else over:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(over)


def _is_left(path: Path, kept: Container[Path], now_ms: int) -> bool:
    """Whether no manifest names it and nobody can be writing it any more."""
    return path not in kept and path.exists() and now_ms - path.stat().st_mtime * 1000 > LEFT_MS


def _forget_old(folder: Path) -> None:
    known = sorted(folder.glob("*.json"), reverse=True)
    for path in known[KEPT:]:
        blob_path(folder, path.stem.partition("-")[2]).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
