"""Bank cards at the head office: for whom each stands, whatever order tills are heard in, and until when.

Over PostgreSQL some of these are run by `test_server_routed`.
"""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from loyalty.events import BankCardRegistered, BankCardWithdrawn, bucket_of
from sync_server import bank_cards, effect_kinds, member_changes
from sync_server.bank_cards import CardAct, Registered, count_unknown, holder, settle
from sync_server.console.member_facts import read_member
from sync_server.effect_kinds import apply_effects
from sync_server.find_member import find_member
from sync_server.leases import ALL_SLOTS
from sync_server.member_steps import GONE
from sync_server.parked import replay_parked
from sync_server.schema import BANK_CARD, EVENT, FEED
from sync_server.verifying.verify import verify
from tests.support.families import ANNA, BORIS, CARDS, VERA, check, enrol, family, ident_of, merge
from tests.support.server import T0_MS, TestOffice, Till, hex_id, opened_office
from tests.support.taking_in import flags

TOKEN, OTHER = hex_id("a bank card"), hex_id("another bank card")
HOUR_MS = 3_600_000


@pytest.fixture
def office(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as made:
        yield made


def registered(till: Till, member: str, token: str = TOKEN, hour: int = 0, account: str = "") -> bytes:
    return till.event(BankCardRegistered(member, account or member, token, "anna"), at_ms=T0_MS + hour * HOUR_MS)


def withdrawn(till: Till, member: str, token: str = TOKEN, hour: int = 0) -> bytes:
    return till.event(BankCardWithdrawn(member, member, token, "anna"), at_ms=T0_MS + hour * HOUR_MS)


def put(till: Till, *events: bytes, hour: int = 0) -> None:
    """What a till sends at an hour of the day, applied."""
    till.office.now_ms = T0_MS + hour * HOUR_MS
    till.put(*events)
    till.office.apply()


def cards_of(office: TestOffice, member: str) -> tuple[str, ...]:
    return ident_of(office, CARDS[member]).bank_cards


def shown(office: TestOffice) -> tuple[Registered, ...]:
    """The bank cards on her page."""
    facts = read_member(office.store, ANNA)
    assert facts
    return facts.bank_cards


def test_a_card_stands_for_the_member_who_registered_it_until_it_is_withdrawn(office):
    till, other = office.till(), office.till("other")
    enrol(till, ANNA)
    put(till, registered(till, ANNA), registered(till, ANNA, OTHER))
    assert cards_of(office, ANNA) == tuple(sorted((TOKEN, OTHER)))
    put(other, withdrawn(other, ANNA, hour=1), hour=1)
    assert cards_of(office, ANNA) == (OTHER,)
    put(till, registered(till, ANNA, hour=2), hour=2)
    assert cards_of(office, ANNA) == tuple(sorted((TOKEN, OTHER)))
    assert flags(office) == {}
    assert verify(office.store).sound
    check(office)


def test_of_two_who_registered_one_card_offline_the_first_to_come_has_it_and_the_other_is_flagged(office):
    late, early = office.till(), office.till("early")
    enrol(late, ANNA, BORIS)
    put(early, registered(early, BORIS, hour=1), hour=1)
    put(late, registered(late, ANNA, hour=0), hour=2)
    assert (cards_of(office, ANNA), cards_of(office, BORIS)) == ((), (TOKEN,))
    assert flags(office) == {"bank_card_taken": 1}
    put(early, withdrawn(early, BORIS, hour=3), hour=3)
    assert (cards_of(office, ANNA), cards_of(office, BORIS)) == ((TOKEN,), ())
    check(office)


def test_a_member_s_page_tells_of_the_member_s_own_registration_not_of_who_tried_since(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    put(till, registered(till, ANNA))
    put(till, registered(till, BORIS, hour=1), hour=1)
    for member, told in ((ANNA, [T0_MS]), (BORIS, [])):
        facts = read_member(office.store, member)
        assert facts is not None
        assert [each.at_ms for each in facts.bank_cards] == told


def test_a_card_registered_again_before_its_withdrawal_is_heard_of_stays(office):
    till, offline, other = office.till(), office.till("offline"), office.till("other")
    enrol(till, ANNA)
    put(till, registered(till, ANNA))
    put(other, registered(other, ANNA, hour=2), hour=2)
    put(offline, withdrawn(offline, ANNA, hour=1), hour=3)
    assert cards_of(office, ANNA) == (TOKEN,)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_in_whatever_order_acts_are_read_a_card_stands_for_the_same_member(order):
    acts = [
        CardAct(TOKEN, "e1", ANNA, True, at_ms=10, received_ms=50),
        CardAct(TOKEN, "e2", BORIS, True, at_ms=5, received_ms=60),
        CardAct(TOKEN, "e3", ANNA, False, at_ms=20, received_ms=70),
        CardAct(TOKEN, "e4", ANNA, True, at_ms=30, received_ms=40),
    ]
    assert holder(acts[place] for place in order) == ANNA
    assert holder([acts[place] for place in order if place != 3]) == BORIS
    assert holder([acts[place] for place in order if place not in (1, 3)]) == ""


def test_registered_twice_it_is_as_old_as_the_first_time(office):
    """Else whoever presses the key again would take the card from the one who was first."""
    till, other = office.till(), office.till("other")
    enrol(till, ANNA, BORIS)
    put(till, registered(till, ANNA))
    put(other, registered(other, BORIS, hour=1), hour=1)
    put(till, registered(till, ANNA, hour=2), hour=2)
    assert (cards_of(office, ANNA), cards_of(office, BORIS)) == ((TOKEN,), ())


def test_a_round_that_runs_again_after_another_till_s_withdrawal_brings_nothing_back(office, monkeypatch):
    """Killed before its marks moved, it runs once more when the card has been withdrawn meanwhile."""
    from sync_server import rounds

    till, other = office.till(), office.till("other")
    enrol(till, ANNA)
    office.apply()
    till.put(registered(till, ANNA))
    with monkeypatch.context() as patched:
        patched.setattr(rounds, "_move_marks", lambda *_: None)
        rounds._run_events(office.store, office.identity, lambda: 0, ALL_SLOTS)
    assert cards_of(office, ANNA) == (TOKEN,)
    put(other, withdrawn(other, ANNA, hour=1), hour=1)
    assert cards_of(office, ANNA) == ()
    rounds.apply_events(office.store, _arrived(office, till))
    assert cards_of(office, ANNA) == ()


def _arrived(office: TestOffice, till: Till):
    from sync_server.schema import SEGMENT
    from sync_server.segment_events import arrived_in

    with office.store.read() as tx:
        rows = tx.execute(select(SEGMENT).where(SEGMENT.c.terminal == till.terminal).order_by(SEGMENT.c.tseq)).all()
    return [event for row in rows for event in arrived_in(row)]


def test_a_card_that_came_before_its_member_waits_for_the_member(office):
    till, other = office.till(), office.till("other")
    put(other, registered(other, ANNA))
    enrol(till, ANNA)
    office.apply()
    assert cards_of(office, ANNA) == (TOKEN,)


def test_the_kept_member_of_a_merge_has_the_cards_of_both_and_what_comes_late(office):
    till, late = office.till(), office.till("late")
    enrol(till, ANNA, BORIS)
    put(till, registered(till, ANNA, OTHER), registered(till, BORIS))
    merge(office, CARDS[ANNA], CARDS[BORIS])
    assert cards_of(office, ANNA) == tuple(sorted((TOKEN, OTHER)))
    third = hex_id("a third")
    put(late, registered(late, BORIS, third))
    assert cards_of(office, ANNA) == tuple(sorted((TOKEN, OTHER, third)))
    put(till, withdrawn(till, ANNA, hour=1), hour=1)
    assert cards_of(office, ANNA) == tuple(sorted((OTHER, third)))
    assert flags(office) == {}
    check(office)


def test_a_card_of_who_shares_an_account_is_that_member_s_alone(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    office.apply()
    account = family(office, ANNA, BORIS)
    put(till, registered(till, BORIS, account=account))
    assert (cards_of(office, ANNA), cards_of(office, BORIS)) == ((), (TOKEN,))
    with office.store.read() as tx:
        bucket = tx.execute(select(EVENT.c.bucket).where(EVENT.c.type == "bank_card_registered")).scalar_one()
    assert bucket == bucket_of(account)


def test_of_more_cards_than_tills_are_told_of_the_oldest_wait_until_there_is_room(office, monkeypatch):
    monkeypatch.setattr(bank_cards, "MAX_BANK_CARDS", 2)
    till = office.till()
    enrol(till, ANNA)
    first, second, third = "2" * 32, "0" * 32, "1" * 32
    put(till, *(registered(till, ANNA, token, hour) for hour, token in enumerate((first, second))), hour=1)
    assert cards_of(office, ANNA) == (second, first)
    put(till, registered(till, ANNA, third, hour=2), hour=2)
    assert cards_of(office, ANNA) == (second, third)
    assert [(card.token, card.known) for card in shown(office)] == [(third, True), (second, True), (first, False)]
    put(till, withdrawn(till, ANNA, second, hour=3), hour=3)
    assert cards_of(office, ANNA) == (third, first)
    assert [card.known for card in shown(office)] == [True, True]


def test_a_merge_keeps_the_cards_registered_last_and_says_how_many_tills_do_not_know(office, monkeypatch):
    monkeypatch.setattr(bank_cards, "MAX_BANK_CARDS", 3)
    till = office.till()
    enrol(till, ANNA, BORIS)
    annas, his = ("0" * 32, "1" * 32), ("8" * 32, "9" * 32)
    put(till, *(registered(till, ANNA, token, hour) for hour, token in enumerate(annas)), hour=1)
    put(till, *(registered(till, BORIS, token, hour) for hour, token in enumerate(his, 5)), hour=6)
    merge(office, CARDS[ANNA], CARDS[BORIS])
    assert cards_of(office, ANNA) == (annas[1], *his)
    assert count_unknown(office.store, find_member(office.store, office.identity, CARDS[ANNA])) == 1
    check(office)


def test_a_card_withdrawn_amid_a_merge_is_not_brought_back_by_it(office, monkeypatch):
    till = office.till()
    enrol(till, ANNA, BORIS)
    put(till, registered(till, ANNA, OTHER), registered(till, BORIS))

    def withdrawn_before(store):
        """He has gone already, and the other has not got yet what was his."""
        put(till, withdrawn(till, BORIS, hour=1), hour=1)
        return apply_effects(store)

    monkeypatch.setattr(member_changes, "apply_effects", withdrawn_before)
    merge(office, CARDS[ANNA], CARDS[BORIS])
    assert cards_of(office, ANNA) == (OTHER,)


def test_cards_of_a_merge_that_was_killed_before_they_were_counted_are_counted_by_the_next_round(office, monkeypatch):
    monkeypatch.setattr(bank_cards, "MAX_BANK_CARDS", 1)
    till = office.till()
    enrol(till, ANNA, BORIS)
    put(till, registered(till, ANNA, "0" * 32), registered(till, BORIS, "1" * 32, hour=1), hour=1)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as amid:
        amid.setitem(effect_kinds.AFTER, GONE, killed)
        with pytest.raises(KeyboardInterrupt):
            merge(office, CARDS[ANNA], CARDS[BORIS])
    assert cards_of(office, ANNA) == ("0" * 32, "1" * 32)
    office.apply()
    assert cards_of(office, ANNA) == ("1" * 32,)


def test_a_card_is_known_to_people_by_its_last_digits_where_the_terminal_says_them(office):
    till = office.till()
    enrol(till, ANNA)
    body = BankCardRegistered(ANNA, ANNA, TOKEN, "anna", "90101234")
    put(till, till.event(body), registered(till, ANNA, OTHER))
    assert {card.token: card.masked for card in shown(office)} == {TOKEN: "··1234", OTHER: ""}


def test_a_token_that_is_none_is_put_aside(office):
    till = office.till()
    enrol(till, ANNA)
    put(till, registered(till, ANNA, "4276 1234 5678 9010"))
    assert (cards_of(office, ANNA), flags(office)) == ((), {"unreadable": 1})
    with office.store.read() as tx:
        assert tx.execute(select(BANK_CARD)).all() == []


def test_put_aside_by_an_older_version_it_counts_once_this_one_reads_it(office, monkeypatch):
    """What a head office of before does with the event: it knows no such body, keeps it, and tells the till nothing."""
    from loyalty import events

    till = office.till()
    enrol(till, ANNA)
    with monkeypatch.context() as patched:
        for kind in ("bank_card_registered", "bank_card_withdrawn"):
            patched.delitem(events._decoders, kind)
        put(till, registered(till, ANNA), till.sale(account=ANNA, earned=5))
    assert (cards_of(office, ANNA), flags(office)) == ((), {"unreadable": 1})
    assert replay_parked(office.store, office.identity).applied == 1
    assert (cards_of(office, ANNA), flags(office)) == ((TOKEN,), {})
    assert verify(office.store).sound


def test_what_another_process_brings_amid_the_telling_is_told_as_well(office, monkeypatch):
    """The one reads that the card is Anna's; before it writes that, the other has it withdrawn and says so."""
    till = office.till()
    enrol(till, ANNA)
    put(till, registered(till, ANNA))
    act = CardAct(TOKEN, hex_id("by hand"), ANNA, False, T0_MS + 1, T0_MS + 1)
    tell = bank_cards._tell
    met: list[bool] = []

    def meets_another(store, standings):
        if not met:
            met.append(True)
            bank_cards.note(store, [act])
            settle(store, [TOKEN])
        tell(store, standings)

    monkeypatch.setattr(bank_cards, "_tell", meets_another)
    assert settle(office.store, [TOKEN]) == {TOKEN: ""}
    assert cards_of(office, ANNA) == ()
    check(office)


def test_nobody_else_s_identity_is_written_again(office):
    till = office.till()
    enrol(till, ANNA, VERA)
    office.apply()
    before = _seqs(office)
    put(till, registered(till, ANNA))
    after = _seqs(office)
    assert {key for key in after if after[key] != before[key]} == {ANNA}
    assert find_member(office.store, office.identity, CARDS[VERA]).ident.bank_cards == ()


def _seqs(office: TestOffice) -> dict[str, int]:
    with office.store.read() as tx:
        return {row.key: row.change_seq for row in tx.execute(select(FEED["ident"]))}
