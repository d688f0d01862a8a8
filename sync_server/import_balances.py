"""Opening balances from another system, lot by lot: whose points, of which wallet, from which day, until which day.

The members must be here already. Each row has the id the lot has in the other system; its hash is claimed as a card
is, for the member, for ever, so the same lot comes in once, whatever file it comes in. Each is an opening entry of the
ledger, against the programme's account of the same bucket.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import msgspec

from loyalty.ledger import MAIN_WALLET, Entry
from loyalty.points.terms import Lot, lot_id
from loyalty.programme import Programme
from loyalty.sentences import sentence
from sync_server import import_fields
from sync_server.accounts import Moves, fold_accounts
from sync_server.balance_sums import LotSums
from sync_server.claims import AliasKind, Claim, Holders, claim, read_holders
from sync_server.csv_rows import Row
from sync_server.find_member import Place, survivor
from sync_server.heads import put_rows
from sync_server.identity import Identity
from sync_server.import_fields import Unfit
from sync_server.import_report import NotTaken, Tally
from sync_server.import_rows import derived
from sync_server.purses import Booked
from sync_server.rows import select_by
from sync_server.schema import LEDGER
from sync_server.seen import Seen
from sync_server.standing import Rules, date_at
from sync_server.store import Bucket, Store, Tx

COLUMNS = ("source_id", "card", "phone", "wallet", "points", "earned", "usable_from", "expires")
NEEDED = ("source_id", "points")
MAX_SOURCE_CHARS = 200
_lot_of = msgspec.json.Decoder(Lot)

SENTENCES = {
    "balances.source": ("это не номер партии баллов", "this is no id of a lot of points"),
    "balances.source.mend": (
        "номер в прежней системе, до {limit} знаков",
        "its id in the other system, up to {limit} characters",
    ),
    "balances.points": ("баллы — не целое число больше нуля", "points are no whole number above 0"),
    "balances.points.mend": ("целое число от 1 до {limit}", "a whole number from 1 to {limit}"),
    "balances.wallet": ("такого кошелька в программе нет", "the programme has no such wallet"),
    "balances.wallet.mend": ("один из: {known}", "one of: {known}"),
    "balances.over": ("эти баллы уже сгорели", "these points have run out already"),
    "balances.over.mend": ("уберите строку и её сумму", "remove the row and its sum"),
    "balances.dates": ("первый день позже последнего", "the first day is after the last"),
    "balances.dates.mend": ("исправьте даты", "mend the dates"),
    "balances.nobody": ("такого участника здесь нет", "there is no such member here"),
    "balances.nobody.mend": ("сначала загрузите участников: import members", "import members first"),
    "balances.two": ("карта и телефон разных участников", "the card and the phone are of two members"),
    "balances.two.mend": ("оставьте одно из них", "leave one of them"),
    "balances.other": (
        "эта партия уже загружена: у другого участника или с другими числами",
        "this lot is here already, with another member or with other figures",
    ),
    "balances.other.mend": ("сверьте с прежним файлом", "compare with the file that was imported before"),
}  # fmt: skip


class LotRow(msgspec.Struct, frozen=True):
    """A row that can be read: the lot as it will be booked, and by which card or phone its member is found."""

    line: int
    value: str
    """What the report names the row by."""
    wanted: tuple[Claim, ...]
    lot: Lot

    @property
    def event_id(self) -> str:
        return self.lot.lot_id.partition("#")[0]

    def left_out(self, why: str) -> NotTaken:
        return NotTaken(self.line, self.value, sentence(why), sentence(f"{why}.mend"))


Outcome = Literal["added", "known", "other"]
Placed = tuple[LotRow, Place]


def import_balances(
    store: Store,
    identity: Identity,
    rules: Rules,
    programme: Programme,
    rows: Sequence[Row],
    now_ms: int,
    dry_run: bool,
    seen: Seen,
    tally: Tally,
    sums: LotSums,
) -> None:
    """Take one batch of rows in; each is counted once. What was taken in before is counted and not booked again."""
    today = date_at(programme, now_ms)
    lots = [lot for row in rows if (lot := _read(row, identity, programme, today, seen, tally))]
    found = _found(store, lots, tally)
    if not dry_run:
        claim(store, (_claim(row, place) for row, place in found))
    for group in _groups(store, _claimed(store, found, tally)):
        bucket: Bucket = "many" if store.sqlite else group[0][1].bucket
        if dry_run:
            with store.read() as tx:
                outcomes = _judged(tx, group)
        else:
            outcomes = store.write(partial(_book, rules=rules, group=group, now_ms=now_ms), bucket)
        for (row, _), outcome in zip(group, outcomes, strict=True):
            if outcome == "other":
                tally.leave("refused", row.left_out("balances.other"))
            else:
                tally.count(outcome)
                sums.book(row.lot)


def _read(row: Row, identity: Identity, programme: Programme, today: str, seen: Seen, tally: Tally) -> LotRow | None:
    try:
        found = _lot_row(row, identity, programme, today)
        line = seen.first("lot", found.event_id, row.line)
        if line != row.line:
            raise Unfit(found.value, sentence("import.twice", line=line), sentence("import.twice.mend"))
        return found
    except Unfit as unfit:
        tally.leave("refused", NotTaken(row.line, unfit.value, unfit.reason, unfit.mend))
        return None


def _lot_row(row: Row, identity: Identity, programme: Programme, today: str) -> LotRow:
    import_fields.check_whole(row)
    fields = {name: row.fields.get(name, "") for name in COLUMNS}
    source = fields["source_id"]
    if not 0 < len(source) <= MAX_SOURCE_CHARS or not source.isprintable():
        raise Unfit(source[:40], sentence("balances.source"), sentence("balances.source.mend", limit=MAX_SOURCE_CHARS))
    card = import_fields.card(fields["card"], programme.codes)
    phone = import_fields.phone(fields["phone"])
    if not card and not phone:
        raise Unfit(source, sentence("import.nobody"), sentence("import.nobody.mend"))
    pairs: list[tuple[AliasKind, str]] = [("card", card), ("phone", identity.phone_hash(phone) if phone else "")]
    wanted = tuple(Claim(kind, alias, "", "") for kind, alias in pairs if alias)
    return LotRow(row.line, source, wanted, _lot(fields, derived("lot", source), programme, today))


def _lot(fields: dict[str, str], event_id: str, programme: Programme, today: str) -> Lot:
    points = import_fields.points(fields["points"])
    if not points:
        limit = import_fields.MAX_POINTS
        raise Unfit(fields["points"], sentence("balances.points"), sentence("balances.points.mend", limit=limit))
    wallet = fields["wallet"] or MAIN_WALLET
    known = (MAIN_WALLET, *(each.id for each in programme.wallets))
    if wallet not in known:
        why = sentence("balances.wallet"), sentence("balances.wallet.mend", known=", ".join(dict.fromkeys(known)))
        raise Unfit(wallet[:40], *why)
    first, last = import_fields.day(fields["usable_from"]), import_fields.day(fields["expires"])
    if last and last < today:
        raise Unfit(last, sentence("balances.over"), sentence("balances.over.mend"))
    if last and first > last:
        raise Unfit(first, sentence("balances.dates"), sentence("balances.dates.mend"))
    earned = import_fields.day(fields["earned"]) or today
    return Lot(lot_id(event_id), wallet, points, earned, first if first > today else "", last)


def _found(store: Store, rows: Sequence[LotRow], tally: Tally) -> list[Placed]:
    """The rows whose member is here, with the account the member was enrolled with."""
    holders = read_holders(store, (each for row in rows for each in row.wanted))
    found = []
    for row in rows:
        places = _places(row, holders)
        if len(places) == 1:
            found.append((row, places[0]))
        else:
            tally.leave("refused", row.left_out("balances.two" if places else "balances.nobody"))
    return found


def _places(row: LotRow, holders: Holders) -> list[Place]:
    held = [holders[each.kind, each.alias] for each in row.wanted if (each.kind, each.alias) in holders]
    return list(dict.fromkeys(Place(account_id, member_id) for member_id, account_id in held))


def _claim(row: LotRow, place: Place) -> Claim:
    return Claim("lot", row.event_id, place.member_id, place.home)


def _claimed(store: Store, found: Sequence[Placed], tally: Tally) -> list[Placed]:
    """Each lot where it was claimed first; one of another member is left out, but for a member merged into this one."""
    holders = read_holders(store, (_claim(row, place) for row, place in found))
    mine = []
    for row, place in found:
        member_id, account_id = holders.get(("lot", row.event_id), (place.member_id, place.home))
        first = Place(account_id, member_id)
        if first == place or _survivor(store, first) == _survivor(store, place):
            mine.append((row, first))
        else:
            tally.leave("refused", row.left_out("balances.other"))
    return mine


def _survivor(store: Store, place: Place) -> Place:
    with store.read() as tx:
        return survivor(tx, place)


def _groups(store: Store, placed: Sequence[Placed]) -> list[list[Placed]]:
    """One transaction each."""
    if store.sqlite:
        return [list(placed)] if placed else []
    groups: dict[int, list[Placed]] = {}
    for row, place in placed:
        groups.setdefault(place.bucket, []).append((row, place))
    return [groups[bucket] for bucket in sorted(groups)]


def _book(tx: Tx, rules: Rules, group: Sequence[Placed], now_ms: int) -> list[Outcome]:
    """Opening entries of the lots that are not in the ledger yet."""
    outcomes, moves = _judged(tx, group), Moves()
    for (row, place), outcome in zip(group, outcomes, strict=True):
        if outcome == "added":
            entry = Entry(row.event_id, 1, place.home, row.lot.wallet, "opening", row.lot.points, now_ms)
            moves.entries.append(Booked(place.bucket, entry, rules.date_at(now_ms), lot=row.lot))
    if moves.entries:
        put_rows(tx, {"bal": fold_accounts(tx, moves, rules)})
    return outcomes


def _judged(tx: Tx, group: Sequence[Placed]) -> list[Outcome]:
    keys = ("bucket", "event_id", "account_id", "entry_no")
    wanted = [(place.bucket, row.event_id, place.home, 1) for row, place in group]
    there = {row.event_id: row for row in select_by(tx, LEDGER, ("event_id", "wallet", "points", "lot"), keys, wanted)}
    return [_outcome(row.lot, there.get(row.event_id)) for row, _ in group]


def _outcome(lot: Lot, there: Any) -> Outcome:
    """Dates in the past are not compared: what is to come at the first import may have come since."""
    if there is None:
        return "added"
    booked = _lot_of.decode(there.lot) if there.lot else None
    same = booked is not None and (booked.wallet, booked.points, booked.expires_date) == (
        lot.wallet, lot.points, lot.expires_date,
    )  # fmt: skip
    return "known" if same else "other"
