"""Purses: the dated lots of accounts, out of the facts in ledger and receipts.

Only accounts that have ever had points which wait or run out have one, in their row. A purse follows from the facts in
order of their time, whatever order they came in (`loyalty.points.history`). Beside the row stands the time of the
latest fact in it: later ones are taken on top. For one that came late, and for a return, which needs to know what its
sale took, the account's facts are read again from the beginning.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from loyalty.ledger import Contra, Entry
from loyalty.points.history import AnyFact, Books, Bought, Issued, IssuedBack, Merged, Redeemed, RedeemedBack, replay
from loyalty.points.purse import Purse
from loyalty.points.shown import plain_lot
from loyalty.points.terms import Lot
from loyalty.statuses.season import day_number
from sync_server.of_account import select_of_accounts
from sync_server.rows import select_by
from sync_server.schema import LEDGER, RECEIPT, TAKEN
from sync_server.store import Tx

Account = tuple[int, str]
_ORDER: dict[Contra, int] = {
    "opening": 0, "redeemed": 1, "redeemed_back": 2, "issued": 3, "issued_back": 4, "referral": 5,
}  # fmt: skip
"""Of one receipt, points are spent before new ones come. What is written off is no fact: it follows from the purse. Nor
is what moved between accounts: it came with a purse."""
_ENTRY = (
    "bucket", "account_id", "event_id", "entry_no", "wallet", "contra", "points", "at_ms", "date", "lot", "cause_id",
)  # fmt: skip
LONG_AGO = "1970-01-01"
_lot = msgspec.json.Decoder(Lot)
_purse = msgspec.json.Decoder(Purse)


class Kept(msgspec.Struct, frozen=True):
    """A purse and the time of the latest fact in it."""

    purse: Purse
    at_ms: int


class Booked(msgspec.Struct, frozen=True, gc=False):
    """An entry and what it came from: `date` in the store's calendar, the lot it makes, and, for what a return takes
    or gives back, the event of its sale (`cause_id`)."""

    bucket: int
    entry: Entry
    date: str
    receipt_id: str = ""
    lot: Lot | None = None
    cause_id: str = ""

    @property
    def account(self) -> Account:
        return self.bucket, self.entry.account_id


def purses_after(
    tx: Tx, kept: Mapping[Account, Kept | None], new: Mapping[Account, Sequence[AnyFact]]
) -> dict[Account, Kept]:
    """The purses of accounts with new facts, which are written already; `kept`: as they were, None for none yet.

    Accounts that have had no dated points are left out.
    """
    found: dict[Account, Kept] = {}
    again: list[Account] = []
    for account, facts in new.items():
        before = kept[account]
        if before is None and not any(_is_dated(lot) for fact in facts for lot in _lots_of(fact)):
            continue
        if before is not None and all(_is_next(fact, before) for fact in facts):
            found[account] = _kept(facts, before)
        else:
            again.append(account)
    everything = read_facts(tx, again)
    return found | {account: _kept(everything[account]) for account in again}


def fact_of(booked: Booked) -> AnyFact:
    """An entry as a fact of its account's history. Figures of the wrong sign are booked as printed, as what they do."""
    entry = booked.entry
    fact_id, points = _fact_id(entry.event_id, entry.contra, entry.wallet), abs(entry.points)
    at_ms, date = entry.at_ms, _day(booked.date)
    if entry.points < 0:
        if entry.contra == "issued_back":
            issued_id = _fact_id(booked.cause_id, "issued", entry.wallet)
            return IssuedBack(fact_id=fact_id, at_ms=at_ms, date=date, issued_id=issued_id, points=points)
        return Redeemed(fact_id=fact_id, at_ms=at_ms, date=date, wallets=(entry.wallet,), points=points)
    if entry.contra == "redeemed_back":
        redeemed_id = _fact_id(booked.cause_id, "redeemed", entry.wallet)
        return RedeemedBack(fact_id=fact_id, at_ms=at_ms, date=date, redeemed_id=redeemed_id, points=points)
    lot = booked.lot or plain_lot(entry.wallet, points, date)
    lot = msgspec.structs.replace(lot, wallet=entry.wallet, points=points)
    return Issued(fact_id=fact_id, at_ms=at_ms, date=date, lot=lot)


def bought(event_id: str, at_ms: int, date: str) -> Bought:
    return Bought(fact_id=event_id, at_ms=at_ms, date=_day(date))


def merged(from_account: str, at_ms: int, date: str, purse: Purse) -> Merged:
    """An account was taken over, with the purse it has by all that is known of it."""
    return Merged(fact_id=f"merged#{from_account}", at_ms=at_ms, date=date, account_id=from_account, books=Books(purse))


def _day(text: str) -> str:
    """What is no date counts as long ago: a receipt is booked as printed, and others must not fail by it."""
    return LONG_AGO if day_number(text) is None else text


def _fact_id(event_id: str, contra: Contra, wallet: str) -> str:
    return f"{event_id}#{_ORDER[contra]}{wallet}"


def _lots_of(fact: AnyFact) -> Sequence[Lot]:
    """The lots a fact brings."""
    match fact:
        case Issued():
            return (fact.lot,)
        case Merged():
            return fact.books.purse.lots
        case _:
            return ()


def _is_dated(lot: Lot) -> bool:
    return bool(lot.usable_from_date or lot.expires_date or lot.idle_days)


def _is_next(fact: AnyFact, before: Kept) -> bool:
    return fact.at_ms > before.at_ms and not isinstance(fact, IssuedBack | RedeemedBack | Merged)


def _kept(facts: Sequence[AnyFact], before: Kept | None = None) -> Kept:
    books = replay(facts, Books(before.purse) if before else Books())
    return Kept(books.purse, max(fact.at_ms for fact in facts))


def read_facts(tx: Tx, accounts: Iterable[Account]) -> dict[Account, list[AnyFact]]:
    """Every fact of these accounts, out of the ledger, the receipts and the purses they took over.

    Entries of clearing are none: the points that came with an account are in its purse.
    """
    found: dict[Account, list[AnyFact]] = {account: [] for account in accounts}
    for row in select_of_accounts(tx, LEDGER, _ENTRY, found):
        if row.contra not in _ORDER:
            continue
        entry = Entry(row.event_id, row.entry_no, row.account_id, row.wallet, row.contra, row.points, row.at_ms)
        lot = _lot.decode(row.lot) if row.lot else None
        found[row.bucket, row.account_id].append(fact_of(Booked(row.bucket, entry, row.date, "", lot, row.cause_id)))
    names = ("bucket", "account_id", "kind", "event_id", "at_ms", "local_date")
    for row in select_of_accounts(tx, RECEIPT, names, found):
        if row.kind == "sale":
            found[row.bucket, row.account_id].append(bought(row.event_id, row.at_ms, row.local_date))
    names = ("bucket", "account_id", "from_account", "at_ms", "date", "purse")
    for row in select_by(tx, TAKEN, names, ("bucket", "account_id"), found):
        fact = merged(row.from_account, row.at_ms, row.date, _purse.decode(row.purse))
        found[row.bucket, row.account_id].append(fact)
    return found
