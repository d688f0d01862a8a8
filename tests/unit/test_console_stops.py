"""The page of emergency stops: owners stop and resume, viewers look on, the front page says that one is in force."""

from __future__ import annotations

import pytest

from loyalty.stops import NO_STOPS
from sync_server.stops import REDEMPTION, Target, read_acts, stops_in_force
from tests.support.console_office import make_shop, text_of, token_in, visiting
from tests.support.server import opened_office


@pytest.fixture
def opened(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop = make_shop(office)
        with visiting(shop) as visitor:
            visitor.log_in()
            yield shop, visitor


def test_an_owner_stops_a_campaign_and_resumes_it(opened) -> None:
    shop, visitor = opened
    campaign = shop.programme.campaigns[0]
    visitor.get("/console/stops?lang=en")
    assert "Nothing is stopped." in text_of(visitor.page)
    visitor.post("/console/stops", what=f"campaign:{campaign.id}", reason="a <wrong> price")
    page = text_of(visitor.page)
    assert f"Stopped: {campaign.name.en}" in page
    assert "a <wrong> price" in page
    assert "a <wrong> price" not in visitor.page
    assert stops_in_force(shop.office.store).campaigns[campaign.id].reason == "a <wrong> price"
    visitor.post("/console/stops/resume", what=f"campaign:{campaign.id}")
    assert stops_in_force(shop.office.store) == NO_STOPS
    assert [(act.act, act.who) for act in read_acts(shop.office.store)] == [("resumed", "anna"), ("stopped", "anna")]


def test_an_owner_stops_spending_and_the_front_page_leads_there(opened) -> None:
    shop, visitor = opened
    visitor.get("/console/stops?lang=en")
    visitor.post("/console/stops", what="redemption", reason="points are counted wrong")
    assert read_acts(shop.office.store)[0].target == REDEMPTION
    visitor.get("/console?lang=en")
    assert 'href="/console/stops"' in visitor.page
    assert "1 emergency stop is in force at every till." in text_of(visitor.page)


def test_a_viewer_looks_on_and_stops_nothing(tmp_path) -> None:
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office, visiting(make_shop(office)) as visitor:
        visitor.log_in("oleg")
        visitor.get("/console/stops?lang=en")
        assert "Stops are made by owners." in text_of(visitor.page)
        assert 'name="reason"' not in visitor.page
        token = token_in(visitor.page)
        for path in ("/console/stops", "/console/stops/resume"):
            answer = visitor.post(path, token=token, what="redemption", reason="because")
            assert (answer.status_code, "Only an owner" in text_of(answer.text)) == (400, True)
        assert stops_in_force(office.store) == NO_STOPS


@pytest.mark.parametrize("what", ["", "campaign:", "campaign:nobody", "everything"])
def test_a_form_that_names_nothing_stops_nothing(opened, what) -> None:
    shop, visitor = opened
    visitor.get("/console/stops?lang=en")
    assert visitor.post("/console/stops", what=what, reason="because").status_code == 400
    assert stops_in_force(shop.office.store) == NO_STOPS
    assert Target("").what == "redemption"


def test_the_page_is_russian_where_it_is_asked_for(opened) -> None:
    _, visitor = opened
    visitor.get("/console/stops?lang=ru")
    assert "Аварийная остановка" in text_of(visitor.page)
