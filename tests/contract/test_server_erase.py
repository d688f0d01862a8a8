"""A member erased, on SQLite and PostgreSQL alike: nothing personal is left anywhere, and every book still holds."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from loyalty.errors import BadInput
from loyalty.events import SaleCompleted
from sync_server.books import read_books
from sync_server.console.receipt_facts import read_receipt
from sync_server.erasing import forget
from sync_server.erasing.erase import Beside, erase, plan_erasing, repeat_erasings
from sync_server.erasing.erased import Erased, read_erased, read_log
from sync_server.families import create_family
from sync_server.find_member import find_member
from sync_server.member_changes import Wish
from sync_server.member_reports import find_members
from sync_server.purging.purge import purge
from sync_server.rebuilding.rebuild import rebuild
from sync_server.schema import ALIAS, CONSENT, EVENT, FLAG, PERSONAL
from sync_server.verifying.verify import verify
from tests.support.erased import (
    ANNA,
    BORIS,
    CARDS,
    MASKED,
    NAME,
    OTHER_PHONE,
    OWN_TOKEN,
    PHONE,
    TOKEN,
    TWIN,
    KilledError,
    Life,
    balance,
    bank_card,
    dies,
    left,
    live,
    named,
    texts,
)
from tests.support.server import T0_MS, hex_id
from tests.support.taking_in import dump


@pytest.fixture
def life(office, tmp_path):
    return live(office, tmp_path)


def test_nothing_personal_is_left_in_any_table_and_all_of_it_was_there_before(life):
    before = {needle for _, needle in left(life.office.store, life.needles())}
    assert before == {*life.needles()}
    life.erase()
    assert left(life.office.store, life.needles()) == set()


def test_the_books_and_every_chain_still_hold(life, tmp_path):
    books = dump(life.office)
    life.erase()
    assert verify(life.office.store).findings == ()
    after = dump(life.office)
    assert (after["ledger"], after["bal"], after["returned"]) == (books["ledger"], books["bal"], books["returned"])
    assert read_books(life.office.store, []).sound


def test_rebuilt_from_the_segments_the_books_are_the_same_and_nothing_comes_back(life, tmp_path):
    life.erase()
    done = rebuild(life.office.store, tmp_path, life.office.now_ms, tmp_path / "aside.db")
    assert done.differences == ()
    assert left(life.office.store, life.needles()) == set()


def test_nobody_finds_the_member_and_the_receipts_stay(life):
    life.erase()
    store, identity = life.office.store, life.office.identity
    for text in (CARDS[0], CARDS[1], PHONE, OTHER_PHONE, ANNA):
        with pytest.raises(BadInput):
            find_member(store, identity, text)
        assert find_members(store, identity, text) == ()
    assert find_members(store, identity, NAME) == ()
    assert [line.member_id for line in find_members(store, identity, "")] == [BORIS]
    facts = read_receipt(store, life.sale.receipt_id)
    assert facts is not None
    assert (facts.receipt.member_name, facts.receipt.total_minor, facts.came.same) == ("", 10_000, True)


def test_a_bank_card_of_the_member_is_nobody_s_or_who_else_has_registered_it(life):
    office, late_token = life.office, hex_id("a card that came late")
    assert (life.knows(ANNA), life.knows(BORIS)) == (tuple(sorted((TOKEN, OWN_TOKEN))), ())
    life.erase()
    assert life.knows(BORIS) == (TOKEN,)
    late = office.till("late")
    late.put(bank_card(late, ANNA, late_token))
    office.apply()
    assert left(office.store, [OWN_TOKEN, late_token]) == set()
    assert verify(office.store).findings == ()


def test_others_keep_what_is_theirs(life):
    life.erase()
    found = find_member(life.office.store, life.office.identity, CARDS[2])
    assert (found.ident.name_masked, found.ident.audiences) == ("Борис Б.", ("tickets",))


def test_who_did_it_stays_on_record_in_the_database_and_beside_it(life):
    life.erase()
    with life.office.store.read() as tx:
        rows = read_erased(tx)
        assert read_erased(tx, unfinished=True) == ()
    expected = {(ANNA, ANNA, "olga", T0_MS + 9), (TWIN, TWIN, "olga", T0_MS + 9)}
    assert {(row.member_id, row.home, row.by_whom, row.at_ms) for row in rows} == expected
    assert sorted(read_log(life.at.log)) == sorted(rows)
    assert life.at.log.stat().st_mode & 0o777 == 0o600


def test_a_plan_says_what_would_go_and_changes_nothing(life):
    before = sorted(texts(life.office.store))
    member, found = plan_erasing(life.office.store, life.office.identity, PHONE)
    assert member.place.member_id == ANNA
    assert msgspec.structs.asdict(found) == {
        "members": 2, "cards": 2, "phones": 2, "bank_cards": 2, "personal": 2, "receipts": 4, "messages": 1,
        "confirmations": 1, "reasons": 1,
    }  # fmt: skip
    assert sorted(texts(life.office.store)) == before


def test_killed_at_any_step_it_is_finished_by_doing_it_again(life, monkeypatch):
    for stage in ("_messages", "_flags", "_changes", "_events", "_accounts", "_aliases", "_bank_cards", "_identities"):
        steps = tuple(dies if each.__name__ == stage else each for each in forget._STEPS)
        with monkeypatch.context() as patched:
            patched.setattr(forget, "_STEPS", steps)
            with pytest.raises(KilledError):
                repeat(life)
    repeat(life)
    assert left(life.office.store, life.needles()) == set()
    assert verify(life.office.store).sound


def repeat(life: Life) -> None:
    member = Erased(ANNA, ANNA, "olga", T0_MS)
    repeat_erasings(life.office.store, life.office.identity, [member], T0_MS)


def test_a_segment_is_redacted_after_what_was_made_of_it(life, monkeypatch):
    from sync_server.erasing import segments

    def dies(*_args: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(segments, "rewritten", dies)
        with pytest.raises(KilledError):
            life.erase()
    with life.office.store.read() as tx:
        (member,) = [each for each in read_erased(tx, unfinished=True) if each.member_id == ANNA]
    repeat_erasings(life.office.store, life.office.identity, [member], T0_MS)
    assert left(life.office.store, life.needles()) == set()
    assert verify(life.office.store).findings == ()


def test_the_nightly_run_finishes_what_was_cut_short_when_nobody_can_be_found_any_more(life, monkeypatch):
    identity = forget._identity

    def dies_at_the_second(tx, place) -> None:
        if place.member_id == TWIN:
            raise KilledError
        identity(tx, place)

    with monkeypatch.context() as patched:
        patched.setattr(forget, "_identity", dies_at_the_second)
        with pytest.raises(KilledError):
            life.erase()
    assert left(life.office.store, life.needles()) != set()
    with pytest.raises(BadInput):
        life.erase(ANNA)
    done = [purge(life.office.store, life.at.snapshots, T0_MS + day).erasings for day in (1, 2)]
    assert done == [2, 0]
    assert left(life.office.store, life.needles()) == set()


def test_a_flag_stays_and_says_no_card(office, tmp_path):
    till = office.till()
    joined, _ = till.enrolled(ANNA, CARDS[0], PHONE, NAME)
    till.put(joined, till.enrolled(BORIS, CARDS[0])[0])
    office.apply()
    erase(office.store, office.identity, Beside(tmp_path / "log", tmp_path / "s"), CARDS[0], "olga", T0_MS)
    with office.store.read() as tx:
        assert [(row.kind, row.detail) for row in tx.execute(select(FLAG))] == [("card_taken", "")]


def test_of_a_family_the_points_stay_with_the_others(life):
    office = life.office
    create_family(office.store, office.identity, Wish("olga", T0_MS + 3, office.random), [CARDS[0], CARDS[2]])
    account = find_member(office.store, office.identity, CARDS[2]).ident.account_id
    before = balance(office, account)
    life.erase()
    assert balance(office, account) == before > 0
    assert left(office.store, life.needles()) == set()
    assert verify(office.store).findings == ()


def test_what_waits_or_was_put_aside_is_redacted_too(office, tmp_path):
    till, other = office.till(), office.till()
    joined, _ = till.enrolled(ANNA, CARDS[0], PHONE, NAME)
    sale = named(till.receipt(ANNA, earned=30))
    waits = other.back(sale, total=5_000, earned=15, member_name=MASKED)
    later = till.event(SaleCompleted(named(till.receipt(ANNA)))).replace(b'"v":1', b'"v":9')
    till.put(joined, later)
    other.put(waits)
    office.apply()
    with office.store.read() as tx:
        assert sorted(tx.execute(select(EVENT.c.state)).scalars()) == ["applied", "parked", "waiting"]
    erase(office.store, office.identity, Beside(tmp_path / "log", tmp_path / "s"), CARDS[0], "olga", T0_MS)
    assert left(office.store, [MASKED, CARDS[0]]) == set()
    till.put(till.event(SaleCompleted(sale)))
    office.apply()
    assert balance(office, ANNA) == 15
    assert left(office.store, [MASKED]) == set()
    assert verify(office.store).findings == ()


def test_consents_stay_as_proof_and_name_nobody(office, tmp_path):
    till = office.till()
    joined, _ = till.enrolled(ANNA, CARDS[0], PHONE, NAME)
    till.put(joined.replace(b'"consents":[]', b'"consents":[{"given":true,"purpose":"processing","version":"1"}]'))
    office.apply()
    erase(office.store, office.identity, Beside(tmp_path / "log", tmp_path / "s"), CARDS[0], "olga", T0_MS)
    with office.store.read() as tx:
        row = tx.execute(select(CONSENT)).one()
        assert tx.execute(select(ALIAS)).all() == tx.execute(select(PERSONAL)).all() == []
    assert (row.member_id, row.purpose, row.given) == (ANNA, "processing", 1)
