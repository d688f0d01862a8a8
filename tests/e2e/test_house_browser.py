"""The browser of the tests is a real Chromium that draws pages from loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><meta charset="utf-8"><title>Копилка</title>
<button onclick="document.querySelector('output').textContent = 'Баллы: 120'">Показать</button><output></output>"""


class OnePage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: requests are no news in a test."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), OnePage) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_chromium_draws_a_page_from_loopback_and_runs_its_script(browser_page: Page, address: str) -> None:
    browser_page.goto(address)
    browser_page.get_by_role("button", name="Показать").click()
    expect(browser_page.locator("output")).to_have_text("Баллы: 120")
    assert browser_page.title() == "Копилка"
    assert browser_page.screenshot().startswith(b"\x89PNG")


def test_a_page_keeps_nothing_of_the_page_before(browser_page: Page, address: str) -> None:
    browser_page.goto(address)
    assert browser_page.evaluate("document.cookie") == ""
    assert browser_page.evaluate("navigator.language") == "ru-RU"
