"""Merging two members: cards, phones, points, consents of both, whenever they come."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from loyalty.events import Consent, ConsentChanged
from loyalty.feed import IdentRow
from sync_server import member_steps
from sync_server.console.member_facts import read_member, read_personal
from sync_server.effects import Effect, effect_id, send_effects
from sync_server.find_member import Place, members_of
from sync_server.member_reports import find_members
from sync_server.merging import plan_merger
from sync_server.personal import store_personal, united
from sync_server.schema import FEED
from tests.support.families import (
    ANNA,
    BORIS,
    CARDS,
    MOVED_MS,
    NAMES,
    PHONES,
    VERA,
    check,
    enrol,
    family,
    ident_of,
    main,
    merge,
    refused,
    settled,
)
from tests.support.server import T0_MS, Till
from tests.support.taking_in import balance, flags


def test_the_kept_member_has_cards_phones_and_points_of_both(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(till.sale(account=ANNA, earned=30), till.sale(account=BORIS, earned=12))
    office.apply()
    anna, boris = ident_of(office, CARDS[ANNA]), ident_of(office, CARDS[BORIS])
    merge(office, CARDS[ANNA], CARDS[BORIS])
    kept = ident_of(office, CARDS[BORIS])
    assert kept == replace(anna, cards=(CARDS[ANNA], CARDS[BORIS]), more_phones=(boris.phone_hash,))
    assert {ident_of(office, text).member_id for text in (PHONES[ANNA], PHONES[BORIS], BORIS)} == {ANNA}
    assert (main(office, ANNA), main(office, BORIS)) == (42, 0)
    till.put(till.sale(account=BORIS, earned=1))
    office.apply()
    assert main(office, ANNA) == 43
    check(office)


def test_tills_forget_the_member_who_was_merged(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])
    table = FEED["ident"]
    with office.store.read() as tx:
        rows = {row.key: row.body for row in tx.execute(select(table.c.key, table.c.body))}
    assert rows[BORIS] is None
    assert rows[ANNA] is not None
    check(office)


def test_a_merge_again_or_with_oneself_is_refused(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(till.sale(account=BORIS, earned=12))
    office.apply()
    assert refused(lambda: merge(office, CARDS[ANNA], PHONES[ANNA])) == "merge.same"
    merge(office, CARDS[ANNA], CARDS[BORIS])
    whole = settled(office)
    assert refused(lambda: merge(office, CARDS[ANNA], CARDS[BORIS])) == "merge.same"
    assert refused(lambda: merge(office, BORIS, ANNA)) == "merge.same"
    assert settled(office) == whole


def test_merges_one_after_another_lead_to_the_last_kept(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    till.put(till.sale(account=VERA, earned=5), till.sale(account=BORIS, earned=12))
    office.apply()
    merge(office, CARDS[BORIS], CARDS[VERA])
    merge(office, CARDS[ANNA], CARDS[BORIS])
    assert {ident_of(office, text).member_id for text in (VERA, CARDS[VERA], PHONES[VERA], BORIS)} == {ANNA}
    till.put(till.sale(account=VERA, earned=100), till.sale(account=BORIS, earned=1000))
    office.apply()
    assert [main(office, each) for each in (ANNA, BORIS, VERA)] == [1117, 0, 0]
    assert balance(office, ANNA).came_from == tuple(sorted((BORIS, VERA)))
    assert balance(office, ANNA).receipts == 4
    check(office)


def test_merging_into_a_member_of_a_family_brings_the_points_to_the_family(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    till.put(till.sale(account=VERA, earned=5))
    office.apply()
    account = family(office, ANNA, BORIS)
    merge(office, CARDS[ANNA], CARDS[VERA])
    assert main(office, account) == 5
    check(office)


def test_who_shares_an_account_leaves_its_points_to_the_family_when_merged_away(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    till.put(till.sale(account=BORIS, earned=12))
    office.apply()
    account = family(office, ANNA, BORIS)
    plan = plan_merger(office.store, office.identity, CARDS[VERA], CARDS[BORIS])
    assert not plan.with_points
    merge(office, CARDS[VERA], CARDS[BORIS])
    assert (main(office, account), main(office, VERA)) == (12, 0)
    assert ident_of(office, CARDS[BORIS]).account_id == VERA
    with office.store.read() as tx:
        assert [each.ident.member_id for each in members_of(tx, account)] == [ANNA]
    check(office)


def test_two_of_one_family_become_one_and_the_points_stay(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(till.sale(account=BORIS, earned=12))
    office.apply()
    account = family(office, ANNA, BORIS)
    merge(office, CARDS[ANNA], CARDS[BORIS])
    assert main(office, account) == 12
    with office.store.read() as tx:
        assert [each.ident.member_id for each in members_of(tx, account)] == [ANNA]
    check(office)


def test_personal_data_that_come_after_the_merge_are_the_kept_member_s(office):
    till = office.till()
    enrol(till, ANNA)
    event, personal = till.enrolled(BORIS, CARDS[BORIS], PHONES[BORIS], NAMES[BORIS])
    till.put(event)
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])
    store_personal(office.store, office.identity, [personal])
    kept = ident_of(office, PHONES[BORIS])
    assert kept.member_id == ANNA
    assert kept.more_phones == (office.identity.phone_hash(PHONES[BORIS]),)
    assert kept.name_masked == "Мария И."
    assert read_personal(office.store, ANNA).phone == f"{PHONES[ANNA]}, {PHONES[BORIS]}"
    assert flags(office) == {}
    check(office)


def test_the_kept_member_s_own_data_come_first_whenever_they_come(office):
    till = office.till()
    event, personal = till.enrolled(ANNA, CARDS[ANNA], PHONES[ANNA], NAMES[ANNA])
    till.put(event)
    enrol(till, BORIS)
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])
    assert ident_of(office, ANNA).name_masked == "Борис П."
    store_personal(office.store, office.identity, [personal])
    kept = ident_of(office, ANNA)
    assert kept.name_masked == "Мария И."
    hashes = [office.identity.phone_hash(PHONES[each]) for each in (ANNA, BORIS)]
    assert [kept.phone_hash, *kept.more_phones] == hashes
    assert kept.phone_tail == "67"


def consent(till: Till, member: str, given: bool, at_ms: int) -> bytes:
    said = Consent("advertising", "2026-1", given)
    return till.event(ConsentChanged(member, member, said, "anna"), at_ms=at_ms)


def test_the_latest_consent_of_either_holds_and_of_two_at_once_the_withdrawn_one(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(consent(till, ANNA, True, T0_MS + 10), consent(till, BORIS, False, T0_MS + 20))
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])

    def newest() -> bool:
        facts = read_member(office.store, ANNA)
        assert facts is not None
        return facts.consents[0].given

    assert newest() is False
    till.put(consent(till, BORIS, True, T0_MS + 30))  # a till that did not know yet
    office.apply()
    assert newest() is True
    till.put(consent(till, ANNA, False, T0_MS + 30))
    office.apply()
    assert newest() is False


def test_the_office_finds_the_kept_member_by_what_belonged_to_the_other(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])
    for text in (CARDS[BORIS], PHONES[BORIS], PHONES[BORIS][-4:], NAMES[BORIS], ""):
        assert [line.member_id for line in find_members(office.store, office.identity, text)] == [ANNA], text


def test_the_effect_of_a_merge_goes_on_to_who_kept_the_kept_one(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])
    late = member_steps.Gone(place(VERA), place(BORIS), "olga", ident_of(office, CARDS[VERA]))
    effect = Effect(effect_id("gone", "late", BORIS), member_steps.GONE, BORIS, MOVED_MS, msgspec.json.encode(late))
    office.store.write(lambda tx: send_effects(tx, 3, [effect]), 3)
    office.apply()
    assert CARDS[VERA] in ident_of(office, ANNA).cards


def place(member: str) -> Place:
    return Place(member, member)


def test_who_was_blocked_stays_blocked_and_audiences_are_united():
    one = IdentRow(ANNA, ANNA, "Мария И.", ("1",), "aa", "67", "", ("north",), False, {"1": "bank"})
    two = IdentRow(BORIS, BORIS, "Борис П.", ("2",), "bb", "68", "05-23", ("east", "north"), True, {"2": "district"})
    assert united(one, two) == IdentRow(
        ANNA, ANNA, "Мария И.", ("1", "2"), "aa", "67", "05-23", ("east", "north"), True,
        {"1": "bank", "2": "district"}, ("bb",),
    )  # fmt: skip
