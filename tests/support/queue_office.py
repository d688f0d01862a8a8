"""A tiny head office in memory for the tests of terminal.offline_queue, spoken to through httpx.MockTransport.

It knows one terminal, stores its segments, applies them to balances, and feeds rows; faults are put in from outside.
"""

import sqlite3
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import msgspec
import zstandard

from loyalty.api import (
    EnrolReply,
    ErrorReply,
    PersonalReply,
    PersonalUpload,
    Position,
    SegmentReply,
    SnapshotManifest,
)
from loyalty.cache_file import DDL, finders, key_bytes
from loyalty.chain import ZERO_HASH, Segment, check_events, read_segment, unpack_payload
from loyalty.events import (
    ReturnCompleted,
    SaleCompleted,
    account_of,
    bucket_of,
    canonical,
    decode_body,
    decode_envelope,
)
from loyalty.feed import (
    STREAMS,
    TOMBSTONE,
    Applied,
    BalanceRow,
    DeltaPage,
    FeedRow,
    Head,
    Heads,
    IdentRow,
    Stream,
    checksum_add,
    row_hash,
)
from loyalty.ledger import receipt_entries
from tests.support.queue_samples import OFFICE, identity

Fault = Callable[[httpx.Request, httpx.Response], httpx.Response]


class Packed(httpx.Response):
    """A reply compressed by zstd; `content` is what goes over the wire."""

    def __init__(self, body: bytes) -> None:
        super().__init__(200, content=zstandard.ZstdCompressor().compress(body))
        self.headers["content-encoding"] = "zstd"


class Refused(Exception):
    def __init__(self, status: int, reply: ErrorReply, headers: dict[str, str] | None = None) -> None:
        self.status, self.reply, self.headers = status, reply, headers or {}


class Office:
    """`fault`, when set, gets every request with its reply and gives another, or raises."""

    def __init__(self, page_rows: int = 3) -> None:
        self.gen = "g1"
        self.page_rows = page_rows
        self.rows: dict[tuple[Stream, int], dict[str, FeedRow]] = {}
        self.heads: dict[tuple[Stream, int], Head] = {}
        self.events: list[bytes] = []
        self.hashes: list[str] = [ZERO_HASH.hex()]
        self.applied_seq = 0
        self.fence = "f0"
        self.personal: dict[str, object] = {}
        self.asked: list[str] = []
        self.fault: Fault | None = None
        self.snapshots: dict[str, tuple[SnapshotManifest, bytes]] = {}
        self.low_water = 0
        self.with_snapshot = False
        self.segments: list[bytes] = []

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path.removeprefix('/v1')}")
        try:
            response = self.route(request)
        except Refused as refused:
            response = httpx.Response(refused.status, content=canonical(refused.reply), headers=refused.headers)
        if self.fault:
            response = self.fault(request, response)
        return streamed(response)

    def route(self, request: httpx.Request) -> httpx.Response:
        _, _, name, *rest = request.url.path.split("/")
        if name not in ("segments", "enrol") and "signature-input" not in request.headers:
            raise Refused(401, ErrorReply("unsigned", "no signature"))
        if name == "snapshot" and rest:
            return self.part(rest[0], request.headers.get("range", ""))
        body: object
        match name:
            case "segments":
                body = self.take(read_segment(request.content), request.headers["kopilka-fence"])
                self.segments.append(request.content)
            case "personal":
                upload = msgspec.json.decode(request.content, type=PersonalUpload)
                self.personal |= {item.event_id: item for item in upload.items}
                body = PersonalReply(tuple(item.event_id for item in upload.items))
            case "heads":
                streams = {s: tuple(h for (of, _), h in sorted(self.heads.items()) if of == s) for s in STREAMS}
                body = Heads(self.gen, 1, streams)
            case "delta":
                body = self.delta(rest[0], rest[1], int(rest[2]), int(rest[3]))  # type: ignore[arg-type]
            case "snapshot":
                body = self.manifest()
            case "enrol":
                told = identity()
                body = EnrolReply(**{name: getattr(told, name) for name in EnrolReply.__struct_fields__})
            case _:
                raise Refused(404, ErrorReply("unknown", "no such path"))
        return Packed(canonical(body))

    # -- up

    def position(self) -> Position:
        return Position(1, len(self.events), self.hashes[-1])

    def take(self, segment: Segment, fence: str) -> SegmentReply:
        header = segment.header
        raws = unpack_payload(zstandard.ZstdDecompressor().decompress(segment.blob))
        hashes = [digest.hex() for digest in check_events(header, raws)]
        place = ErrorReply("gap", "", self.position(), self.gen)
        if header.first_seq > len(self.events) + 1:
            raise Refused(409, place)
        theirs = self.hashes[header.first_seq : header.last_seq + 1]
        if header.prev_hash != self.hashes[header.first_seq - 1] or hashes[: len(theirs)] != theirs:
            raise Refused(409, ErrorReply("fork", "", self.position(), self.gen))
        if fence != self.fence:
            raise Refused(409, ErrorReply("fence", "", self.position(), self.gen))
        known = len(self.events) - header.first_seq + 1
        self.events += raws[known:]
        self.hashes += hashes[known:]
        at = self.position()
        return SegmentReply(at, at, self.gen, self.fence, 1)

    def apply(self) -> None:
        """Stage 2: fold what has come in into balances, all at once."""
        for raw in self.events[self.applied_seq :]:
            self.applied_seq += 1
            envelope = decode_envelope(raw)
            body = decode_body(envelope)
            account = account_of(body)
            if account and isinstance(body, SaleCompleted | ReturnCompleted):
                points = sum(entry.points for entry in receipt_entries(body.receipt, envelope.id))
                self.add_points(account, points)

    def lose(self, keep: int, gen: str) -> None:
        """Set back to an older state: only the first `keep` events are known, balances not even those."""
        self.events, self.hashes, self.gen = self.events[:keep], self.hashes[: keep + 1], gen
        self.applied_seq = 0
        for place in [place for place in self.rows if place[0] == "bal"]:
            del self.rows[place], self.heads[place]

    # -- down

    def put(self, stream: Stream, bucket: int, key: str, body: bytes | None) -> None:
        """Write one row under the next number of its bucket."""
        place = (stream, bucket)
        head = self.heads.get(place, Head(bucket, 0, 0))
        old = self.rows.setdefault(place, {}).get(key)
        row = FeedRow(key, head.seq + 1, TOMBSTONE if body is None else msgspec.Raw(body))
        removed = row_hash(stream, key, old.change_seq, old.live) if old else 0
        added = row_hash(stream, key, row.change_seq, row.live)
        self.heads[place] = Head(bucket, row.change_seq, checksum_add(head.checksum, added, removed))
        self.rows[place][key] = row

    def add_member(self, account: str, card: str) -> None:
        ident = IdentRow(account, account, "Мария И.", (card,))
        self.put("ident", bucket_of(account), account, canonical(ident))

    def add_points(self, account: str, points: int) -> None:
        self.put(
            "bal",
            bucket_of(account),
            account,
            canonical(BalanceRow(account, {"main": self.points(account) + points})),
        )

    def points(self, account: str) -> int:
        row = self.rows.get(("bal", bucket_of(account)), {}).get(account)
        return msgspec.json.decode(row.body, type=BalanceRow).wallets["main"] if row else 0

    def delta(self, gen: str, stream: Stream, bucket: int, from_seq: int) -> DeltaPage:
        if gen != self.gen:
            raise Refused(409, ErrorReply("gen", "", gen=self.gen))
        head = self.heads.get((stream, bucket), Head(bucket, 0, 0))
        refetch = from_seq > head.seq or 0 < from_seq < self.low_water
        rows = sorted(self.rows.get((stream, bucket), {}).values(), key=lambda row: row.change_seq)
        rows = [] if refetch else [row for row in rows if row.change_seq > from_seq]
        page = tuple(rows[: self.page_rows])
        drained = len(page) == len(rows)
        to_seq = head.seq if drained else page[-1].change_seq
        applied = Applied(1, self.applied_seq) if stream == "bal" and self.applied_seq else Applied()
        return DeltaPage(gen, stream, bucket, from_seq, to_seq, head.checksum, drained, refetch, applied, page)

    # -- the ready file

    def make_snapshot(self, folder: Path, snapshot_id: str = "5" * 32) -> SnapshotManifest:
        path = folder / "office-snapshot.db"
        path.unlink(missing_ok=True)
        file = sqlite3.connect(path)
        for statement in DDL:
            file.execute(statement)
        for (stream, bucket), rows in self.rows.items():
            for row in rows.values():
                digest = row_hash(stream, row.key, row.change_seq, row.live)
                values = (key_bytes(stream, row.key), bucket, row.change_seq, digest, row.live)
                file.execute(f"INSERT INTO {stream} VALUES (?, ?, ?, ?, ?)", values)
                if stream == "ident" and row.live:
                    for table, found in finders(msgspec.json.decode(row.live, type=IdentRow))._asdict().items():
                        file.executemany(f"INSERT INTO {table} VALUES (?, ?)", found)
        heads = [(stream, head.bucket, head.seq, head.checksum) for (stream, _), head in self.heads.items()]
        file.executemany("INSERT INTO cursor (stream, bucket, seq, checksum) VALUES (?, ?, ?, ?)", heads)
        file.execute("INSERT INTO meta VALUES ('gen', ?)", (self.gen,))
        file.commit()
        file.close()
        packed = zstandard.ZstdCompressor().compress(path.read_bytes())
        vectors = {s: tuple(h for (of, _), h in sorted(self.heads.items()) if of == s) for s in STREAMS}
        manifest = SnapshotManifest(
            snapshot_id, self.gen, 1, len(packed), sha256(packed).hexdigest(), path.stat().st_size, {}, vectors
        )
        manifest = msgspec.structs.replace(manifest, signature=OFFICE.sign(canonical(manifest)).hex())
        self.snapshots[snapshot_id] = (manifest, packed)
        path.unlink()
        return manifest

    def manifest(self) -> SnapshotManifest:
        if not self.snapshots:
            raise Refused(404, ErrorReply("unknown", "no snapshot"))
        return list(self.snapshots.values())[-1][0]

    def part(self, snapshot_id: str, asked: str) -> httpx.Response:
        packed = self.snapshots[snapshot_id][1]
        if not asked:
            return httpx.Response(200, content=packed)
        first, _, last = asked.removeprefix("bytes=").partition("-")
        piece = packed[int(first) : int(last) + 1]
        where = {"content-range": f"bytes {first}-{int(first) + len(piece) - 1}/{len(packed)}"}
        return httpx.Response(206, content=piece, headers=where)


class _Chunks(httpx.SyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        for at in range(0, len(self._content), 100):
            yield self._content[at : at + 100]


def streamed(response: httpx.Response) -> httpx.Response:
    """The reply as it comes over a wire: piece by piece."""
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return httpx.Response(response.status_code, headers=headers, stream=_Chunks(response.content))


def html(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """A captive portal answers everything, kindly."""
    return httpx.Response(200, html="<html><body>Welcome to Free Wi-Fi</body></html>")


def broken(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    return httpx.Response(500, text="Internal Server Error")


def silent(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def lost_reply(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """The head office did it, but nobody heard."""
    raise httpx.ReadTimeout("late", request=request)
