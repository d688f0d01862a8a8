"""Points set aside for a till, so that it can let a member spend them without asking and nobody can overdraw them.

Each sale of a member at a till fills up what is set aside there, out of what is free: never what is held for a sale or
set aside elsewhere. Whatever the till then sells comes out of it first. It ends by the till's own word (RightReleased),
or once the till is revoked; until then nobody else can spend it. An account that moves takes what is set aside along;
what tills go on to sell and give back for the account they know follows, as sums, so that nothing hangs on the order.

A head office that was set back may have forgotten what it had set aside: each till says what it has (RightKept), and
until all have, nothing more is set aside (`untold`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.events import RightKept, RightReleased
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
    place: tuple[int, int] = (0, 0)
    """Epoch and number of its event."""


class Said(msgspec.Struct, frozen=True):
    """A till's own word of what is set aside for it: so much is given back, or (`kept`) is there."""

    account: Account
    terminal: str
    wallet: str
    points: int
    place: tuple[int, int] = (0, 0)
    kept: bool = False


class Aside(msgspec.Struct, frozen=True):
    """What was set aside for one till of one wallet, in all."""

    granted_points: int = 0
    spent_points: int = 0
    released_points: int = 0
    way_points: int = 0

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


def said_by(events: Iterable[Arrived]) -> Iterator[Said]:
    for event in events:
        if isinstance(event.body, RightReleased | RightKept):
            of, place = event.body, (event.epoch, event.seq)
            account = (event.bucket, of.account_id)
            yield Said(account, event.terminal, of.wallet, of.points, place, isinstance(of, RightKept))


def pass_on_escrow(
    tx: Tx, account: Account, is_leaving: bool, sold: Iterable[Sold], said: Iterable[Said], came: Iterable[AsideMoved]
) -> tuple[AsideMoved, ...]:  # fmt: skip
    """What an account that has moved, or moves now (`is_leaving`), hands on; its own rows go on as they would."""
    before = read_escrow(tx, [account])[account]
    after = dict(before)
    _join(after, came)
    _follow(after, sold, said)
    if is_leaving:
        left = {key: Aside(aside.left_points) for key, aside in after.items()}
    else:
        left = {key: replace(_added(aside, before.get(key, Aside()), -1), way_points=0) for key, aside in after.items()}
        after = {key: _sent(aside, left[key]) for key, aside in after.items()}
    keep_escrow(tx, account, before, after)
    return tuple(AsideMoved(*key, aside) for key, aside in sorted(left.items()) if aside != Aside())


def settle_escrow(
    tx: Tx,
    rows: Mapping[Account, BalanceRow],
    sold: Sequence[Sold],
    said: Sequence[Said],
    redeem: Redeem | None,
    came: Mapping[Account, Sequence[AsideMoved]],
) -> dict[Account, BalanceRow]:
    """The accounts whose points set aside change by these sales, or may: `redeem` says how much there can be."""
    spoken = {each.account for each in said}
    mine = [
        each for each in sold
        if each.account in rows and (redeem or rows[each.account].escrow or each.account in spoken)
    ]  # fmt: skip
    facts = [*(each.account for each in mine), *spoken, *came]
    asked = {account for account in facts if account in rows and not rows[account].moved_to}
    if not asked:
        return {}
    changed: dict[Account, BalanceRow] = {}
    known = read_escrow(tx, asked)
    for account in sorted(asked):
        before = known[account]
        after = dict(before)
        _join(after, came.get(account, ()))
        of_account = [each for each in mine if each.account == account]
        _follow(after, of_account, [each for each in said if each.account == account])
        for each in of_account:
            if redeem:
                _grant(after, each, rows[account], redeem)
        keep_escrow(tx, account, before, after)
        changed[account] = with_escrow(rows[account], after)
    return changed


def read_escrow(tx: Tx, accounts: Iterable[Account]) -> defaultdict[Account, Asides]:
    found: defaultdict[Account, Asides] = defaultdict(dict)
    names = (*_KEY, *Aside.__struct_fields__)
    for row in select_by(tx, ESCROW, names, ("bucket", "account_id"), accounts):
        aside = Aside(*(int(getattr(row, name)) for name in Aside.__struct_fields__))
        found[row.bucket, row.account_id][row.terminal, row.wallet] = aside
    return found


def with_escrow(row: BalanceRow, asides: Asides) -> BalanceRow:
    """The account's row with what is set aside, by till and wallet."""
    left: dict[str, dict[str, int]] = {}
    way: dict[str, dict[str, int]] = {}
    for (terminal, wallet), aside in sorted(asides.items()):
        if aside.left_points > 0 and not row.moved_to:
            left.setdefault(terminal, {})[wallet] = aside.left_points
        if aside.way_points:
            way.setdefault(terminal, {})[wallet] = aside.way_points
    return replace(row, escrow=left, escrow_way=way)


def _join(asides: Asides, came: Iterable[AsideMoved]) -> None:
    for each in came:
        key = each.terminal, each.wallet
        asides[key] = _sent(_added(asides.get(key, Aside()), each.aside), each.aside, -1)


def _added(one: Aside, other: Aside, sign: int = 1) -> Aside:
    return Aside(
        one.granted_points + sign * other.granted_points, one.spent_points + sign * other.spent_points,
        one.released_points + sign * other.released_points, one.way_points,
    )  # fmt: skip


def _sent(aside: Aside, gone: Aside, sign: int = 1) -> Aside:
    """After so much that came out of it was sent on; -1: has arrived."""
    return replace(aside, way_points=aside.way_points + sign * (gone.spent_points + gone.released_points))


def _follow(asides: Asides, sold: Iterable[Sold], said: Iterable[Said]) -> None:
    """What each till sold and said, in its order: what it says is there is so after what it sold before."""
    facts: list[Sold | Said] = [*sold, *said]
    for fact in sorted(facts, key=lambda each: (each.terminal, each.place)):
        if isinstance(fact, Sold):
            _spend(asides, fact)
        elif fact.kept:
            _keep(asides, fact)
        else:
            _release(asides, fact)


def _spend(asides: Asides, sold: Sold) -> None:
    for wallet, points in sold.points.items():
        aside = asides.get((sold.terminal, wallet))
        if aside is not None:
            spent = aside.spent_points + min(max(0, points), max(0, aside.left_points))
            asides[sold.terminal, wallet] = replace(aside, spent_points=spent)


def _keep(asides: Asides, kept: Said) -> None:
    """A till has not more than it was granted here; what is missing was granted before the head office was set back."""
    aside = asides.get((kept.terminal, kept.wallet), Aside())
    missing = max(0, kept.points - aside.left_points)
    asides[kept.terminal, kept.wallet] = replace(aside, granted_points=aside.granted_points + missing)


def _release(asides: Asides, back: Said) -> None:
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
