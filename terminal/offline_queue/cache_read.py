"""Look-ups in a cache file: what a scan waits for. Two prepared statements on the thread's own connection."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from loyalty.catalogue import Product
from loyalty.events import bucket_of
from loyalty.feed import Applied, BalanceRow, IdentRow, ProgrammeRow, SpentRow, Stream, version_key
from loyalty.stops import Stops
from loyalty.stops_told import STOPS_KEY, read_stops
from terminal.offline_queue import cache_words
from terminal.offline_queue.cache_install import Cursor
from terminal.offline_queue.journal_read import Held, Known
from terminal.offline_queue.keys import signed_by
from terminal.offline_queue.writer import Connection

T = TypeVar("T")
_BY_CARD = "SELECT ident.body FROM card JOIN ident ON ident.key = card.member WHERE card.card = ?"
_BY_PHONE = "SELECT ident.body FROM phone JOIN ident ON ident.key = phone.member WHERE phone.phone = ?"
_BY_BANK_CARD = "SELECT ident.body FROM bank_card b JOIN ident ON ident.key = b.member WHERE b.token = ?"
_BY_ID = "SELECT body FROM ident WHERE key = ?"
_BALANCE = """SELECT (SELECT body FROM bal WHERE key = ?), applied_epoch, applied_seq, as_of_ms
    FROM cursor WHERE stream = 'bal' AND bucket = ?"""
_APPLIED = "SELECT applied_epoch, applied_seq FROM cursor WHERE stream = 'bal' AND bucket = ?"
_ALL_APPLIED = "SELECT bucket, applied_epoch, applied_seq FROM cursor WHERE stream = 'bal'"
_ident = msgspec.json.Decoder(IdentRow)
_balance = msgspec.json.Decoder(BalanceRow)
_product = msgspec.json.Decoder(Product)
_programme = msgspec.json.Decoder(ProgrammeRow)
_spent = msgspec.json.Decoder(SpentRow)


class CacheReading:
    """Everything that is asked of a cache; whoever has the file says how it is read.

    `server_key` (hex) is the head office's Ed25519 key: programmes it did not sign are not given out.
    """

    def __init__(self, server_key: str) -> None:
        self._server_key = server_key
        self._as_of_ms = 0

    def _read(self, read: Callable[[Connection], T]) -> T:
        raise NotImplementedError

    def member_by_card(self, card: str) -> Known | None:
        return self._read(lambda c: self._known(c, _BY_CARD, card))

    def member_by_phone_hash(self, phone_hash: str) -> Known | None:
        """`phone_hash` is hex, by `keys.phone_hash`."""
        return self._read(lambda c: self._known(c, _BY_PHONE, bytes.fromhex(phone_hash)))

    def member_by_bank_card(self, token: str) -> Known | None:
        """`token` is hex, by `keys.token_hash`."""
        return self._read(lambda c: self._known(c, _BY_BANK_CARD, bytes.fromhex(token)))

    def member(self, member_id: str) -> Known | None:
        return self._read(lambda c: self._known(c, _BY_ID, bytes.fromhex(member_id)))

    def account(self, account_id: str) -> Held:
        """The balance of an account that is no member's: a gift card's."""
        return self._read(lambda c: _held(c, account_id, self._as_of_ms))

    def set_aside_for(self, terminal: str) -> tuple[BalanceRow, ...]:
        """The accounts of which points are set aside for a till; looks through all there are."""
        query = "SELECT body FROM bal WHERE body IS NOT NULL AND instr(body, ?)"
        found = self._read(lambda c: c.execute(query, (terminal.encode(),)).fetchall())
        return tuple(row for row in (_balance.decode(body) for (body,) in found) if terminal in row.escrow)

    def applied(self) -> dict[int, Applied]:
        """bucket -> how far this till's own events are in it, of those fetched."""
        rows = self._read(lambda c: c.execute(_ALL_APPLIED).fetchall())
        return {bucket: Applied(epoch, seq) for bucket, epoch, seq in rows}

    def applied_in(self, account_id: str) -> Applied:
        """The same of the bucket of an account."""
        return self._read(lambda c: _applied(c, account_id))

    def product(self, code: str) -> Product | None:
        row = self._read(lambda c: c.execute("SELECT body FROM goods WHERE key = ?", (code.encode(),)).fetchone())
        return _product.decode(row[0]) if row and row[0] is not None else None

    def search_products(self, text: str, limit: int = 20) -> tuple[Product, ...]:
        """Goods by the beginnings of the words of their name, or of the code; at most 50."""
        return self._read(lambda c: cache_words.search(c, text, limit))

    def coupon_receipt(self, coupon_id: str) -> str:
        """The number of the receipt that has used a coupon for one use, as the head office says; empty: none has."""
        key = bytes.fromhex(coupon_id)
        row = self._read(lambda c: c.execute("SELECT body FROM spent WHERE key = ?", (key,)).fetchone())
        return _spent.decode(row[0]).number if row and row[0] is not None else ""

    def programmes(self) -> tuple[ProgrammeRow, ...]:
        """Every version of every programme the head office signed, by id as the feed has them."""
        query, stops = "SELECT body FROM programmes WHERE body IS NOT NULL AND key != ?", (STOPS_KEY.encode(),)
        rows = (_programme.decode(body) for (body,) in self._read(lambda c: c.execute(query, stops).fetchall()))
        return tuple(row for row in rows if self._signed(row))

    def stops(self) -> Stops:
        """What the head office has stopped, in force until it says otherwise."""
        query, key = "SELECT body FROM programmes WHERE key = ? AND body IS NOT NULL", (STOPS_KEY.encode(),)
        found = self._read(lambda c: c.execute(query, key).fetchone())
        row = _programme.decode(found[0]) if found else None
        return read_stops(row if row is not None and self._signed(row) else None)

    def programme(self, programme_id: str, version: int) -> ProgrammeRow | None:
        """One version of a programme, as the feed has it: the newest under its id, older ones under their own keys."""
        keys = (programme_id.encode(), version_key(programme_id, version).encode())
        query = "SELECT body FROM programmes WHERE key IN (?, ?) AND body IS NOT NULL"
        rows = (_programme.decode(body) for (body,) in self._read(lambda c: c.execute(query, keys).fetchall()))
        named = (row for row in rows if (row.id, row.version) == (programme_id, version))
        return next((row for row in named if self._signed(row)), None)

    def _signed(self, row: ProgrammeRow) -> bool:
        return signed_by(self._server_key, row.signature, row.document.encode())

    def as_of_ms(self) -> int:
        """When everything here was last found equal to the head office; 0 is never."""
        return self._as_of_ms

    def gen(self) -> str:
        """The generation of the head office these rows come from; empty before the first."""
        return self._read(lambda c: meta(c, "gen"))

    def cursors(self) -> dict[tuple[Stream, int], Cursor]:
        """Where each bucket that was ever fetched stands."""
        rows = self._read(lambda c: c.execute("SELECT * FROM cursor").fetchall())
        return {(r[0], r[1]): Cursor(r[0], r[1], r[2], r[3], Applied(r[4], r[5]), r[6]) for r in rows}

    def has_member(self, member_id: str) -> bool:
        key = bytes.fromhex(member_id)
        return self._read(lambda c: c.execute("SELECT 1 FROM ident WHERE key = ?", (key,)).fetchone()) is not None

    def _known(self, connection: Connection, by: str, value: str | bytes) -> Known | None:
        row = connection.execute(by, (value,)).fetchone()
        if row is None or row[0] is None:
            return None
        ident = _ident.decode(row[0])
        held = _held(connection, ident.account_id, self._as_of_ms)
        before = tuple((each, _applied(connection, each)) for each in held.balance.came_from)
        return Known(ident, held.balance, held.applied, held.as_of_ms, before)


def _held(connection: Connection, account_id: str, level_ms: int) -> Held:
    found = connection.execute(_BALANCE, (bytes.fromhex(account_id), bucket_of(account_id))).fetchone()
    if found is None:  # a bucket that holds nothing has no cursor, and was seen to hold nothing at that time
        return Held(BalanceRow(account_id), as_of_ms=level_ms)
    balance = BalanceRow(account_id) if found[0] is None else _balance.decode(found[0])
    return Held(balance, Applied(found[1], found[2]), max(found[3], level_ms))


def _applied(connection: Connection, account: str) -> Applied:
    row = connection.execute(_APPLIED, (bucket_of(account),)).fetchone()
    return Applied(*row) if row else Applied()


def meta(connection: Connection, name: str) -> str:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""
