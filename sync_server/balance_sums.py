"""What a file of balances comes to, by wallet and month of expiry, against the control rows of its source.

A control row has `control` for its id: `points` is the sum the source says, of the wallet, of the month in `expires`
(`2027-05`), of what never runs out (`never`), or of the whole wallet where that is empty.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from loyalty.errors import BadInput
from loyalty.ledger import MAIN_WALLET
from loyalty.points.terms import Lot
from loyalty.sentences import sentence
from sync_server import import_fields
from sync_server.csv_rows import Row
from sync_server.import_fields import Unfit

CONTROL = frozenset({"control", "контроль"})
NEVER = frozenset({"never", "бессрочно"})
WHOLE = "*"
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

SENTENCES = {
    "balances.control": (
        "Строка {line}: у источника {said_points} ({wallet}, {month}), в файле {found_points}. Ничего не загружено",
        "Line {line}: the source says {said_points} ({wallet}, {month}), the file {found_points}. Nothing was taken",
    ),
    "balances.control.bad": (
        "Строка {line}: контрольная строка записана неверно",
        "Line {line}: this control row is not written right",
    ),
    "balances.control.hint": (
        "Сверьте выгрузку с источником: строки потеряны, повторены или не читаются",
        "Compare the file with its source: rows are lost, repeated or cannot be read",
    ),
    "balances.control.bad.hint": (
        "Сумма — целое число; expires — месяц вида 2027-05, never или пусто",
        "The sum is a whole number; expires is a month as in 2027-05, never, or empty",
    ),
}  # fmt: skip


class LotSum(msgspec.Struct, frozen=True):
    """One wallet and month (`2027-05`; empty: never runs out): what the file has, and what of it is in the books."""

    wallet: str
    month: str
    file_points: int
    booked_points: int


class LotSums:
    """Sums as rows come: first those of the file, then of what was booked, now or before."""

    def __init__(self) -> None:
        self._file: Counter[tuple[str, str]] = Counter()
        self._booked: Counter[tuple[str, str]] = Counter()

    def book(self, lot: Lot) -> None:
        self._booked[lot.wallet, lot.expires_date[:7]] += lot.points

    def check(self, rows: Iterable[Row]) -> None:
        """Read a whole file for its sums. Raises BadInput where a control row says another sum."""
        controls = [row for row in rows if not self._add(row)]
        for row in controls:
            wallet, month, points = _control(row)
            found = sum(sum_ for (of, by), sum_ in self._file.items() if of == wallet and month in (WHOLE, by))
            if found != points:
                said = sentence(
                    "balances.control", line=row.line, wallet=wallet, month=month or "never", said_points=points,
                    found_points=found,
                )  # fmt: skip
                raise BadInput(said, sentence("balances.control.hint"))

    def lines(self) -> tuple[LotSum, ...]:
        found = sorted(self._file.keys() | self._booked.keys())
        return tuple(LotSum(*key, self._file[key], self._booked[key]) for key in found)

    def _add(self, row: Row) -> bool:
        """Count a row; False for one of control. One that cannot be read is left to the import to refuse."""
        if is_control(row):
            return False
        try:
            key = row.fields.get("wallet") or MAIN_WALLET, import_fields.day(row.fields.get("expires", ""))[:7]
            self._file[key] += import_fields.points(row.fields.get("points", ""))
        except Unfit:
            pass
        return True


def is_control(row: Row) -> bool:
    return row.fields.get("source_id", "").casefold() in CONTROL


def without_controls(rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if not is_control(row))


def _control(row: Row) -> tuple[str, str, int]:
    """(wallet, month or WHOLE, points). Raises BadInput."""
    month = row.fields.get("expires", "").casefold()
    if month in NEVER or _MONTH.fullmatch(month) or not month:
        try:
            points = import_fields.points(row.fields.get("points", ""))
            return row.fields.get("wallet") or MAIN_WALLET, "" if month in NEVER else month or WHOLE, points
        except Unfit:
            pass
    raise BadInput(sentence("balances.control.bad", line=row.line), sentence("balances.control.bad.hint"))
