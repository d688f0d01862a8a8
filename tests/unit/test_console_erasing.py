"""Erasing a member from the console: an owner, told what goes, twice; afterwards no page has a word of the member."""

from __future__ import annotations

import pytest

from sync_server.erasing.erased import read_log
from tests.support.console_office import CARD, PHONE, tell_history, text_of, visiting
from tests.support.server import opened_office

NAME, MASKED = "Крузенштерна Пелагея", "Пелагея К."


@pytest.fixture
def opened(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop, history = tell_history(office, NAME)
        with visiting(shop) as visitor:
            visitor.log_in()
            yield shop, history, visitor


def test_an_owner_erases_a_member_after_saying_so_twice(opened, tmp_path) -> None:
    _, history, visitor = opened
    member = history.member.member_id
    page = f"/console/members/{member}"
    assert "Стереть личные данные…" in text_of(visitor.get(page).text)
    words = text_of(visitor.post(f"{page}/erase").text)
    assert f"Стереть: {MASKED}?" in words
    assert "Карты 1 Телефоны 1 Банковские карты 0 Имя и день рождения 1 Чеки, где назван участник 2" in words
    assert read_log(tmp_path / "erased.log") == ()
    words = text_of(visitor.post(f"{page}/erase/confirmed").text)
    assert "Личные данные стёрты 22.11.2026 17:43, кто: anna." in words
    assert "Стереть личные данные…" not in words
    assert [each.by_whom for each in read_log(tmp_path / "erased.log")] == ["anna"]
    paths = [page, "/console", "/console/receipts", f"/console/receipts/{history.sale.receipt_id}", "/console/members"]
    shown = " ".join(visitor.get(path).text for path in paths)
    for text in (CARD, PHONE, NAME):
        visitor.get("/console/members")
        shown += visitor.post("/console/members", text=text).text.replace(f'value="{text}"', "")
    assert not [each for each in (CARD, PHONE[2:], "Пелагея", NAME.casefold()) if each in shown]


def test_the_receipts_of_an_erased_member_are_still_added_up_on_its_page(opened) -> None:
    _, history, visitor = opened
    member = history.member.member_id
    before = text_of(visitor.get(f"/console/members/{member}").text)
    visitor.post(f"/console/members/{member}/erase/confirmed")
    after = text_of(visitor.get(f"/console/members/{member}").text)
    assert history.sale.number in before
    assert history.sale.number in after
    assert "НЕ сумма" not in after


def test_erasing_takes_an_owner_and_a_form_of_this_session(opened, tmp_path) -> None:
    _, history, visitor = opened
    path = f"/console/members/{history.member.member_id}/erase/confirmed"
    visitor.get("/console/members")
    assert visitor.client.post(path, data={"form_token": "0" * 64}).status_code == 400
    visitor.get("/console/members")
    visitor.post("/console/logout")
    visitor.log_in("oleg")
    assert "Стереть личные данные…" not in text_of(visitor.get(f"/console/members/{history.member.member_id}").text)
    visitor.get("/console/members")
    assert visitor.post(path).status_code == 400
    assert read_log(tmp_path / "erased.log") == ()


def test_an_unknown_member_is_a_sentence(opened) -> None:
    *_, visitor = opened
    visitor.get("/console/members")
    assert "участника" in text_of(visitor.post(f"/console/members/{'0' * 32}/erase").text).casefold()
