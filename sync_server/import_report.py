"""What an import came to: counts, and every row not taken with its line, the reason and what to do."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from loyalty.sentences import Lang, Sentence, say
from sync_server.balance_sums import LotSum

Outcome = Literal["added", "changed", "known", "refused"]


class NotTaken(msgspec.Struct, frozen=True):
    """One row left out, or in a dry run one that would change a member: `value` is what it is about, as in the file."""

    line: int
    value: str
    reason: Sentence
    mend: Sentence


class Imported(msgspec.Struct, frozen=True):
    rows: int = 0
    added: int = 0
    changed: int = 0
    known: int = 0
    refused: int = 0
    first_purchases: int = 0
    """Of a dry run: new members whose row says nothing of receipts, where a campaign welcomes the first purchase."""
    sums: tuple[LotSum, ...] = ()
    """Of balances: what the file has and what is booked, by wallet and month."""


class Tally:
    """Counts outcomes and hands the rows not taken on, as they come."""

    def __init__(self, keep: Callable[[NotTaken], None]) -> None:
        self._keep = keep
        self._counts: dict[Outcome, int] = {"added": 0, "changed": 0, "known": 0, "refused": 0}
        self._first_purchases = 0

    def count(self, outcome: Outcome, rows: int = 1) -> None:
        self._counts[outcome] += rows

    def leave(self, outcome: Literal["changed", "known", "refused"], row: NotTaken) -> None:
        self._counts[outcome] += 1
        self._keep(row)

    def warn_of_first_purchases(self, members: int) -> None:
        self._first_purchases += members

    @property
    def imported(self) -> Imported:
        counts = self._counts
        return Imported(
            sum(counts.values()), counts["added"], counts["changed"], counts["known"], counts["refused"],
            self._first_purchases,
        )  # fmt: skip


class ReportFile:
    """The report as CSV with a byte-order mark, as spreadsheets want it; nothing is written without a path."""

    def __init__(self, path: Path | None, lang: Lang, templates: dict[str, tuple[str, str]]) -> None:
        self._lang, self._templates = lang, templates
        self._file = path.open("w", encoding="utf-8-sig", newline="") if path else None
        self._writer = csv.writer(self._file) if self._file else None
        if self._writer:
            self._writer.writerow(("line", "value", "reason", "what_to_do"))

    def write(self, row: NotTaken) -> None:
        if self._writer:
            said = (say(row.reason, self._lang, self._templates), say(row.mend, self._lang, self._templates))
            self._writer.writerow((row.line, _plain(row.value), *said))

    def close(self) -> None:
        if self._file:
            self._file.close()


def _plain(value: str) -> str:
    """A value that no spreadsheet takes for a formula."""
    return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
