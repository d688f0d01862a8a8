"""What a receipt does to an account besides its points: progress in the season, and a status raised by it."""

import msgspec
from msgspec.structs import replace

from loyalty.feed import BalanceRow
from loyalty.programme import Programme
from loyalty.receipt import Receipt
from loyalty.tiers import place_of, progress_after, raised_status


class Rules(msgspec.Struct, frozen=True):
    """The published programme statuses are counted by; none before the first is published."""

    programme: Programme | None = None

    def opened(self, row: BalanceRow, status: str) -> BalanceRow:
        """A new member's account; receipts may have come before, and the higher status stays."""
        ladder = self.programme
        if ladder is None or not row.status:
            return row if row.status else replace(row, status=status)
        return replace(row, status=max(row.status, status, key=lambda found: place_of(ladder, found)))

    def after(self, row: BalanceRow, receipt: Receipt) -> BalanceRow:
        """The account after one more receipt: a status is raised by it, never lowered."""
        status = row.status or receipt.status
        if self.programme is None:
            return replace(row, status=status)
        progress = progress_after(row.progress, receipt, self.programme.season)
        return replace(row, status=raised_status(self.programme, status, progress).id, progress=progress)
