"""Points set aside for a till, so that it can let a member spend them without asking and nobody can overdraw them.

Each sale of a member at a till fills up what is set aside there, out of what is free: never what is held for a sale or
set aside elsewhere. Whatever the till then sells comes out of it first. It ends by the till's own word (RightReleased),
or once the till is revoked; until then nobody else can spend it. An account that moves takes what is set aside along;
what tills go on to sell and give back for the account they know follows, as sums, so that nothing hangs on the order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.events import RightReleased
from loyalty.feed import BalanceRow
from loyalty.points.shown import shown_points
from loyalty.programme import Redeem
from sync_server.arrivals import Arrived
from sync_server.purses import Account
from sync_server.rows import insert_rows, select_by, update_rows
from sync_server.schema import ESCROW
from sync_server.store import Tx

MAX_TILLS = 16
"""For so many tills points of one account may be set aside."""
_KEY = ("bucket", "account_id", "terminal", "wallet")


class Sold(msgspec.Struct, frozen=True):
    """A sale at a till: wallet -> points spent, on a day of the store's."""

    account: Account
    terminal: str
    points: dict[str, int]
    date: str


class Released(msgspec.Struct, frozen=True):
    account: Account
    terminal: str
    wallet: str
    points: int


class Aside(msgspec.Struct, frozen=True):
    """What was set aside for one till of one wallet, in all."""

    granted_points: int = 0
    spent_points: int = 0
    released_points: int = 0

    @property
    def left_points(self) -> int:
        return self.granted_points - self.spent_points - self.released_points


class AsideMoved(msgspec.Struct, frozen=True):
    """What an account that moved hands on of what is set aside for a till: what to add, which may be below 0."""

    terminal: str
    wallet: str
    aside: Aside


Asides = dict[tuple[str, str], Aside]
"""(terminal, wallet) -> what is set aside."""


def released_by(events: Iterable[Arrived]) -> Iterator[Released]:
    for event in events:
        if isinstance(event.body, RightReleased):
            of = event.body
            yield Released((event.bucket, of.account_id), event.terminal, of.wallet, of.points)


def pass_on_escrow(
    tx: Tx, account: Account, is_leaving: bool, sold: Iterable[Sold], released: Iterable[Released],
    came: Iterable[AsideMoved],
) -> tuple[AsideMoved, ...]:  # fmt: skip
    """What an account that has moved, or moves now (`is_leaving`), hands on; its own rows go on as they would."""
    before = read_escrow(tx, [account])[account]
    after = dict(before)
    _join(after, came)
    for each in sold:
        _spend(after, each)
    for back in released:
        _release(after, back)
    keep_escrow(tx, account, before, after)
    if is_leaving:
        left = {key: Aside(aside.left_points) for key, aside in after.items()}
    else:
        left = {key: _added(aside, before.get(key, Aside()), -1) for key, aside in after.items()}
    return tuple(AsideMoved(*key, aside) for key, aside in sorted(left.items()) if aside != Aside())


def settle_escrow(
    tx: Tx,
    rows: Mapping[Account, BalanceRow],
    sold: Sequence[Sold],
    released: Sequence[Released],
    redeem: Redeem | None,
    came: Mapping[Account, Sequence[AsideMoved]],
) -> dict[Account, BalanceRow]:
    """The accounts whose points set aside change by these sales, or may: `redeem` says how much there can be."""
    mine = [each for each in sold if each.account in rows and (redeem or rows[each.account].escrow)]
    facts = [*(each.account for each in mine), *(each.account for each in released), *came]
    asked = {account for account in facts if account in rows and not rows[account].moved_to}
    if not asked:
        return {}
    changed: dict[Account, BalanceRow] = {}
    known = read_escrow(tx, asked)
    for account in sorted(asked):
        before = known[account]
        after = dict(before)
        _join(after, came.get(account, ()))
        for each in mine:
            if each.account == account:
                _spend(after, each)
        for back in released:
            if back.account == account:
                _release(after, back)
        for each in mine:
            if each.account == account and redeem:
                _grant(after, each, rows[account], redeem)
        keep_escrow(tx, account, before, after)
        changed[account] = with_escrow(rows[account], after)
    return changed


def read_escrow(tx: Tx, accounts: Iterable[Account]) -> defaultdict[Account, Asides]:
    found: defaultdict[Account, Asides] = defaultdict(dict)
    names = (*_KEY, *Aside.__struct_fields__)
    for row in select_by(tx, ESCROW, names, ("bucket", "account_id"), accounts):
        aside = Aside(int(row.granted_points), int(row.spent_points), int(row.released_points))
        found[row.bucket, row.account_id][row.terminal, row.wallet] = aside
    return found


def with_escrow(row: BalanceRow, asides: Asides) -> BalanceRow:
    """The account's row with what is set aside, by till and wallet."""
    left: dict[str, dict[str, int]] = {}
    for (terminal, wallet), aside in sorted(asides.items()):
        if aside.left_points > 0 and not row.moved_to:
            left.setdefault(terminal, {})[wallet] = aside.left_points
    return replace(row, escrow=left)


def _join(asides: Asides, came: Iterable[AsideMoved]) -> None:
    for each in came:
        key = each.terminal, each.wallet
        asides[key] = _added(asides.get(key, Aside()), each.aside)


def _added(one: Aside, other: Aside, sign: int = 1) -> Aside:
    return Aside(
        one.granted_points + sign * other.granted_points, one.spent_points + sign * other.spent_points,
        one.released_points + sign * other.released_points,
    )  # fmt: skip


def _spend(asides: Asides, sold: Sold) -> None:
    for wallet, points in sold.points.items():
        aside = asides.get((sold.terminal, wallet))
        if aside is not None:
            spent = aside.spent_points + min(max(0, points), max(0, aside.left_points))
            asides[sold.terminal, wallet] = replace(aside, spent_points=spent)


def _release(asides: Asides, back: Released) -> None:
    aside = asides.get((back.terminal, back.wallet))
    if aside is not None:
        released = aside.released_points + min(max(0, back.points), max(0, aside.left_points))
        asides[back.terminal, back.wallet] = replace(aside, released_points=released)


def _grant(asides: Asides, sold: Sold, row: BalanceRow, redeem: Redeem) -> None:
    """Fill up what is set aside here, by at most half of what is free: some is left for tills that ask."""
    wallet = redeem.wallets[0]
    key = (sold.terminal, wallet)
    aside = asides.get(key, Aside())
    if key not in asides and len(asides) >= MAX_TILLS:
        return
    elsewhere = sum(max(0, each.left_points) for (_, name), each in asides.items() if name == wallet)
    held = sum(points.get(wallet, 0) for points in row.held.values())
    free = shown_points(row, (), sold.date).wallets.get(wallet, 0) - elsewhere - held
    more = min(redeem.offline.escrow_max_points - aside.left_points, free // 2)
    if more > 0:
        asides[key] = replace(aside, granted_points=aside.granted_points + more)


def keep_escrow(tx: Tx, account: Account, before: Asides, after: Asides) -> None:
    rows = [
        {"bucket": account[0], "account_id": account[1], "terminal": terminal, "wallet": wallet}
        | msgspec.structs.asdict(aside)
        for (terminal, wallet), aside in sorted(after.items())
        if before.get((terminal, wallet)) != aside
    ]
    insert_rows(tx, ESCROW, rows)
    update_rows(tx, ESCROW, _KEY, rows)
