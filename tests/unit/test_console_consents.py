"""Consents on a member's page: what holds, and the one to advertising withdrawn by an owner."""

from __future__ import annotations

import pytest

from loyalty.events import Consent, ConsentChanged
from sync_server.find_member import find_member
from tests.support.console_office import CARD, NOW, tell_history, text_of, visiting
from tests.support.server import opened_office

AHEAD_MS = 200_000
"""The till's clock is ahead by what is still believed."""
BUTTON = "Отозвать согласие на рекламу"


@pytest.fixture
def opened(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop, history = tell_history(office)
        office.now_ms = NOW.at_ms
        member, till = history.member.member_id, history.counter.till
        for consent in (Consent("advertising", "7", True), Consent("processing", "7", False)):
            body = ConsentChanged(member, member, consent, "Ольга")
            history.counter.waiting.append(till.event(body, at_ms=NOW.at_ms + AHEAD_MS))
        history.counter.send()
        with visiting(shop) as visitor:
            yield office, f"/console/members/{member}", visitor


def test_an_owner_withdraws_advertising_even_one_of_a_till_whose_clock_is_ahead(opened) -> None:
    office, page, visitor = opened
    visitor.log_in()
    words = text_of(visitor.get(page).text)
    assert "Реклама версия 7 дано" in words
    assert BUTTON in words
    words = text_of(visitor.post(f"{page}/consents").text)
    assert "Реклама версия 7 отозвано 22.11.2026" in words
    assert BUTTON not in words
    held = find_member(office.store, office.identity, CARD).ident.consents["advertising"]
    assert (held.given, held.version, held.at_ms) == (False, "7", NOW.at_ms + AHEAD_MS + 1)
    again = visitor.post(f"{page}/consents")
    assert "Этого согласия нет" in text_of(again.text)


def test_a_no_that_takes_nothing_back_is_not_called_a_withdrawal(opened) -> None:
    _, page, visitor = opened
    visitor.log_in()
    assert "Обработка персональных данных версия 7 не дано" in text_of(visitor.get(page).text)


def test_others_see_what_holds_and_withdraw_nothing(opened) -> None:
    office, page, visitor = opened
    visitor.log_in("oleg")
    words = text_of(visitor.get(page).text)
    assert "Реклама версия 7 дано" in words
    assert BUTTON not in words
    visitor.get("/console/members")
    assert visitor.post(f"{page}/consents").status_code == 400
    assert find_member(office.store, office.identity, CARD).ident.consents["advertising"].given
