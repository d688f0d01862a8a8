"""What a person should look at: facts that are kept but do not agree with one another."""

from typing import Any, Literal

from sync_server.arrivals import Arrived

FlagKind = Literal[
    "other_bytes",          # one event id came twice with different bytes: the second changes nothing
    "unreadable",           # parked: this version cannot read it
    "receipt_again",        # one receipt id in two events: the second changes nothing
    "sums",                 # the receipt's figures do not add up; it is booked as printed
    "return_excess",        # more goods or money returned than were sold
    "return_differs",       # the sale's rules give back another sum than this return did; booked as printed
    "points_excess",        # more points to take or give back than the sale had: cut to the sale's
    "return_other_account", # a return for another account than the sale's: no points moved
    "return_no_sale",       # a return that names no sale: no points moved
    "coupon_again",         # a coupon for one use on a second receipt: honoured as printed
    "gift_overdrawn",       # a gift card paid more than was on it: booked as printed, the card is below zero
    "epoch_begun",          # two histories of one till had parted, and a person at it began a new epoch
    "clock",                # a receipt told for a time that cannot be: booked at the nearest that can
    "hold_overdrawn",       # its hold was over, or less than it spent, and the points were gone: booked as printed
    "revoked_till",         # brought in a file after its till was revoked: it may have been made up since
    "old_key",              # a copy of a till that holds an old key was refused: what it has sold comes by a file
    "copied_till",          # brought in a file from a copy of a till, by a person's word
    "member_again",         # one member id enrolled twice
    "card_taken",           # the card belongs to another member already
    "phone_taken",          # the phone belongs to another member already
    "bank_card_taken",      # the bank card stands for another member already
    "failed",               # applying it failed; parked
]  # fmt: skip


def flag(arrived: Arrived, kind: FlagKind, detail: str, raw: bool = False) -> dict[str, Any]:
    """A row of the table `flag`; `raw` keeps the event's bytes with it."""
    return {
        "bucket": arrived.bucket, "event_id": arrived.event_id, "kind": kind,
        "place": f"{arrived.terminal}/{arrived.epoch}/{arrived.seq}", "detail": detail[:400],
        "at_ms": arrived.received_ms, "raw": arrived.raw if raw else None,
    }  # fmt: skip
