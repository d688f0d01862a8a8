"""Members as they are applied: cards, phones, personal data, and the status that receipts give and take."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from loyalty.events import SaleCompleted
from loyalty.statuses.progress import Grant, Progress, SeasonFigures
from sync_server.personal import store_personal
from sync_server.programmes import publish_programme
from tests.support.server import T0_MS
from tests.support.taking_in import ANNA, BORIS, CLUB, balance, check_feed, flags, ident, status


def test_a_new_member_has_a_card_a_masked_name_and_a_hashed_phone(office):
    till = office.till()
    event, personal = till.enrolled(ANNA, "2990001000015", "+79031234567")
    till.put(event)
    office.apply()
    assert ident(office, ANNA).name_masked == ""
    assert store_personal(office.store, office.identity, [personal]) == (personal.event_id,)
    store_personal(office.store, office.identity, [personal])
    row = ident(office, ANNA)
    assert (row.cards, row.name_masked, row.phone_tail, row.birthday_md) == (
        ("2990001000015",),
        "Мария И.",
        "67",
        "05-23",
    )
    assert row.phone_hash == office.identity.phone_hash("+79031234567")
    assert balance(office, ANNA).progress == Progress()
    check_feed(office)


def test_personal_data_may_come_before_the_event(office):
    till = office.till()
    event, personal = till.enrolled(ANNA, "2990001000015", "+79031234567")
    store_personal(office.store, office.identity, [personal])
    till.put(event)
    office.apply()
    assert ident(office, ANNA).name_masked == "Мария И."


def test_personal_data_that_do_not_match_the_event_are_never_shown(office):
    till = office.till()
    event, personal = till.enrolled(ANNA, "2990001000015", "+79031234567")
    till.put(event)
    office.apply()
    store_personal(office.store, office.identity, [msgspec.structs.replace(personal, name="Чужой Человек")])
    assert ident(office, ANNA).name_masked == ""


def test_the_first_member_keeps_a_phone_and_a_card_that_two_claim(office):
    till = office.till()
    one, first = till.enrolled(ANNA, "2990001000015", "+79031234567")
    two, second = till.enrolled(BORIS, "2990001000015", "+79031234567", name="Петров Борис")
    till.put(one, two)
    office.apply()
    store_personal(office.store, office.identity, [first, second])
    assert (ident(office, ANNA).phone_tail, ident(office, BORIS).phone_tail) == ("67", "")
    assert (ident(office, ANNA).cards, ident(office, BORIS).cards) == (("2990001000015",), ())
    assert flags(office) == {"card_taken": 1, "phone_taken": 1}
    check_feed(office)


def test_a_status_is_raised_by_spending_and_visits_and_lost_again_by_a_return(office):
    publish_programme(office.store, office.identity, CLUB, T0_MS)
    till = office.till()
    days = ("2026-11-22", "2026-11-23")
    sales = [till.receipt(account=ANNA, total=300_000, earned=9, local_date=day) for day in days]
    till.put(till.event(SaleCompleted(sales[0])))
    office.apply()
    assert status(office, ANNA) == "novice"
    till.put(till.event(SaleCompleted(sales[1])))
    office.apply()
    figures = SeasonFigures("2026/27", 600_000, receipts=2, earned_points={"main": 18}, days=(20_779, 1))
    assert balance(office, ANNA).progress == Progress((figures,))
    assert (status(office, ANNA), status(office, ANNA, "2028-05-31")) == ("passenger", "passenger")
    assert status(office, ANNA, "2028-06-01") == "novice", "not reached again in the season after"
    till.put(till.back(sales[0], total=300_000, earned=9))
    office.apply()
    back = replace(figures, returned_minor=300_000, returned_points={"main": 9})
    assert balance(office, ANNA).progress == Progress((back,))
    assert status(office, ANNA) == "novice"


def test_two_receipts_of_one_day_are_one_visit(office):
    publish_programme(office.store, office.identity, CLUB, T0_MS)
    till = office.till()
    till.put(*(till.sale(account=ANNA, total=300_000) for _ in range(2)))
    office.apply()
    (figures,) = balance(office, ANNA).progress.seasons
    assert (figures.receipts, len(figures.days)) == (2, 1)
    assert status(office, ANNA) == "novice"


def test_a_return_counts_in_the_season_of_its_sale_and_never_beyond_it(office):
    publish_programme(office.store, office.identity, CLUB, T0_MS)
    till = office.till()
    sale = till.receipt(account=ANNA, total=300_000, local_date="2027-05-31")
    backs = [till.back(sale, total=200_000, local_date="2027-06-01") for _ in range(2)]
    till.put(backs[0])
    office.apply()
    till.put(till.event(SaleCompleted(sale)), backs[1])
    office.apply()
    (figures,) = balance(office, ANNA).progress.seasons
    assert (figures.season, figures.sold_minor, figures.returned_minor) == ("2026/27", 300_000, 300_000)


def test_an_enrolment_with_a_higher_status_gives_it_to_the_end_of_the_next_season(office):
    publish_programme(office.store, office.identity, CLUB, T0_MS)
    till = office.till()
    event, _ = till.enrolled(ANNA, "2990001000015")
    till.put(event.replace(b'"status":"novice"', b'"status":"passenger"'))
    office.apply()
    assert balance(office, ANNA).progress == Progress(grants=(Grant("passenger", "2026-11-22"),))
    assert [status(office, ANNA, day) for day in ("2028-05-31", "2028-06-01")] == ["passenger", "novice"]


def test_a_member_without_a_card_claims_none(office):
    till = office.till()
    one, _ = till.enrolled(ANNA, "")
    two, _ = till.enrolled(BORIS, "")
    till.put(one, two)
    office.apply()
    assert (ident(office, ANNA).cards, ident(office, BORIS).cards) == ((), ())
    assert flags(office) == {}
