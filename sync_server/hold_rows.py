"""Holds as rows: points of one account kept for a sale of one till, and what an account can spend beside them.

A hold stands in the bucket of its account, and whoever changes one holds the account's row of the feed. Whether a hold
is over is a matter of the clock alone: its row says until when, and the clean-up (`hold_ends`) only follows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from loyalty.events import canonical
from loyalty.feed import BalanceRow
from loyalty.points.shown import shown_points
from sync_server.purses import Account
from sync_server.rows import insert_rows, select_by, update_rows
from sync_server.schema import HOLD
from sync_server.store import Tx

State = Literal["held", "captured", "voided", "expired", "moved"]
Points = dict[str, int]
"""wallet -> points."""
_KEY = ("bucket", "account_id", "hold_id")
_points = msgspec.json.Decoder(Points)


class Hold(msgspec.Struct, frozen=True):
    """`body_hash` is of the request that took it; empty where what ended it came first."""

    hold_id: str
    terminal: str
    member_id: str = ""
    points: Points = {}
    body_hash: str = ""
    state: State = "held"
    made_ms: int = 0
    until_ms: int = 0
    receipt_id: str = ""
    captured: Points = {}

    def lives(self, now_ms: int) -> bool:
        return self.state == "held" and now_ms < self.until_ms

    def covers(self, points: Mapping[str, int]) -> bool:
        return all(each <= self.points.get(wallet, 0) for wallet, each in points.items())


Holds = dict[str, Hold]
"""hold_id -> the hold."""


def read_holds(tx: Tx, accounts: Iterable[Account]) -> dict[Account, Holds]:
    """Every hold these accounts have a row of."""
    found: defaultdict[Account, Holds] = defaultdict(dict)
    names = ("bucket", "account_id", *Hold.__struct_fields__)
    for row in select_by(tx, HOLD, names, ("bucket", "account_id"), accounts):
        found[row.bucket, row.account_id][row.hold_id] = _hold(dict(row._mapping))
    return found


def _hold(row: Mapping[str, Any]) -> Hold:
    values = {name: row[name] for name in Hold.__struct_fields__}
    return Hold(**{**values, "points": _points.decode(row["points"]), "captured": _points.decode(row["captured"])})


def add_holds(tx: Tx, account: Account, holds: Iterable[Hold]) -> None:
    """New rows; of a hold that is there already nothing changes."""
    insert_rows(tx, HOLD, [_row(account, hold) for hold in holds])


def change_holds(tx: Tx, account: Account, holds: Iterable[Hold]) -> None:
    """Holds that are there, as they are now."""
    update_rows(tx, HOLD, _KEY, [_row(account, hold) for hold in holds])


def _row(account: Account, hold: Hold) -> dict[str, Any]:
    row = msgspec.structs.asdict(hold)
    texts = {name: canonical(row[name]).decode() for name in ("points", "captured")}
    return {"bucket": account[0], "account_id": account[1], **row, **texts}


def with_held(row: BalanceRow, holds: Iterable[Hold]) -> BalanceRow:
    """The account's row with what is held of it, by terminal and wallet."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for hold in holds:
        if hold.state == "held":
            sums[hold.terminal].update(hold.points)
    held = {terminal: dict(sorted(points.items())) for terminal, points in sorted(sums.items())}
    return replace(row, held=held)


def available_points(row: BalanceRow, living: Sequence[Hold], today: str, terminal: str = "") -> Points:
    """wallet -> what can be spent on a day beside what these holds keep and what is set aside for tills but `terminal`;
    below 0 where
    points are lacking."""
    usable = Counter(shown_points(row, (), today).wallets)
    for hold in living:
        usable.subtract(hold.points)
    for till, aside in row.escrow.items():
        if till != terminal:
            usable.subtract(aside)
    return dict(usable)
