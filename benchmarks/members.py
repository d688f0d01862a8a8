"""A cache file with any number of members, made fast: rows as the head office would send them, in the order of keys.

Ids look like UUIDv7, cards and phones stand in another order than ids, every member has an account of their own. Bodies
are put together as text; a sample of each kind is compared with `canonical`, so a change of the rows cannot go unseen.
"""

from __future__ import annotations

import hmac
import sqlite3
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import msgspec

from loyalty.cache_file import DDL
from loyalty.codes import card_number, gtin_check_digit
from loyalty.events import BUCKETS, bucket_of, canonical
from loyalty.feed import BalanceRow, FeedRow, Head, IdentRow, Stream, checksum_add, row_hash
from terminal.offline_queue.keys import phone_hash

CARD_PREFIX = "299"
FIRST_MS = 1_750_000_000_000
_SEED = 2026
_SAMPLES = 50
_NAMES = ("Мария И.", "Иван П.", "Ольга С.", "Пётр К.", "Елена В.", "Андрей М.", "Наталья Л.", "Сергей Ф.")
_STATUSES = ("novice", "passenger", "conductor", "driver", "master", "legend")


@dataclass(frozen=True, slots=True)
class CacheFile:
    """A cache at rest and what a manifest says of it."""

    path: Path
    members: int
    vectors: dict[Stream, tuple[Head, ...]]
    rows: dict[Stream, int]


def build_cache(path: Path, count: int, gen: str, scope_key: str, others: dict[Stream, list[FeedRow]]) -> CacheFile:
    """Write the file: `count` members with cards, phones and balances, and `others` (goods, programmes, bucket 0)."""
    file = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in ("page_size=4096", "journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"):
            file.execute(f"PRAGMA {pragma}")
        for statement in DDL:
            file.execute(statement)
        file.execute("BEGIN")
        vectors = {stream: _put(file, stream, _few(stream, rows)) for stream, rows in others.items()}
        people = _People(count, scope_key)
        vectors["ident"] = _put(file, "ident", people.rows("ident", people.ident))
        vectors["bal"] = _put(file, "bal", people.rows("bal", people.balance))
        file.executemany("INSERT INTO card VALUES (?, ?)", people.by_card())
        file.executemany("INSERT INTO phone VALUES (?, ?)", people.by_phone())
        heads = [(stream, *msgspec.structs.astuple(head)) for stream, heads in vectors.items() for head in heads]
        file.executemany("INSERT INTO cursor (stream, bucket, seq, checksum) VALUES (?, ?, ?, ?)", heads)
        file.execute("INSERT INTO meta VALUES ('gen', ?)", (gen,))
        file.execute("COMMIT")
    finally:
        file.close()
    rows: dict[Stream, int] = {**{stream: len(few) for stream, few in others.items()}, "ident": count, "bal": count}
    return CacheFile(path, count, vectors, rows)


def card(place: int) -> str:
    """The card at `place`, 0 up to the number of members, in the order of card numbers."""
    return card_number(CARD_PREFIX, place)


Row = tuple[bytes, int, int, int, bytes]
"""key, bucket, change_seq, h, body: as the stream's table has them."""


def _put(file: sqlite3.Connection, stream: Stream, rows: Iterator[Row]) -> tuple[Head, ...]:
    """Insert the rows; where each bucket stands after them."""
    seqs, sums = [0] * BUCKETS, [0] * BUCKETS

    def counted() -> Iterator[Row]:
        for row in rows:
            seqs[row[1]] = row[2]
            sums[row[1]] += row[3]
            yield row

    file.executemany(f"INSERT INTO {stream} VALUES (?, ?, ?, ?, ?)", counted())
    return tuple(Head(bucket, seq, checksum_add(sums[bucket])) for bucket, seq in enumerate(seqs) if seq)


def _few(stream: Stream, rows: list[FeedRow]) -> Iterator[Row]:
    for row in sorted(rows, key=lambda row: row.key):
        assert row.live is not None
        yield row.key.encode(), 0, row.change_seq, row_hash(stream, row.key, row.change_seq, row.live), row.live


class _People:
    """All that follows from the number of members; equal numbers give equal files."""

    def __init__(self, count: int, scope_key: str) -> None:
        self._count = count
        scope = bytes.fromhex(scope_key)
        self._noise = Random(_SEED).randbytes(10 * count)
        self._phones = b"".join(hmac.digest(scope, _phone_number(n).encode(), "sha256")[:16] for n in range(count))
        self._cards = list(_card_numbers(count))
        # Member n has the card at place n * step: a walk over all places, since step and count have no common divisor.
        self._step = next(step for step in range(count * 5 // 8 + 1, 2 * count) if _coprime(step, count))
        self._buckets = array("B", (bucket_of(self._key(n).hex()) for n in range(count)))
        _check(IdentRow, self.ident, count)
        _check(BalanceRow, self.balance, count)
        assert self._phone(count - 1).hex() == phone_hash(scope_key, _phone_number(count - 1))
        assert self._cards[-1] == card(count - 1)

    def rows(self, stream: Stream, body: Callable[[int], bytes]) -> Iterator[Row]:
        seqs = [0] * BUCKETS
        for n, bucket in enumerate(self._buckets):
            key, made = self._key(n), body(n)
            seqs[bucket] += 1
            yield key, bucket, seqs[bucket], row_hash(stream, key.hex(), seqs[bucket], made), made

    def ident(self, n: int) -> bytes:
        member, digest = self._key(n).hex(), self._phone(n).hex()
        audiences = '"audiences":["parents"],' if n % 8 == 0 else ""
        return (
            f'{{"account_id":"{member}",{audiences}"birthday_md":"{n % 12 + 1:02}-{n % 28 + 1:02}",'
            f'"cards":["{self._cards[n * self._step % self._count]}"],"member_id":"{member}",'
            f'"name_masked":"{_NAMES[n % 8]}","phone_hash":"{digest}","phone_tail":"{n % 100:02}"}}'
        ).encode()

    def balance(self, n: int) -> bytes:
        brought = f'"grants":[{{"given_on":"2026-08-01","status":"{_STATUSES[n % 5 + 1]}"}}],' if n % 6 == 0 else ""
        return (
            f'{{"account_id":"{self._key(n).hex()}","progress":{{{brought}'
            f'"seasons":[{{"days":[20667{",3" * (n % 12)}],"earned_points":{{"main":{n % 300 + 1}}},'
            f'"receipts":{n % 12 + 1},"season":"2026/27","sold_minor":{n * 7919 % 999_900 + 100}}}]}},'
            f'"wallets":{{"main":{n * 31 % 5000}}}}}'
        ).encode()

    def by_card(self) -> Iterator[tuple[str, bytes]]:
        back = pow(self._step, -1, self._count) if self._count > 1 else 0
        return ((number, self._key(place * back % self._count)) for place, number in enumerate(self._cards))

    def by_phone(self) -> list[tuple[bytes, bytes]]:
        return sorted((self._phone(n), self._key(n)) for n in range(self._count))

    def _key(self, n: int) -> bytes:
        return (FIRST_MS + n).to_bytes(6, "big") + self._noise[10 * n : 10 * n + 10]

    def _phone(self, n: int) -> bytes:
        return self._phones[16 * n : 16 * n + 16]


def _check(kind: type[IdentRow] | type[BalanceRow], body: Callable[[int], bytes], count: int) -> None:
    for n in {*range(0, count, max(1, count // _SAMPLES)), count - 1}:
        assert canonical(msgspec.json.decode(body(n), type=kind)) == body(n)


def _phone_number(n: int) -> str:
    return f"+7903{n:07}"


def _card_numbers(count: int) -> Iterator[str]:
    """As `card` gives them; a check digit is a sum, so that of the last three digits is worked out once."""
    low = [int(gtin_check_digit(f"{last:03}")) for last in range(1000)]
    for first in range(0, count, 1000):
        head = f"{CARD_PREFIX}{first // 1000:06}"
        high = int(gtin_check_digit(head + "000"))
        yield from (f"{head}{last:03}{(high + low[last]) % 10}" for last in range(min(1000, count - first)))


def _coprime(one: int, other: int) -> bool:
    while other:
        one, other = other, one % other
    return one == 1
