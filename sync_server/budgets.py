"""Campaign budgets at the head office: tills ask for shares of them, and are never given more than there is together.

Of one campaign all shares lie in one bucket, and whoever changes one holds the budget's row until the commit: so what
is free is known at that moment, whatever was asked twice, lost or late. What a till says it has used steers how much
it is given, and nothing else.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

import msgspec
from sqlalchemy import Row, func, select

from loyalty.api import ShareGiven, SharesAsk, SharesReply, ShareTold
from loyalty.events import bucket_of
from loyalty.feed import ProgrammeRow
from loyalty.programme import Programme
from loyalty.published import newest_programme
from loyalty.shares import KINDS, MAX_BUDGETS, Amount, Budget, Pool, Share, ended, grown
from sync_server.refusals import Refused
from sync_server.rows import insert_rows, select_by, update_rows
from sync_server.schema import BUDGET, BUDGET_SHARE, FEED, TERMINAL, tshard_of
from sync_server.store import Store, Tx

MAX_FIGURE = 2**53 - 1
_FIGURES = tuple(f"{what}_{kind}" for what in ("granted", "used") for kind in KINDS)


class Tills(msgspec.Struct, frozen=True):
    """The store of the till that asks, and how many tills are at work there and in all."""

    store: str
    here: int
    everywhere: int


def budget_bucket(campaign_id: str) -> int:
    return bucket_of(f"budget/{campaign_id}")


def give_shares(store: Store, terminal: str, asked: SharesAsk, now_ms: int) -> SharesReply:
    """The shares of one till as they are after it has asked. Raises Refused: bad_request, too_large."""
    if len(asked.shares) > MAX_BUDGETS:
        raise Refused(413, "too_large", f"at most {MAX_BUDGETS} shares at a time")
    for told in asked.shares:
        _check(told)
    budgets = published_programme(store).budgets
    found = {told.campaign_id: told for told in asked.shares if told.campaign_id in budgets}
    if not found:
        return SharesReply(())
    give = partial(_give, budgets=budgets, terminal=terminal, tills=_tills(store, terminal), now_ms=now_ms)
    if store.sqlite:
        return SharesReply(store.write(lambda tx: give(tx, found.values()), "many"))
    given: list[ShareGiven] = []
    for told in found.values():
        given += store.write(partial(give, told=(told,)), budget_bucket(told.campaign_id))
    return SharesReply(tuple(given))


def published_programme(store: Store) -> Programme:
    """The programme that tills sell by."""
    table = FEED["programmes"]
    with store.read() as tx:
        query = select(table.c.body).where(table.c.body.is_not(None) & ~table.c.key.contains("/"))
        bodies = tx.execute(query.order_by(table.c.key)).scalars().all()
    return _newest(tuple(msgspec.json.decode(body, type=ProgrammeRow) for body in bodies))


@lru_cache(maxsize=4)
def _newest(rows: tuple[ProgrammeRow, ...]) -> Programme:
    return newest_programme(rows)


def _check(told: ShareTold) -> None:
    figures = [amount.of(kind) for amount in (told.granted, told.used, told.wanted) for kind in KINDS]
    if not 0 < len(told.campaign_id) <= 64 or not all(0 <= figure <= MAX_FIGURE for figure in figures):
        raise Refused(400, "bad_request", "a share has a campaign's id and figures from 0 to 2^53 - 1")


def _tills(store: Store, terminal: str) -> Tills:
    """Those that have not been revoked."""
    mine = select(TERMINAL.c.store).where(TERMINAL.c.tshard == tshard_of(terminal), TERMINAL.c.terminal == terminal)
    count = select(TERMINAL.c.store, func.count().label("n")).where(TERMINAL.c.state == "active")
    with store.read() as tx:
        shop = str(tx.execute(mine).scalar_one())
        by_shop = {row.store: row.n for row in tx.execute(count.group_by(TERMINAL.c.store))}
    return Tills(shop, by_shop.get(shop, 0), sum(by_shop.values()))


def _give(
    tx: Tx, told: Iterable[ShareTold], budgets: Mapping[str, Budget], terminal: str, tills: Tills, now_ms: int
) -> tuple[ShareGiven, ...]:
    return tuple(_given(tx, each, budgets[each.campaign_id], terminal, tills, now_ms) for each in told)


def _given(tx: Tx, told: ShareTold, budget: Budget, terminal: str, tills: Tills, now_ms: int) -> ShareGiven:
    key: dict[str, Any] = {"bucket": budget_bucket(told.campaign_id), "campaign_id": told.campaign_id}
    hold_budget(tx, told.campaign_id)
    had = select_by(
        tx, BUDGET_SHARE, _FIGURES, ("bucket", "campaign_id", "terminal"), [(key["bucket"], told.campaign_id, terminal)]
    )
    before = amounts(had[0]) if had else (Amount(), Amount())
    # A share is what the till has in hand: after a backup was put back here it may have more than we remember, and
    # before the campaign had a budget it may have given without one.
    mine = Share(before[0].at_least(told.granted).at_least(told.used), told.used)
    whole, here = _pools(tx, key, tills, before, mine)
    granted = grown(budget, mine, whole, here, told.wanted)
    _keep(tx, {**key, "terminal": terminal}, tills.store, Share(granted, told.used), now_ms, new=not had)
    more = _minus(granted, mine.granted)
    none_left = ended(budget, _with(whole, more), _with(here, more))
    return ShareGiven(told.campaign_id, granted, none_left)


def hold_budget(tx: Tx, campaign_id: str) -> None:
    """From here to the commit nobody else changes a share of this campaign."""
    key: dict[str, Any] = {"bucket": budget_bucket(campaign_id), "campaign_id": campaign_id}
    insert_rows(tx, BUDGET, [key])
    select_by(tx, BUDGET, ("campaign_id",), ("bucket", "campaign_id"), [(key["bucket"], campaign_id)], lock=True)


def amounts(row: Row[Any]) -> tuple[Amount, Amount]:
    """(granted, used) of a row with those columns."""
    figures = row._mapping
    granted, used = (Amount(*(int(figures[f"{what}_{kind}"]) for kind in KINDS)) for what in ("granted", "used"))
    return granted, used


def _pools(
    tx: Tx, key: Mapping[str, Any], tills: Tills, before: tuple[Amount, Amount], mine: Share
) -> tuple[Pool, Pool]:
    """All shares, and those of the store, with this till's as it says it is."""
    sums = [func.sum(BUDGET_SHARE.c[name]).label(name) for name in _FIGURES]
    place = (BUDGET_SHARE.c.bucket == key["bucket"]) & (BUDGET_SHARE.c.campaign_id == key["campaign_id"])
    rows = tx.execute(select(BUDGET_SHARE.c.store, *sums).where(place).group_by(BUDGET_SHARE.c.store))
    by_store = {row.store: amounts(row) for row in rows}
    change = _minus(mine.granted, before[0]), _minus(mine.used, before[1])
    whole = _pool(by_store.values(), change, tills.everywhere)
    return whole, _pool([by_store.get(tills.store, (Amount(), Amount()))], change, tills.here)


def _pool(parts: Iterable[tuple[Amount, Amount]], change: tuple[Amount, Amount], tills: int) -> Pool:
    granted, used = change
    for part in parts:
        granted, used = granted + part[0], used + part[1]
    return Pool(granted, used, tills)


def _with(pool: Pool, granted: Amount) -> Pool:
    return Pool(pool.granted + granted, pool.used, pool.tills)


def _minus(one: Amount, other: Amount) -> Amount:
    return Amount(*(one.of(kind) - other.of(kind) for kind in KINDS))


def _keep(tx: Tx, key: Mapping[str, Any], shop: str, share: Share, now_ms: int, *, new: bool) -> None:
    figures = {f"granted_{kind}": share.granted.of(kind) for kind in KINDS}
    figures |= {f"used_{kind}": share.used.of(kind) for kind in KINDS}
    row = {**key, "store": shop, **figures, "told_ms": now_ms}
    if new:
        insert_rows(tx, BUDGET_SHARE, [row])
    else:
        update_rows(tx, BUDGET_SHARE, ("bucket", "campaign_id", "terminal"), [row])
