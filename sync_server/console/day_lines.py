"""The lines of one day's receipts, summed by goods and by campaign, and how they were paid.

Receipts are read newest first, up to a limit."""

from collections.abc import Iterator
from typing import Any, Literal, TypeVar

import msgspec
from sqlalchemy import Select, select

from loyalty.catalogue import Unit
from loyalty.gift_card import GiftCard
from loyalty.receipt import Applied, Payment, PaymentKind
from sync_server.schema import RECEIPT
from sync_server.store import Store, Tx

MAX_DAY_RECEIPTS = 50_000
"""Beyond, a day's goods and campaigns are of its latest receipts, and the page says so."""
READ_AT_ONCE = 500
PaidAs = PaymentKind | Literal["loaded"]
_Key = TypeVar("_Key", bound=str)


class Part(msgspec.Struct, frozen=True):
    """What some lines come to: `minor` is money (of a campaign, the discount), `points` of a campaign, what it gave."""

    qty_milli: int = 0
    minor: int = 0
    points: int = 0
    receipts: int = 0

    def __add__(self, other: "Part") -> "Part":
        return Part(
            self.qty_milli + other.qty_milli,
            self.minor + other.minor,
            self.points + other.points,
            self.receipts + other.receipts,
        )


class _Line(msgspec.Struct, frozen=True):
    """As much of a receipt's line as the sums need."""

    code: str
    name: str
    unit: Unit
    qty_milli: int
    total_minor: int
    applied: tuple[Applied, ...] = ()
    gift_card: GiftCard | None = None


class Lines(msgspec.Struct, frozen=True):
    """As much of a receipt."""

    kind: Literal["sale", "return"]
    lines: tuple[_Line, ...]
    payments: tuple[Payment, ...] = ()
    change_minor: int = 0

    def goods(self) -> dict[str, Part]:
        """code -> what of it this receipt moved; a return counts against."""
        sign = 1 if self.kind == "sale" else -1
        found: dict[str, Part] = {}
        for line in self.lines:
            part = Part(sign * line.qty_milli, sign * line.total_minor)
            found[line.code] = found.get(line.code, Part(receipts=1)) + part
        return found

    def campaigns(self) -> dict[str, Part]:
        """campaign id -> what it gave on this receipt."""
        found: dict[str, Part] = {}
        for line in self.lines:
            for applied in line.applied:
                part = Part(0, applied.discount_minor, applied.points)
                found[applied.campaign_id] = found.get(applied.campaign_id, Part(receipts=1)) + part
        return found

    def paid(self) -> dict[PaidAs, Part]:
        """How it was paid, the change taken off the cash, and what was put on gift cards; a return counts against."""
        sign = 1 if self.kind == "sale" else -1
        parts: list[tuple[PaidAs, int]] = [(payment.kind, payment.amount_minor) for payment in self.payments]
        parts += [("cash", -self.change_minor)] if self.change_minor else []
        parts += [("loaded", line.total_minor) for line in self.lines if line.gift_card is not None]
        found: dict[PaidAs, Part] = {}
        for name, minor in parts:
            found[name] = found.get(name, Part(receipts=1)) + Part(minor=sign * minor)
        return found


class DayLines(msgspec.Struct, frozen=True):
    """Sums by product code and by campaign id, with what they are called: goods by name and unit, campaigns in Russian
    and in English. `paid` is money by its kind, and what was put on gift cards (`loaded`), which is among it. `whole`
    is False where the day had more receipts than are read."""

    goods: dict[str, Part]
    campaigns: dict[str, Part]
    goods_names: dict[str, tuple[str, str]]
    campaign_names: dict[str, tuple[str, str]]
    paid: dict[PaidAs, Part]
    whole: bool


decode_lines = msgspec.json.Decoder(Lines).decode


def sum_day(store: Store, local_date: str) -> DayLines:
    found = DayLines({}, {}, {}, {}, {}, True)
    query = select(RECEIPT.c.raw).where(RECEIPT.c.local_date == local_date).order_by(RECEIPT.c.local_minute.desc())
    with store.read() as tx:
        for count, row in enumerate(stream(tx, query.limit(MAX_DAY_RECEIPTS + 1)), start=1):
            if count > MAX_DAY_RECEIPTS:
                return msgspec.structs.replace(found, whole=False)
            receipt = decode_lines(row.raw)
            _add(found.goods, receipt.goods())
            _add(found.campaigns, receipt.campaigns())
            _add(found.paid, receipt.paid())
            _name(found, receipt)
    return found


def stream(tx: Tx, query: Select[Any]) -> Iterator[Any]:
    """Rows a few at a time, so that a large day does not lie in memory whole."""
    yield from tx.execute(query.execution_options(yield_per=READ_AT_ONCE))


def _add(sums: dict[_Key, Part], found: dict[_Key, Part]) -> None:
    for key, part in found.items():
        sums[key] = sums.get(key, Part()) + part


def _name(found: DayLines, receipt: Lines) -> None:
    for line in receipt.lines:
        found.goods_names.setdefault(line.code, (line.name, line.unit))
        for applied in line.applied:
            found.campaign_names.setdefault(applied.campaign_id, (applied.name_ru, applied.name_en))
