"""Events put aside are applied by a version that understands them: once, in order, as if it had been so at once."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from sqlalchemy import select

from loyalty.events import MemberEnrolled, SaleCompleted, bucket_of
from sync_server import apply, parked
from sync_server.feed import read_delta
from sync_server.parked import read_parked, replay_parked
from sync_server.personal import store_personal
from sync_server.rebuilding.compare import differences
from sync_server.rebuilding.rebuild import rebuild
from sync_server.schema import ALIAS, EVENT, FEED, FLAG, MEMBER
from sync_server.store import Store
from sync_server.verifying.verify import verify
from tests.support.newer_events import NEXT, newer, upgraded
from tests.support.server import T0_MS, TestOffice, Till, hex_id, opened_office
from tests.support.taking_in import dump

ANNA = hex_id("anna")
CARD = "2990001000018"


def story(office: TestOffice) -> tuple[Till, list[bytes]]:
    """A member joins, buys, brings a part back and buys again; the middle of it in events of the next version."""
    till = office.till()
    joined, personal = till.enrolled(ANNA, CARD, phone="+79031234567")
    sale = till.receipt(ANNA, earned=30, qty=2000)
    told = [
        newer(joined), newer(till.event(SaleCompleted(sale))), newer(till.back(sale, total=5_000, earned=15, qty=1000)),
        newer(till.sale(account=ANNA, earned=7), NEXT - 1), newer(till.sale(account=ANNA, earned=100, redeemed=20)),
    ]  # fmt: skip
    store_personal(office.store, office.identity, [personal])
    return till, told


def sent(office: TestOffice) -> None:
    till, told = story(office)
    till.put(*told)
    office.apply()


def states(store: Store) -> list[str]:
    with store.read() as tx:
        return sorted(tx.execute(select(EVENT.c.state)).scalars())


def flags(store: Store) -> list[str]:
    with store.read() as tx:
        return sorted(tx.execute(select(FLAG.c.kind)).scalars())


def told_apart(one: Store, other: Store) -> list[object]:
    """Rows of the books, of members and of what finds them that are not the same, byte for byte."""
    with one.read() as ours, other.read() as theirs:
        found: list[object] = [
            each for bucket in range(256) for each in differences(ours, theirs, bucket, None, "2026-11-22")
        ]
        idents = [
            sorted((row.key, bytes(row.body)) for row in tx.execute(select(FEED["ident"]))) for tx in (ours, theirs)
        ]
        plain = [
            sorted(tuple(row) for table in (MEMBER, ALIAS) for row in tx.execute(select(table)))
            for tx in (ours, theirs)
        ]
    return [*found, *([] if idents[0] == idents[1] else idents), *([] if plain[0] == plain[1] else plain)]


def test_replayed_after_the_upgrade_all_is_as_if_it_had_been_understood_at_once(office, tmp_path, monkeypatch):
    sent(office)
    assert states(office.store) == ["applied", *["parked"] * 4]
    upgraded(monkeypatch)
    assert replay_parked(office.store, office.identity) == parked.Replayed(applied=4, left=0)
    with opened_office(f"sqlite:///{tmp_path / 'at_once.db'}") as at_once:
        sent(at_once)
        assert told_apart(office.store, at_once.store) == []
        assert dump(office) == dump(at_once)
        assert flags(office.store) == flags(at_once.store) == []
    assert states(office.store) == ["applied"] * 5
    assert verify(office.store).sound
    assert rebuild(office.store, tmp_path, office.now_ms).same


def test_the_list_names_till_place_and_reason(office):
    sent(office)
    found = list(read_parked(office.store))
    assert [(each.till, each.epoch, each.seq, each.type) for each in found] == [
        ("T1", 1, 1, "member_enrolled"), ("T1", 1, 2, "sale_completed"), ("T1", 1, 3, "return_completed"),
        ("T1", 1, 5, "sale_completed"),
    ]  # fmt: skip
    assert found[0].why == "a member_enrolled of version 2 is not known here"


def test_what_is_still_not_understood_stays_and_nothing_changes(office):
    sent(office)
    before = dump(office)
    assert replay_parked(office.store, office.identity) == parked.Replayed(applied=0, left=4)
    assert dump(office) == before
    assert flags(office.store) == ["unreadable"] * 4


def test_replayed_twice_it_counts_once(office, monkeypatch):
    sent(office)
    upgraded(monkeypatch)
    replay_parked(office.store, office.identity)
    once = dump(office)
    assert replay_parked(office.store, office.identity) == parked.Replayed()
    assert dump(office) == once


def test_a_replay_killed_at_any_transaction_is_done_again_and_counts_once(office, monkeypatch):
    sent(office)
    upgraded(monkeypatch)
    for stage in ("claim", "claim_coupons", "apply_again", "_take_out", "flag_again", "free_coupons"):
        with monkeypatch.context() as patched, ExitStack() as inside:
            patched.setattr(parked, stage, _dies)
            inside.enter_context(pytest.raises(_KilledError))
            replay_parked(office.store, office.identity)
    assert "parked" in states(office.store), "they lie there until all is done"
    assert replay_parked(office.store, office.identity).left == 0
    assert states(office.store) == ["applied"] * 5
    with office.store.read() as tx:
        (row,) = tx.execute(select(FEED["bal"])).all()
    assert row.points == 30 - 15 + 7 + 100 - 20
    assert verify(office.store).sound


def test_one_that_had_failed_is_finished_after_its_replay_was_killed(office, monkeypatch):
    till, told = office.till(), hex_id("told")
    joined, personal = till.enrolled(ANNA, CARD, phone="+79031234567", event_id=told)
    with monkeypatch.context() as patched:
        patched.setattr(apply, "admit_members", _fails)
        till.put(joined)
        store_personal(office.store, office.identity, [personal])
        office.apply()
    with monkeypatch.context() as patched:
        patched.setattr(parked, "complete_members", _dies)
        with pytest.raises(_KilledError):
            replay_parked(office.store, office.identity)
    assert (states(office.store), flags(office.store)) == (["applied"], ["failed"])
    assert replay_parked(office.store, office.identity) == parked.Replayed()
    assert flags(office.store) == []
    with office.store.read() as tx:
        assert "Мария И.".encode() in tx.execute(select(FEED["ident"].c.body)).scalar_one()


class _KilledError(BaseException):
    """As SIGKILL: nothing may catch it on the way."""


def _dies(*_args: object, **_kwargs: object) -> None:
    raise _KilledError


def test_one_whose_applying_failed_is_applied_once_its_cause_is_mended(office, monkeypatch):
    till = office.till()
    with monkeypatch.context() as patched:
        patched.setattr(apply, "book_receipts", _fails)
        till.put(till.sale(account=ANNA, earned=30))
        office.apply()
        assert replay_parked(office.store, office.identity) == parked.Replayed(applied=0, left=1)
    assert (states(office.store), flags(office.store)) == (["parked"], ["failed"])
    till.put(till.sale(account=ANNA, earned=5))
    office.apply()
    assert replay_parked(office.store, office.identity) == parked.Replayed(applied=1, left=0)
    assert (states(office.store), flags(office.store)) == (["applied", "applied"], [])
    with office.store.read() as tx:
        assert tx.execute(select(FEED["bal"].c.points)).scalar_one() == 35
    assert verify(office.store).sound


def _fails(*_args: object, **_kwargs: object) -> None:
    raise ZeroDivisionError


def test_the_till_s_own_place_does_not_go_back(office, monkeypatch):
    sent(office)
    upgraded(monkeypatch)
    till, gen = hex_id("nobody"), office.identity.gen
    with office.store.read() as tx:
        till = tx.execute(select(EVENT.c.terminal)).scalars().first() or till
    replay_parked(office.store, office.identity)
    page = read_delta(office.store, gen, till, "bal", bucket_of(ANNA), 0, gen)
    assert (page.your_applied.epoch, page.your_applied.seq) == (1, 5)


def test_events_of_one_till_are_replayed_in_their_order_however_many_there_are(office, monkeypatch):
    monkeypatch.setattr(parked, "PAGE_EVENTS", 2)
    sent(office)
    upgraded(monkeypatch)
    seen: list[int] = []
    again = apply.apply_again

    def watched(tx, arrived, rules, owners) -> None:
        seen.extend(each.seq for each in arrived)
        again(tx, arrived, rules, owners)

    monkeypatch.setattr(parked, "apply_again", watched)
    assert replay_parked(office.store, office.identity).applied == 4
    assert seen == [1, 2, 3, 5]


def test_a_member_whose_card_another_has_by_now_is_flagged_as_at_any_time(office, monkeypatch):
    till, told = story(office)
    till.put(told[0])
    office.apply()
    other, _ = till.enrolled(hex_id("other"), CARD)
    till.put(other)
    office.apply()
    upgraded(monkeypatch)
    assert replay_parked(office.store, office.identity).applied == 1
    assert flags(office.store) == ["card_taken"]


def test_the_body_of_a_member_is_what_the_event_said(office, monkeypatch):
    sent(office)
    upgraded(monkeypatch)
    replay_parked(office.store, office.identity)
    with office.store.read() as tx:
        member = tx.execute(select(MEMBER)).one()
    assert (member.member_id, member.card, member.at_ms) == (ANNA, CARD, T0_MS)
    assert MemberEnrolled.__struct_config__.tag == "member_enrolled"
