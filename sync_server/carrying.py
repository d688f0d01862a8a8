"""What an account that moved hands on: at the move all it has, afterwards whatever still comes for it.

A till that was offline goes on recording for the old account. Its receipts are booked there, where their returns find
them; what they come to goes on to the account it moved to, as an effect, hop by hop where that one has moved as well.
Points go through the clearing accounts. Progress, uses and counts of receipts add up, so nothing hangs on the order.
The purse goes as a whole, as it stands by all facts of the old account: the newest takes the place of the one before.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.events import bucket_of, canonical
from loyalty.feed import BalanceRow
from loyalty.ledger import Entry
from loyalty.member import Used
from loyalty.points.history import AnyFact, replay
from loyalty.points.lots import MAX_TAKEN_OVER
from loyalty.points.purse import Purse
from loyalty.referral import Invited
from loyalty.statuses.progress import Progress
from sync_server.effects import Effect, effect_id, send_effects
from sync_server.entries import write_entries
from sync_server.escrow import AsideMoved
from sync_server.hold_rows import Hold
from sync_server.hold_settling import Capture, leaving_holds
from sync_server.purses import Account, Booked, merged, read_facts
from sync_server.rows import insert_rows, select_by, update_rows
from sync_server.schema import MOVED, TAKEN
from sync_server.store import Tx
from sync_server.write_offs import Until, give_back

CARRY = "carry"


class Carried(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `from_account` hands on to `to_account`; it moved at `at_ms`, on the stores' date `date`.

    `purse` is all the account had by `facts` facts; the rest is what has come since it handed on the last time.
    `came_from`: the accounts that had moved to it before.
    """

    from_account: str
    to_account: str
    at_ms: int
    date: str
    wallets: dict[str, int] = {}
    progress: Progress = Progress()
    receipts: int = 0
    used: tuple[Used, ...] = ()
    coupon_uses: dict[str, int] = {}
    came_from: tuple[str, ...] = ()
    purse: Purse = Purse()
    facts: int = 0
    until: Until | None = None
    """By which date points that ran out were written off; those are among the points again."""
    holds: tuple[Hold, ...] = ()
    asides: tuple[AsideMoved, ...] = ()
    """What is set aside for tills, as sums to add."""
    captures: tuple[Capture, ...] = ()
    """Receipts that named holds."""
    invited: tuple[Invited, ...] = ()
    bought: dict[str, int] = {}
    """member_id -> the largest of the receipts that have come since, for invitations that went ahead."""

    @property
    def account(self) -> Account:
        return bucket_of(self.to_account), self.to_account


class Leaving(msgspec.Struct, frozen=True):
    """An account is to move, by a change of the head office."""

    to_account: str
    at_ms: int
    date: str
    change_id: str


_carried = msgspec.json.Decoder(Carried)


def carried_by(effect: Effect) -> Carried:
    return _carried.decode(effect.body)


def note_move(tx: Tx, account: Account, leaving: Leaving) -> None:
    """Write down when and where to an account moved; the first time counts."""
    row = {"bucket": account[0], "account_id": account[1], **msgspec.structs.asdict(leaving)}
    insert_rows(tx, MOVED, [row])


def hand_on(
    tx: Tx,
    account: Account,
    row: BalanceRow,
    cause: str,
    until: Until | None = None,
    captures: Sequence[Capture] = (),
    bought: Mapping[str, int] = {},
    asides: tuple[AsideMoved, ...] = (),
) -> BalanceRow:
    """Send on all that the row of a moved account holds; the row without it.

    The facts of the account are written already. `cause` is of this transaction alone; `until` came with accounts that
    moved to this one; `captures` are of receipts that named holds of this account, which have gone ahead;
    `asides` what is set aside of it for tills.
    """
    back, own = give_back(tx, account)
    wallets = _sums(row.wallets, back)
    untils = [each for each in (until, own) if each]
    moved = select_by(tx, MOVED, ("at_ms", "date"), ("bucket", "account_id"), [account])[0]
    facts = read_facts(tx, [account])[account]
    id_ = effect_id(CARRY, f"{cause}:{account[1]}", row.moved_to)
    carried = Carried(
        account[1], row.moved_to, moved.at_ms, moved.date,
        wallets,
        row.progress, row.receipts, row.used, row.coupon_uses, (*row.came_from, account[1]),
        _of_account(replay(facts).purse, account[1]), _count(tx, account, facts),
        max(untils, key=lambda each: each.date, default=None), leaving_holds(tx, account), asides, tuple(captures),
        row.invited, dict(bought),
    )  # fmt: skip
    send_effects(tx, account[0], [Effect(id_, CARRY, row.moved_to, moved.at_ms, canonical(carried))])
    write_entries(tx, clearing_entries(carried, account, id_, -1))
    return BalanceRow(account[1], moved_to=row.moved_to, came_from=row.came_from)


def clearing_entries(carried: Carried, account: Account, effect_id: str, sign: int) -> list[Booked]:
    """The entries of points handed on: -1 at the account they leave, 1 at the one they come to."""
    points = sorted(carried.wallets.items())
    return [
        Booked(
            account[0],
            Entry(effect_id, number, account[1], wallet, "clearing", sign * each, carried.at_ms),
            carried.date,
        )
        for number, (wallet, each) in enumerate(points, start=1)
    ]


def keep_purses(tx: Tx, came: Sequence[Carried]) -> dict[Account, list[AnyFact]]:
    """Keep the newest purse of each account handed on, and say what is new by account: one fact for each."""
    newest: dict[tuple[str, str], Carried] = {}
    for carried in came:
        pair = (carried.to_account, carried.from_account)
        if pair not in newest or newest[pair].facts <= carried.facts:
            newest[pair] = carried
    keys = ("bucket", "account_id", "from_account")
    insert_rows(tx, TAKEN, [{**_taken(carried), "facts": -1} for carried in newest.values()])
    wanted = [(*carried.account, carried.from_account) for carried in newest.values()]
    held = select_by(tx, TAKEN, (*keys, "facts"), keys, wanted, lock=True)
    known = {(row.account_id, row.from_account): row.facts for row in held}
    later = [carried for pair, carried in newest.items() if carried.facts >= known[pair]]
    update_rows(tx, TAKEN, keys, [_taken(carried) for carried in later])
    found: dict[Account, list[AnyFact]] = {}
    for carried in later:
        fact = merged(carried.from_account, carried.at_ms, carried.date, carried.purse)
        found.setdefault(carried.account, []).append(fact)
    return found


def latest_untils(came: Sequence[Carried]) -> dict[Account, Until]:
    """By which date accounts that these came to write off what has run out."""
    found: dict[Account, Until] = {}
    for carried in came:
        before = found.get(carried.account)
        if carried.until and (before is None or before.date < carried.until.date):
            found[carried.account] = carried.until
    return found


def is_full(one: BalanceRow, other: BalanceRow) -> bool:
    """Whether more accounts than one can take over would come together."""
    return len({*one.came_from, *other.came_from, other.account_id}) > MAX_TAKEN_OVER


def _taken(carried: Carried) -> dict[str, object]:
    return {
        "bucket": carried.account[0], "account_id": carried.to_account, "from_account": carried.from_account,
        "at_ms": carried.at_ms, "date": carried.date, "facts": carried.facts, "purse": canonical(carried.purse),
    }  # fmt: skip


def _sums(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """wallet -> points, without wallets that have none."""
    sums = {wallet: one.get(wallet, 0) + other.get(wallet, 0) for wallet in sorted({*one, *other})}
    return {wallet: points for wallet, points in sums.items() if points}


def _count(tx: Tx, account: Account, facts: Sequence[AnyFact]) -> int:
    """How many facts the account has, with those of accounts it took over: it only grows."""
    taken = select_by(tx, TAKEN, ("facts",), ("bucket", "account_id"), [account])
    return len(facts) + sum(int(row.facts) for row in taken)


def _of_account(purse: Purse, account_id: str) -> Purse:
    """Points without dates have one lot in each account, all of one name: the account tells them apart."""
    lots = (
        replace(lot, lot_id=f"{lot.lot_id}:{account_id}") if lot.lot_id == f"plain-{lot.wallet}" else lot
        for lot in purse.lots
    )
    return replace(purse, lots=tuple(lots))
