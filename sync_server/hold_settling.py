"""What receipts and moves do to holds: a receipt captures the one it names, an account that moves takes its own along.

A capture of less frees the rest. A receipt whose hold is over, or was for less, is booked all the same, as printed; if
the points were not there any more, whoever should look at it is told by a flag. Nothing here refuses.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from loyalty.feed import BalanceRow
from loyalty.ledger import spent_points
from loyalty.receipt import Receipt
from sync_server.arrivals import Arrived
from sync_server.flags import FlagKind
from sync_server.hold_rows import Hold, Holds, Points, add_holds, available_points, change_holds, read_holds, with_held
from sync_server.purses import Account
from sync_server.rows import insert_rows
from sync_server.schema import FLAG
from sync_server.store import Tx

_OVERDRAWN: FlagKind = "hold_overdrawn"


class Capture(msgspec.Struct, frozen=True):
    """A receipt names a hold: what it spends, and where its event stands (`place`), for the flag."""

    hold_id: str
    terminal: str
    receipt_id: str
    number: str
    points: Points
    date: str
    event_id: str
    place: str
    received_ms: int


Captures = Mapping[Account, Sequence[Capture]]


def capture_of(event: Arrived, receipt: Receipt) -> Capture:
    place = f"{event.terminal}/{event.epoch}/{event.seq}"
    return Capture(
        receipt.hold_id, event.terminal, receipt.receipt_id, receipt.number, spent_points(receipt),
        receipt.moment.local_date, event.event_id, place, event.received_ms,
    )  # fmt: skip


def leaving_holds(tx: Tx, account: Account) -> tuple[Hold, ...]:
    """The account moves: what is held of it goes along. Here the rows say that they have gone."""
    held = [each for each in read_holds(tx, [account])[account].values() if each.state == "held"]
    change_holds(tx, account, [replace(each, state="moved") for each in held])
    return tuple(sorted(held, key=lambda each: each.hold_id))


def arrive_holds(tx: Tx, came: Iterable[tuple[Account, Sequence[Hold]]]) -> None:
    """Holds that came along with accounts; what ended them may have come first."""
    for account, holds in came:
        add_holds(tx, account, holds)


def settle_holds(tx: Tx, rows: Mapping[Account, BalanceRow], captures: Captures) -> dict[Account, BalanceRow]:
    """End the holds that receipts name, and flag what is overdrawn for want of one; the accounts whose rows change.

    `rows` are the accounts as these receipts leave them, held until the commit: all that receipts or holds came for.
    """
    changed: dict[Account, BalanceRow] = {}
    flags: list[dict[str, Any]] = []
    holds = read_holds(tx, rows)
    for account, row in rows.items():
        known, late = _captured(tx, account, holds[account], captures.get(account, ()))
        now = with_held(row, known.values())
        if now != row:
            changed[account] = now
        flags += _overdrawn(account, row, known, late)
    insert_rows(tx, FLAG, flags)
    return changed


def _captured(tx: Tx, account: Account, known: Holds, captures: Iterable[Capture]) -> tuple[Holds, list[Capture]]:
    """The holds after these receipts, and the receipts no hold answers for, or not for all."""
    known, new, ended, late = dict(known), dict[str, Hold](), dict[str, Hold](), list[Capture]()
    for capture in captures:
        hold = known.get(capture.hold_id)
        if hold is None or hold.state == "moved":
            late.append(capture)
            if hold is None:
                known[capture.hold_id] = new[capture.hold_id] = _first_ended(capture)
            continue
        in_time = hold.lives(capture.received_ms) and hold.terminal == capture.terminal
        if not (in_time and hold.covers(capture.points)):
            late.append(capture)
        if in_time:
            hold = replace(hold, state="captured", receipt_id=capture.receipt_id, captured=capture.points)
        elif hold.state == "held" and not hold.lives(capture.received_ms):
            hold = replace(hold, state="expired")
        known[hold.hold_id] = ended[hold.hold_id] = hold
    add_holds(tx, account, new.values())
    change_holds(tx, account, [each for each in ended.values() if each.hold_id not in new])
    return known, late


def _first_ended(capture: Capture) -> Hold:
    """The row of a hold nobody here has heard of: what comes for it later finds that it has ended."""
    at_ms = capture.received_ms
    return Hold(
        capture.hold_id, capture.terminal, state="captured", made_ms=at_ms, until_ms=at_ms,
        receipt_id=capture.receipt_id, captured=capture.points,
    )  # fmt: skip


def _overdrawn(account: Account, row: BalanceRow, known: Holds, late: Iterable[Capture]) -> Iterator[dict[str, Any]]:
    for capture in late:
        living = [each for each in known.values() if each.lives(capture.received_ms)]
        left = available_points(row, living, capture.date, capture.terminal)
        short = {wallet: -left.get(wallet, 0) for wallet in capture.points if left.get(wallet, 0) < 0}
        if short:
            said = ", ".join(f"{wallet} {points}" for wallet, points in sorted(short.items()))
            yield {
                "bucket": account[0], "event_id": capture.event_id, "kind": _OVERDRAWN, "place": capture.place,
                "detail": f"receipt {capture.number}: short of {said}"[:400], "at_ms": capture.received_ms, "raw": None,
            }  # fmt: skip


def by_account(captures: Iterable[tuple[Account, Capture]]) -> dict[Account, list[Capture]]:
    found: defaultdict[Account, list[Capture]] = defaultdict(list)
    for account, capture in captures:
        found[account].append(capture)
    return found
