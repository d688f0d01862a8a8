"""What a till that sells no more has not used of its shares comes back to the budgets, by a person's word only.

What it has used is what it said and what its receipts here say, whichever is more, those too that are not applied yet.
A till that does come back with events of its own goes on with the share it has: the head office then counts it again,
and may find more in shares than the budget; it hands out no more until that is made up.
"""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import select

from loyalty.errors import BadInput, NotNow
from loyalty.events import SaleCompleted
from loyalty.quoting.uses import uses_of
from loyalty.receipt import Receipt
from loyalty.sentences import sentence
from loyalty.shares import KINDS, Amount
from sync_server.budgets import amounts, hold_budget
from sync_server.rows import update_rows
from sync_server.schema import BUDGET_SHARE, TERMINAL
from sync_server.segment_events import arrived_in, segments_of
from sync_server.store import Store, Tx

SILENT_MS = 24 * 3600 * 1000

SENTENCES = {
    "budget.no_till": ("Кассы «{terminal}» нет", "There is no terminal “{terminal}”"),
    "budget.at_work": (
        "Касса {terminal} на связи: она может выдать свою долю",
        "Terminal {terminal} is at work: it may still give its share",
    ),
    "budget.at_work.hint": (
        "Отзовите кассу или подождите сутки без связи с ней",
        "Revoke it, or wait for a day without a word from it",
    ),
}


def release_shares(store: Store, named: str, now_ms: int) -> dict[str, Amount]:
    """campaign id -> what is free again. Raises BadInput, and NotNow for a till that may still sell."""
    terminal = _terminal(store, named, now_ms)
    with store.read() as tx:
        shares = tx.execute(select(BUDGET_SHARE).where(BUDGET_SHARE.c.terminal == terminal)).all()
        given = _given(tx, terminal) if shares else {}
    freed: dict[str, Amount] = {}
    for row in shares:
        sold = given.get(row.campaign_id, Amount())
        release = partial(_release, bucket=row.bucket, campaign_id=row.campaign_id, terminal=terminal, given=sold)
        free = store.write(release, row.bucket)
        if free != Amount():
            freed[row.campaign_id] = free
    return freed


def _terminal(store: Store, named: str, now_ms: int) -> str:
    number = int(named[1:]) if named[:1] in ("T", "t") and named[1:].isdigit() and len(named) < 8 else None
    match = TERMINAL.c.terminal == named if number is None else TERMINAL.c.terminal_no == number
    with store.read() as tx:
        row = tx.execute(select(TERMINAL.c.terminal, TERMINAL.c.state, TERMINAL.c.seen_ms).where(match)).one_or_none()
    if row is None:
        raise BadInput(sentence("budget.no_till", terminal=named[:40]))
    if row.state == "active" and now_ms - row.seen_ms < SILENT_MS:
        raise NotNow(sentence("budget.at_work", terminal=named), sentence("budget.at_work.hint"))
    return str(row.terminal)


def _given(tx: Tx, terminal: str) -> dict[str, Amount]:
    """What the till's sales here have given, whatever has come back: out of its own segments, since what was made of
    them lies among all tills' receipts, in no order of tills."""
    found: dict[str, Amount] = {}
    for sale in _sales(tx, terminal):
        for use in uses_of(sale):
            had = found.get(use.campaign_id, Amount())
            found[use.campaign_id] = had + Amount(use.times, use.minor, use.points)
    return found


def _sales(tx: Tx, terminal: str) -> Iterator[Receipt]:
    """Each once: a till that was mended has sent some of its events a second time."""
    known: set[str] = set()
    for row in segments_of(tx, terminal):
        for event in arrived_in(row):
            if isinstance(event.body, SaleCompleted) and event.body.receipt.receipt_id not in known:
                known.add(event.body.receipt.receipt_id)
                yield event.body.receipt


def _release(tx: Tx, bucket: int, campaign_id: str, terminal: str, given: Amount) -> Amount:
    """What is free again once the share is no more than what was used of it."""
    hold_budget(tx, campaign_id)
    key = {"bucket": bucket, "campaign_id": campaign_id, "terminal": terminal}
    place = [BUDGET_SHARE.c[name] == value for name, value in key.items()]
    granted, told = amounts(tx.execute(select(BUDGET_SHARE).where(*place)).one())
    used = told.at_least(given)
    free = Amount(*(max(0, granted.of(kind) - used.of(kind)) for kind in KINDS))
    kept = {f"granted_{kind}": granted.of(kind) - free.of(kind) for kind in KINDS}
    update_rows(tx, BUDGET_SHARE, tuple(key), [{**key, **kept}])
    return free
