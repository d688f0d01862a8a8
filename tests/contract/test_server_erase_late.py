"""What comes once a member is erased: late receipts, segments sent again, old imports, the person anew."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from loyalty.events import SaleCompleted
from sync_server.books import read_books
from sync_server.csv_rows import Row
from sync_server.erasing.erase import Beside, erase
from sync_server.find_member import find_member
from sync_server.imports import import_rows
from sync_server.personal import store_personal
from sync_server.rebuilding.rebuild import rebuild
from sync_server.schema import FLAG
from sync_server.verifying.verify import verify
from tests.support.erased import ANNA, BIRTHDAY, BORIS, CARDS, MASKED, NAME, PHONE, balance, left, live, named
from tests.support.server import T0_MS, TestOffice, hex_id


@pytest.fixture
def life(office, tmp_path):
    return live(office, tmp_path)


def test_late_receipts_of_the_member_are_booked_without_the_name(life, tmp_path):
    office, other = life.office, life.office.till("other")
    late = named(other.receipt(ANNA, earned=9))
    data = other.segment(other.event(SaleCompleted(late)), other.sale(account=BORIS, earned=1))
    life.erase()
    before = balance(office, ANNA)
    other.send(data)
    office.apply()
    assert balance(office, ANNA) == before + 9
    assert left(office.store, life.needles()) == set()
    assert verify(office.store).findings == ()
    assert rebuild(office.store, tmp_path, office.now_ms).same


def test_personal_data_that_come_late_are_dropped_and_the_till_is_told_to_forget_them(life):
    life.erase()
    _, personal = life.till.enrolled(ANNA, CARDS[0], PHONE, NAME, hex_id("joined"))
    assert store_personal(life.office.store, life.office.identity, [personal]) == (personal.event_id,)
    assert left(life.office.store, life.needles()) == set()


def test_an_event_that_comes_again_in_a_new_epoch_is_the_same_event_and_brings_nothing_back(life):
    till, office = life.till, life.office
    again = till.event(SaleCompleted(life.sale), event_id=hex_id("event", till.terminal, 2))
    life.erase()
    flagged = flags(office)
    till.new_epoch(till.hash)
    till.put(till.enrolled(ANNA, CARDS[0], PHONE, NAME, hex_id("joined"))[0], again)
    office.apply()
    assert left(office.store, life.needles()) == set()
    assert [kind for kind in flags(office) if kind not in flagged] in ([], ["receipt_again"])
    assert verify(office.store).findings == ()


def flags(office: TestOffice) -> list[str]:
    with office.store.read() as tx:
        return sorted(tx.execute(select(FLAG.c.kind)).scalars())


def test_a_segment_sent_again_after_the_erasing_gets_the_same_answer(office, tmp_path):
    till = office.till()
    joined, _ = till.enrolled(ANNA, CARDS[0], PHONE, NAME)
    first, second = till.segment(joined), till.segment(till.event(SaleCompleted(named(till.receipt(ANNA)))))
    acked = [till.send(data).reply.acked for data in (first, second)]
    office.apply()
    erase(office.store, office.identity, Beside(tmp_path / "log", tmp_path / "s"), CARDS[0], "olga", T0_MS)
    assert till.send(second).reply.acked == acked[1]
    assert till.send(first).reply.acked == acked[1]
    # The same two events cut otherwise are compared by their hashes in the chain.
    till.seq, till.hash = 0, bytes(32)
    whole = till.segment(joined, till.event(SaleCompleted(named(till.receipt(ANNA)))))
    with pytest.raises(Exception, match=r"diverge"):
        till.send(whole)


def test_an_old_import_does_not_bring_the_member_back(office, tmp_path):
    rows = [Row(2, {"card": CARDS[3], "phone": PHONE, "name": NAME, "birthday": BIRTHDAY, "points": "70"})]
    import_rows(office.store, office.identity, "members", rows, T0_MS)
    needles = [NAME, "Пелагея", PHONE[2:], BIRTHDAY, CARDS[3], office.identity.phone_hash(PHONE)]
    assert {needle for _, needle in left(office.store, needles)} == set(needles)
    erase(office.store, office.identity, Beside(tmp_path / "log", tmp_path / "s"), PHONE, "olga", T0_MS)
    again = import_rows(office.store, office.identity, "members", rows, T0_MS)
    assert (again.added, again.refused) == (0, 1)
    assert left(office.store, needles) == set()
    assert read_books(office.store, []).sound
    assert rebuild(office.store, tmp_path, office.now_ms).same


def test_a_person_who_comes_back_joins_as_somebody_new(life):
    life.erase()
    joined, personal = life.till.enrolled(hex_id("anna anew"), CARDS[4], PHONE, NAME, hex_id("joined anew"))
    life.till.put(joined)
    store_personal(life.office.store, life.office.identity, [personal])
    life.office.apply()
    found = find_member(life.office.store, life.office.identity, PHONE)
    assert (found.ident.member_id, found.ident.name_masked) == (hex_id("anna anew"), MASKED)
    assert found.ident.cards == (CARDS[4],)


def test_an_erasing_amid_a_round_leaves_nothing_of_what_the_round_had_read(life, monkeypatch):
    from sync_server import rounds

    office, till = life.office, life.till
    till.put(till.event(SaleCompleted(named(till.receipt(ANNA, earned=9)))))
    whole = rounds.apply_events

    def erased_meanwhile(store, arrived) -> None:
        life.erase()
        whole(store, arrived)

    with monkeypatch.context() as patched:
        patched.setattr(rounds, "apply_events", erased_meanwhile)
        office.apply()
    assert left(office.store, life.needles()) == set()
    assert verify(office.store).findings == ()
