"""Bank cards on a member's page: since when, by whom, and withdrawn by an owner."""

from __future__ import annotations

import pytest

from loyalty.events import BankCardRegistered
from sync_server.find_member import find_member
from tests.support.console_office import CARD, NOW, PHONE, tell_history, text_of, visiting
from tests.support.server import opened_office

TOKEN, AHEAD_MS = "0f" * 16, 200_000
"""The till's clock is ahead by what is still believed."""


@pytest.fixture
def opened(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop, history = tell_history(office)
        office.now_ms = NOW.at_ms
        body = BankCardRegistered(history.member.member_id, history.member.account_id, TOKEN, "Ольга", "4276")
        history.counter.waiting.append(history.counter.till.event(body, at_ms=NOW.at_ms + AHEAD_MS))
        history.counter.send()
        with visiting(shop) as visitor:
            yield office, f"/console/members/{history.member.member_id}", visitor


def test_an_owner_withdraws_a_bank_card_even_one_of_a_till_whose_clock_is_ahead(opened) -> None:
    office, page, visitor = opened
    visitor.log_in()
    assert "Банковские карты Карта Записана Кто ··4276 22.11.2026 17:46 Ольга Отозвать карту" in text_of(
        visitor.get(page).text
    )
    words = text_of(visitor.post(f"{page}/bank-cards", card=TOKEN).text)
    assert "Банковские карты" not in words
    assert find_member(office.store, office.identity, CARD).ident.bank_cards == ()
    again = visitor.post(f"{page}/bank-cards", card=TOKEN)
    assert "Эта банковская карта за участником не записана" in text_of(again.text)


def test_others_see_it_and_withdraw_nothing(opened) -> None:
    office, page, visitor = opened
    visitor.log_in("oleg")
    words = text_of(visitor.get(page).text)
    assert "22.11.2026 17:46 Ольга" in words
    assert "Отозвать" not in words
    visitor.get("/console/members")
    assert visitor.post(f"{page}/bank-cards", card=TOKEN).status_code == 400
    assert find_member(office.store, office.identity, PHONE).ident.bank_cards == (TOKEN,)
