"""What comes for a member after the erasing: events are booked without what is personal, the rest is dropped."""

from collections.abc import Sequence

from msgspec.structs import replace

from loyalty.events import BankCardRegistered, BankCardWithdrawn, MemberEnrolled, ReturnCompleted, SaleCompleted
from sync_server.arrivals import Arrived, arrive, timed
from sync_server.erasing.erased import erased_among, read_erased
from sync_server.erasing.forget import forget
from sync_server.erasing.redact import redacted
from sync_server.erasing.segments import redact_spots
from sync_server.erasing.trail import Spot
from sync_server.identity import Identity
from sync_server.store import Store


def members_of(arrived: Sequence[Arrived]) -> frozenset[str]:
    """Whom these events may say something personal of."""
    found = set()
    for event in arrived:
        match event.body:
            case MemberEnrolled() | BankCardRegistered() | BankCardWithdrawn():
                found.add(event.body.member_id)
            case SaleCompleted(receipt=receipt) | ReturnCompleted(receipt=receipt) if receipt.member_id:
                found.add(receipt.member_id)
    return frozenset(found)


def without_personal(arrived: Sequence[Arrived], gone: frozenset[str]) -> list[Arrived]:
    """The same events, those of erased members redacted and marked."""
    return [_redacted(event) if members_of([event]) & gone else event for event in arrived] if gone else [*arrived]


def _redacted(event: Arrived) -> Arrived:
    raw = redacted(event.raw)
    without = arrive(event.terminal, event.epoch, event.seq, event.received_ms, raw)
    return replace(timed(without, event.at_ms, event.shift_ms), erased=True)


def clear_up(store: Store, identity: Identity, arrived: Sequence[Arrived], gone: frozenset[str], now_ms: int) -> None:
    """After events are applied: redact the segments they came in, and erase again whose erasing began meanwhile."""
    redact_spots(store, [Spot(each.terminal, each.epoch, each.seq) for each in arrived if each.erased], gone)
    meanwhile = erased_among(store, members_of(arrived)) - gone
    if meanwhile:
        with store.read() as tx:
            members = [each for each in read_erased(tx) if each.member_id in meanwhile]
        for member in members:
            forget(store, identity, member, now_ms)
