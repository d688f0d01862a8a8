"""The console in a real browser, from a real server process: drawn, whole in both languages, nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Response, expect

from sync_server.clock import now_ms
from sync_server.users import set_user
from tests.support.console_office import PASSWORDS, SCARF, TODAY, History, at, tell_history
from tests.support.server import opened_office

pytestmark = pytest.mark.browser
READY = "ready at "


@dataclass(frozen=True)
class Served:
    address: str
    history: History


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A head office with a history, served by a process of its own."""
    data: Path = tmp_path_factory.mktemp("office")
    with opened_office(f"sqlite:///{data / 'head_office.db'}") as office:
        _, history = tell_history(office)
        for hour in range(10, 20):
            history.counter.sell((SCARF, 1000 * (hour % 4 + 1)), moment=at(TODAY, hour), member=history.member)
        history.counter.send()
        set_user(office.store, "anna", PASSWORDS["anna"], "owner", now_ms())
    command = [sys.executable, "-m", "sync_server", "run", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        line = server.stdout.readline()
        assert READY in line
        yield Served(line.partition(READY)[2].strip(), history)
        server.terminate()


class Complaints(list[str]):
    """Whatever the browser complains of, and whatever it asks of anyone but the head office."""

    def __init__(self, page: Page, address: str) -> None:
        super().__init__()
        self._address = address
        page.on("console", lambda message: self.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self._address):
            self.append(f"elsewhere: {request.url}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400:
            self.append(f"{answer.status}: {answer.url}")


@pytest.fixture
def page(browser_page: Page, served: Served) -> Iterator[Page]:
    """A page logged in, of which the browser has nothing to complain."""
    complaints = Complaints(browser_page, served.address)
    log_in(browser_page, served)
    yield browser_page
    assert complaints == []


def log_in(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/console?date={TODAY}")
    page.locator("[name=name]").fill("anna")
    page.locator("[name=password]").fill(PASSWORDS["anna"])
    page.locator("main button").click()
    page.wait_for_url(f"**/console?date={TODAY}")


def test_the_chart_is_drawn_and_says_each_hour(page: Page) -> None:
    bars = page.locator("#hours .barlayer .point path")
    expect(bars).to_have_count(2 * 13)
    expect(page.locator("#hours .legend")).to_contain_text("воскресенье, 22 ноября")
    heights = [box["height"] for bar in bars.all() if (box := bar.bounding_box())]
    assert max(heights) > 50
    page.locator("#hours .nsewdrag").hover()
    expect(page.locator("#hours .hoverlayer")).to_contain_text("₽")


def test_a_receipt_is_opened_from_the_first_page_and_leads_to_its_member(page: Page, served: Served) -> None:
    page.locator("a.tile", has_text="Чеки").click()
    page.get_by_role("link", name=served.history.sale.number, exact=True).click()
    expect(page.locator("h1")).to_contain_text(f"Чек {served.history.sale.number}")
    expect(page.locator(".reason").first).to_contain_text("Шарф к матчу")
    page.get_by_text("Как получено, в JSON").click()
    expect(page.locator("pre")).to_contain_text(served.history.sale.receipt_id)
    page.get_by_role("link", name="Мария И.").click()
    expect(page.locator("h1")).to_contain_text("Мария И.")


def test_a_member_is_found_by_phone_shown_at_a_click_and_the_way_back_is_plain(page: Page, served: Served) -> None:
    page.get_by_role("link", name="Участники").click()
    page.locator("input[name=text]").fill("8 (903) 123-45-67")
    page.get_by_role("button", name="Найти").click()
    expect(page).to_have_url(f"{served.address}/console/members")
    page.get_by_role("link", name="Мария И.").click()
    expect(page.locator("main")).not_to_contain_text("+79031234567")
    page.go_back()
    expect(page.locator("input[name=text]")).to_have_value("8 (903) 123-45-67")
    page.get_by_role("link", name="Мария И.").click()
    page.get_by_role("button", name="Показать личные данные").click()
    expect(page.locator("main")).to_contain_text("+79031234567")
    page.get_by_role("link", name="Скрыть").click()
    expect(page.locator("main")).not_to_contain_text("+79031234567")


def test_the_console_speaks_english_and_remembers_it(page: Page, served: Served) -> None:
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_contain_text("Sunday, November 22")
    expect(page.locator("#hours .legend")).to_contain_text("Sunday, November 22")
    page.get_by_role("link", name="Terminals").click()
    expect(page.locator("h1")).to_have_text("Terminals")
    page.get_by_role("button", name="Make a one-time code").click()
    expect(page.locator(".digits")).to_have_text(re.compile(r"^\d{4}\s\d{4}$"))
    expect(page.locator(".command")).to_contain_text(f"kopilka enrol {served.address} ")
    expect(page.locator("svg.qr path")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("h1")).to_have_text("Head office")


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(245, 246, 244)"), ("dark", "rgb(18, 22, 20)")])
def test_no_page_is_wider_than_the_screen_in_either_scheme(
    page: Page, served: Served, scheme: str, ground: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    one_sale = f"/receipts/{served.history.sale.receipt_id}"
    one_member = f"/members/{served.history.member.member_id}"
    for path in ("", "/receipts", one_sale, "/members", one_member, "/terminals", "/stops"):
        page.goto(f"{served.address}/console{path}")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, (path, width, over)
            ends = page.eval_on_selector_all("nav a", "all => all.map(each => each.getBoundingClientRect().right)")
            assert max(ends) <= width, (path, width, ends)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground


def test_on_paper_there_is_no_menu_and_ink_is_black(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator(".pick")).to_be_hidden()
    expect(page.locator(".pair table.figures").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
