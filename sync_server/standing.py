"""What an account's status follows from: receipts counted by the published programme, statuses members bring along."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec.structs import replace

from loyalty.feed import BalanceRow
from loyalty.member import Used
from loyalty.programme import Programme, Redeem
from loyalty.quoting.uses import Use, merge_used, used_after
from loyalty.statuses.progress import Counted, Grant, Progress, merge_progress, progress_after
from loyalty.statuses.season import OPEN
from loyalty.statuses.tiers import place_of, status_id_on

Version = tuple[str, int]
"""A programme's id and its version."""


class Rules(msgspec.Struct, frozen=True):
    """The published programme statuses are counted by; none before the first is published."""

    programme: Programme | None = None
    limits: Programme | None = None
    """The published programme where campaigns of it have limits: by it is counted what members have had of them."""

    redeem: Redeem | None = None
    """How points are spent under the published programme, where some are set aside for tills."""
    versions: dict[Version, Programme] = {}
    """The published versions that the receipts at hand were made by."""

    def grant(self, status: str, at_ms: int, last_date: str = "") -> Grant | None:
        """A status a new member has at once; None for the lowest one, which is everyone's."""
        if not status or (self.programme is not None and place_of(self.programme, status) == 0):
            return None
        return Grant(status, self.date_at(at_ms), last_date)

    def opened(self, row: BalanceRow, grant: Grant | None) -> BalanceRow:
        """A new member's account; receipts may have come before, and other members of a family."""
        if grant is None:
            return row
        seasons = self.programme.spans if self.programme else OPEN
        return replace(row, progress=merge_progress(row.progress, Progress(grants=(grant,)), seasons))

    def joined(self, row: BalanceRow, progress: Progress, used: Sequence[Used]) -> BalanceRow:
        """The account with what another one that moved to it had reached and had of campaigns with limits."""
        seasons = self.programme.spans if self.programme else OPEN
        return replace(
            row,
            progress=merge_progress(row.progress, progress, seasons),
            used=merge_used(row.used, used, self.limits),
        )

    def after(self, row: BalanceRow, counted: Counted) -> BalanceRow:
        """The account after one more receipt, whatever came before."""
        receipts = row.receipts + counted.receipts
        if self.programme is None:
            return replace(row, receipts=receipts)
        return replace(row, receipts=receipts, progress=progress_after(row.progress, counted, self.programme.spans))

    def used(self, row: BalanceRow, uses: Sequence[Use]) -> BalanceRow:
        """The account with what receipts gave of campaigns that have limits."""
        return replace(row, used=used_after(row.used, uses, self.limits)) if self.limits else row

    def status_on(self, row: BalanceRow, on_date: str) -> str:
        """The id of the status in force; empty without a programme that has statuses."""
        return status_id_on(self.programme, row.progress, on_date) if self.programme else ""

    def date_at(self, at_ms: int) -> str:
        """The stores' own date at a moment."""
        return date_at(self.programme, at_ms)


def date_at(programme: Programme | None, at_ms: int) -> str:
    """The date of a moment in the programme's time zone."""
    return datetime.fromtimestamp(at_ms / 1000, zone_of(programme)).date().isoformat()


def zone_of(programme: Programme | None) -> tzinfo:
    """The programme's time zone; UTC where there is none or this machine does not know it."""
    try:
        return ZoneInfo(programme.time_zone) if programme else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
