"""Families and merges in the console: made by owners' forms, shown before, found on the pages after."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import structlog

from sync_server.find_member import find_member
from tests.support.console_office import CARD, SCARF, TODAY, at, tell_history, text_of, visiting
from tests.support.server import opened_office

NAME, OTHER_CARD, OTHER_PHONE = "Иванова Мария", "2990001000022", "+79161112233"


@pytest.fixture
def opened(tmp_path) -> Iterator:
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop, _ = tell_history(office, NAME)
        counter = shop.counter("Касса у поля")
        pyotr = counter.enrol("Петров Пётр", OTHER_PHONE, OTHER_CARD)
        counter.sell((SCARF, 2000), moment=at(TODAY, 12), member=pyotr)
        counter.send()
        with visiting(shop) as visitor:
            visitor.log_in()
            yield shop, find_member(office.store, office.identity, CARD).place.member_id, pyotr.member_id, visitor


def points_on(page: str) -> str:
    found = re.search(r"Баланс ([\d ]+) балл", text_of(page))
    assert found
    return found[1]


def test_a_family_made_here_shows_one_balance_on_both_pages(opened) -> None:
    _, maria, pyotr, visitor = opened
    apart = [points_on(visitor.get(f"/console/members/{each}").text) for each in (maria, pyotr)]
    answer = visitor.post(f"/console/members/{maria}/family", who="8 916 111-22-33")
    assert "Один счёт с участниками: Пётр П." in text_of(answer.text)
    assert "сделал(а) anna" in text_of(answer.text)
    together = [points_on(visitor.get(f"/console/members/{each}").text) for each in (maria, pyotr)]
    assert together == [str(sum(map(int, apart)))] * 2
    assert "Перешли со счёта на счёт" in text_of(answer.text)


def test_who_leaves_here_has_an_empty_account(opened) -> None:
    _, maria, pyotr, visitor = opened
    visitor.get(f"/console/members/{maria}")
    visitor.post(f"/console/members/{maria}/family", who=OTHER_CARD)
    whole = points_on(visitor.page)
    visitor.post(f"/console/members/{pyotr}/family", leave="1")
    assert points_on(visitor.page) == "0"
    assert points_on(visitor.get(f"/console/members/{maria}").text) == whole


def test_a_merge_is_shown_before_it_is_made(opened) -> None:
    shop, maria, pyotr, visitor = opened
    visitor.get(f"/console/members/{maria}")
    shown = text_of(visitor.post(f"/console/members/{maria}/merge", who=OTHER_CARD).text)
    assert f"Карты {CARD} {OTHER_CARD} {CARD}, {OTHER_CARD}" in shown
    assert "пока ничего не изменено" in shown
    assert find_member(shop.office.store, shop.office.identity, OTHER_CARD).place.member_id == pyotr
    visitor.post(f"/console/members/{maria}/merge/confirmed", gone=pyotr)
    assert "К участнику присоединён другой: " in text_of(visitor.page)
    assert find_member(shop.office.store, shop.office.identity, OTHER_CARD).place.member_id == maria


def test_the_page_of_who_was_merged_leads_to_the_one_who_stayed(opened) -> None:
    _, maria, pyotr, visitor = opened
    visitor.get(f"/console/members/{maria}")
    visitor.post(f"/console/members/{maria}/merge/confirmed", gone=pyotr)
    answer = visitor.get(f"/console/members/{pyotr}")
    assert str(answer.url) == f"http://office.test/console/members/{maria}"


def test_the_receipts_of_both_are_listed_with_the_one_who_stayed(opened) -> None:
    _, maria, pyotr, visitor = opened
    before = len(numbers(visitor.get(f"/console/receipts?member={maria}").text))
    visitor.get(f"/console/members/{maria}")
    visitor.post(f"/console/members/{maria}/merge/confirmed", gone=pyotr)
    assert len(numbers(visitor.get(f"/console/receipts?member={maria}").text)) == before + 1


def numbers(page: str) -> set[str]:
    return set(re.findall(r"/console/receipts/([0-9a-f]{32})", page))


def test_a_viewer_sees_the_family_and_no_forms(opened) -> None:
    shop, maria, _, visitor = opened
    visitor.get(f"/console/members/{maria}")
    visitor.post(f"/console/members/{maria}/family", who=OTHER_CARD)
    with visiting(shop) as viewer:
        viewer.log_in("oleg")
        page = viewer.get(f"/console/members/{maria}").text
        assert "Семьи и объединения делают владельцы." in text_of(page)
        assert f"/members/{maria}/merge" not in page
        for path, fields in (("family", {"leave": "1"}), ("merge", {"who": OTHER_CARD}), ("merge/confirmed", {})):
            viewer.get(f"/console/members/{maria}")
            answer = viewer.post(f"/console/members/{maria}/{path}", **fields)
            assert answer.status_code == 400, path
            assert "Это может только владелец" in text_of(answer.text)


def test_what_cannot_be_joined_says_why(opened) -> None:
    _, maria, _, visitor = opened
    for path, who, why in (
        ("family", "0000", "Участника «0000» нет"),
        ("family", CARD, f"«{CARD}» — тот же участник"),
        ("merge", CARD, "уже один участник"),
    ):
        visitor.get(f"/console/members/{maria}")
        answer = visitor.post(f"/console/members/{maria}/{path}", who=who)
        assert answer.status_code == 400
        assert why in text_of(answer.text), (path, who)


def test_who_was_meant_stays_out_of_addresses_and_who_did_it_is_in_the_log(opened) -> None:
    _, maria, _, visitor = opened
    visitor.get(f"/console/members/{maria}")
    with structlog.testing.capture_logs() as logged:
        answer = visitor.post(f"/console/members/{maria}/family", who=OTHER_PHONE)
    assert all(OTHER_PHONE not in str(each.url) for each in (*answer.history, answer))
    assert OTHER_PHONE not in str(logged)
    assert [(each["event"], each["user"]) for each in logged] == [("family_changed", "anna")]
