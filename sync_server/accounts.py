"""Balances: ledger entries folded into accounts and into the programme's own accounts of the same bucket.

Double entry in each bucket: what an account gains, the programme's account (`contra`) loses, in one transaction, so
the sum over both is 0 at every commit (I10).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec.structs import replace

from loyalty.events import canonical
from loyalty.feed import BalanceRow
from loyalty.gift_card import GIFT_WALLET
from loyalty.points.history import AnyFact
from loyalty.quoting.uses import Use
from loyalty.receipt import Receipt
from loyalty.referral import Invited
from loyalty.statuses.progress import Counted, Grant
from sync_server.carrying import Carried, Leaving, hand_on, keep_purses, latest_untils, note_move
from sync_server.entries import write_entries
from sync_server.escrow import (  # fmt: skip
    AsideMoved,
    Said,
    Sold,
    pass_on_escrow,
    read_escrow,
    settle_escrow,
    with_escrow,
)
from sync_server.heads import Change
from sync_server.hold_settling import Capture, arrive_holds, by_account, settle_holds
from sync_server.invitations import Bought, settle_invitations
from sync_server.overdrafts import settle_losses
from sync_server.purses import Account, Booked, Kept, fact_of, purses_after
from sync_server.rows import select_by
from sync_server.schema import FEED
from sync_server.standing import Rules
from sync_server.store import Tx
from sync_server.write_offs import write_off_moved

MAX_COUNTED_SERIES = 100
"""Of coupons one account's uses are counted of."""
_balance = msgspec.json.Decoder(BalanceRow)


@dataclass(slots=True)
class Moves:
    """What one transaction does to accounts, before it is written.

    `touched` accounts get a new place in the feed though nothing else may change: with it a terminal learns how far
    its own events are in.
    """

    entries: list[Booked] = field(default_factory=list)
    visits: list[tuple[Account, AnyFact]] = field(default_factory=list)
    """Sales: what is idle until the account buys again lives on by them."""
    counted: list[tuple[Account, Counted]] = field(default_factory=list)
    """What receipts add to the progress of accounts."""
    uses: defaultdict[Account, list[Use]] = field(default_factory=lambda: defaultdict(list))
    """What receipts gave of campaigns, to accounts they are counted for."""
    coupon_uses: defaultdict[Account, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """series -> how many coupons receipts used of those that allow a member so many."""
    opened: dict[Account, Grant | None] = field(default_factory=dict)
    """New members' accounts, each with the status the member brings along."""
    brought: dict[Account, int] = field(default_factory=dict)
    """How many receipts new members had in the system they come from."""
    touched: set[Account] = field(default_factory=set)
    sold: list[Sold] = field(default_factory=list)
    """What members spent, and where."""
    said: list[Said] = field(default_factory=list)
    """What tills say of points set aside for them."""
    captures: list[tuple[Account, Capture]] = field(default_factory=list)
    """Receipts that name a hold of the points they spend."""
    bought: defaultdict[Account, Bought] = field(default_factory=lambda: defaultdict(Bought))
    """The largest receipt of each member, for invitations."""
    invited: dict[Account, tuple[Invited, ...]] = field(default_factory=dict)
    """New members whom somebody invited."""
    came: list[Carried] = field(default_factory=list)
    """What accounts that moved hand on to these."""
    leaving: dict[Account, Leaving] = field(default_factory=dict)
    """Accounts that move now."""
    cause: str = ""
    """What names this transaction alone: an event's id, an effect's, a change's."""

    def buy(self, account: Account, member_id: str, total_minor: int) -> None:
        largest = self.bought[account]
        largest[member_id] = max(largest.get(member_id, total_minor), total_minor)

    def invitations(self) -> dict[Account, list[Invited]]:
        """Those of new members and those that accounts which moved hand on; what these sold meanwhile counts here."""
        found = defaultdict(list, {account: [*each] for account, each in self.invited.items()})
        for carried in self.came:
            found[carried.account] += carried.invited
            for member_id, total_minor in carried.bought.items():
                self.buy(carried.account, member_id, total_minor)
        return found

    def asides(self) -> dict[Account, list[AsideMoved]]:
        """What is set aside for tills of accounts that moved to these."""
        found: defaultdict[Account, list[AsideMoved]] = defaultdict(list)
        for carried in self.came:
            if carried.asides:
                found[carried.account] += carried.asides
        return dict(found)

    def named_holds(self) -> list[tuple[Account, Capture]]:
        """The receipts of this transaction that name a hold, and those accounts that moved hand on."""
        return self.captures + [(carried.account, each) for carried in self.came for each in carried.captures]


def _pass_on(tx: Tx, account: Account, moves: Moves, is_leaving: bool) -> tuple[AsideMoved, ...]:
    """What is set aside of an account that has moved goes on with what these facts change of it."""
    sold = [each for each in moves.sold if each.account == account]
    said = [each for each in moves.said if each.account == account]
    return pass_on_escrow(tx, account, is_leaving, sold, said, moves.asides().get(account, ()))


def count_coupons(sale: Receipt, moves: Moves, account: Account, sign: int) -> None:
    """The coupons of series that allow a member so many: used with the sale, given back with the last of it."""
    for coupon in sale.spent:
        if coupon.counted:
            moves.coupon_uses[account][coupon.series] += sign


def fold_accounts(tx: Tx, moves: Moves, rules: Rules) -> list[Change]:
    """Write the entries and the programme's totals; the accounts' new rows, for the feed."""
    new = write_entries(tx, moves.entries)
    made = {booked.account for booked in new} | {account for account, _ in moves.counted} | set(moves.opened)
    made |= {carried.account for carried in moves.came} | set(moves.leaving)
    wanted = made | moves.touched
    found = select_by(tx, FEED["bal"], ("bucket", "key", "h", "body", "purse_ms"), ("bucket", "key"), wanted, lock=True)
    old = {(row.bucket, row.key): row for row in found}
    rows = {
        account: _balance.decode(old[account].body) if account in old else BalanceRow(account[1])
        for account in wanted
        if account in old or account in made
    }
    before = dict(rows)
    _count(rows, new, moves, rules)
    leaving = {account: where for account, where in moves.leaving.items() if not rows[account].moved_to}
    for account, where in leaving.items():
        note_move(tx, account, where)
        rows[account] = replace(rows[account], moved_to=where.to_account)
    settle_invitations(tx, rows, moves.invitations(), moves.bought)
    moved = {account for account, row in rows.items() if row.moved_to}
    times = {account: old[account].purse_ms if account in old else 0 for account in rows}
    taken = keep_purses(tx, moves.came)
    dated = {account for account, row in rows.items() if row.purse is not None} - moved
    dated |= {booked.account for booked in new if booked.lot is not None} - moved
    facts = _facts(new, moves.visits, {account: each for account, each in taken.items() if account not in moved}, dated)
    for account, kept in purses_after(tx, _purses(rows, times), facts).items():
        rows[account], times[account] = replace(rows[account], purse=kept.purse), kept.at_ms
    untils = latest_untils(moves.came)
    arrive_holds(tx, ((carried.account, carried.holds) for carried in moves.came))
    captures = by_account(moves.named_holds())
    for account in sorted(moved & (made | {each.account for each in moves.said})):
        until, named = untils.get(account), captures.get(account, ())
        asides = _pass_on(tx, account, moves, is_leaving=account in leaving)
        handed = hand_on(tx, account, rows[account], moves.cause, until, named, moves.bought[account], asides)
        rows[account], times[account] = with_escrow(handed, read_escrow(tx, [account])[account]), 0
    rows |= write_off_moved(tx, {account: row for account, row in rows.items() if row.purse is not None}, untils)
    settled = ({*captures} | {carried.account for carried in moves.came}) - moved
    rows |= settle_holds(tx, {account: rows[account] for account in settled}, captures)
    rows = settle_losses(tx, before, rows)
    rows |= settle_escrow(tx, rows, moves.sold, moves.said, rules.redeem, moves.asides())
    return [
        balance_change(account[0], row, old[account].h if account in old else None, times[account])
        for account, row in sorted(rows.items())
    ]


def _count(rows: dict[Account, BalanceRow], new: Sequence[Booked], moves: Moves, rules: Rules) -> None:
    """Points, progress and uses: what adds up, so that nothing hangs on the order."""
    for account, grant in moves.opened.items():
        opened = rules.opened(rows[account], grant)
        rows[account] = replace(opened, receipts=opened.receipts + moves.brought.get(account, 0))
    for booked in new:
        row, wallet = rows[booked.account], booked.entry.wallet
        wallets = {**row.wallets, wallet: row.wallets.get(wallet, 0) + booked.entry.points}
        rows[booked.account] = replace(row, wallets=wallets)
    for account, counted in moves.counted:
        rows[account] = rules.after(rows[account], counted)
    for account, uses in moves.uses.items():
        rows[account] = rules.used(rows[account], uses)
    for account, used in moves.coupon_uses.items():
        rows[account] = replace(rows[account], coupon_uses=_coupon_uses(rows[account].coupon_uses, used))
    for carried in moves.came:
        rows[carried.account] = _joined(rows[carried.account], carried, rules)


def _coupon_uses(before: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """A sum of 0 goes; beyond MAX_COUNTED_SERIES those that come first by name stay."""
    sums = {series: before.get(series, 0) + more.get(series, 0) for series in sorted({*before, *more})}
    return dict([(series, times) for series, times in sums.items() if times][:MAX_COUNTED_SERIES])


def _purses(rows: Mapping[Account, BalanceRow], times: Mapping[Account, int]) -> dict[Account, Kept | None]:
    return {account: None if row.purse is None else Kept(row.purse, times[account]) for account, row in rows.items()}


def _joined(row: BalanceRow, carried: Carried, rules: Rules) -> BalanceRow:
    """The account with what another handed on, but for its points, which are entries."""
    came_from = tuple(sorted({*row.came_from, *carried.came_from}))
    coupon_uses = _coupon_uses(row.coupon_uses, carried.coupon_uses)
    row = replace(row, receipts=row.receipts + carried.receipts, coupon_uses=coupon_uses, came_from=came_from)
    return rules.joined(row, carried.progress, carried.used)


def _facts(
    new: Iterable[Booked],
    visits: Iterable[tuple[Account, AnyFact]],
    taken: Mapping[Account, Sequence[AnyFact]],
    dated: Collection[Account],
) -> dict[Account, list[AnyFact]]:
    """What is new of accounts that have had dated points, get some now, or take others' purses over."""
    found: defaultdict[Account, list[AnyFact]] = defaultdict(list)
    for account, facts in taken.items():
        found[account] += facts
    wanted = {*dated, *taken}
    for booked in new if wanted else ():
        money = booked.entry.wallet == GIFT_WALLET  # it has no dates
        if booked.account in wanted and not money and booked.entry.contra != "clearing":
            found[booked.account].append(fact_of(booked))
    for account, fact in visits:
        if account in wanted:
            found[account].append(fact)
    return found


def balance_change(bucket: int, row: BalanceRow, old_h: int | None, purse_ms: int) -> Change:
    gift_minor = row.wallets.get(GIFT_WALLET, 0)
    points = sum(row.wallets.values()) - gift_minor
    more: dict[str, Any] = {"points": points, "gift_minor": gift_minor, "purse_ms": purse_ms}
    return Change(bucket, row.account_id, canonical(row), old_h, more)
