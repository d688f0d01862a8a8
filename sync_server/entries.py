"""Entries into the ledger, each with its other side on the programme's account of the same bucket."""

from collections import defaultdict
from collections.abc import Sequence

from loyalty.events import canonical
from sync_server.purses import Booked
from sync_server.rows import add_rows, insert_new
from sync_server.schema import LEDGER, PROGRAMME_TOTAL, part_of
from sync_server.store import Tx


def write_entries(tx: Tx, entries: Sequence[Booked]) -> list[Booked]:
    """The entries that were new; the programme's accounts take the other side."""
    rows = [
        {
            "bucket": booked.bucket, "event_id": entry.event_id, "account_id": entry.account_id,
            "entry_no": entry.entry_no, "part": part_of(entry.at_ms),
            "wallet": entry.wallet, "contra": entry.contra, "points": entry.points,
            "at_ms": entry.at_ms, "receipt_id": booked.receipt_id, "date": booked.date,
            "lot": canonical(booked.lot) if booked.lot else None, "cause_id": booked.cause_id,
        }
        for booked in entries
        for entry in (booked.entry,)
    ]  # fmt: skip
    added = insert_new(tx, LEDGER, rows, ("bucket", "account_id", "event_id", "entry_no"))
    new = [each for each in entries if (*each.account, each.entry.event_id, each.entry.entry_no) in added]
    totals: defaultdict[tuple[int, str, str], int] = defaultdict(int)
    for booked in new:
        totals[booked.bucket, booked.entry.wallet, booked.entry.contra] -= booked.entry.points
    add_rows(
        tx,
        PROGRAMME_TOTAL,
        ("bucket", "wallet", "contra"),
        [
            {"bucket": b, "wallet": wallet, "contra": contra, "points": delta}
            for (b, wallet, contra), delta in sorted(totals.items())
        ],
    )
    return new
