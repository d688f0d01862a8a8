"""A real Chromium for the tests, driven by playwright: the system's, since playwright's own would be downloaded.

The browser lives as long as the tests of one file: playwright keeps an event loop running in the thread that uses it,
and the tests of another file may need that thread for a loop of their own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.needs import find_chromium, why_not

if TYPE_CHECKING:  # a run without browser tests need not wait for it
    from playwright.sync_api import Browser, Page

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE_TIMEOUT_MS = 15_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium with an empty profile."""
    from playwright.sync_api import sync_playwright

    reason = why_not("browser")
    if reason:
        pytest.fail(reason, pytrace=False)
    path = find_chromium(os.environ)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A page of the test's own: no cookies from the test before, Russian, 1280x800."""
    context = browser.new_context(locale="ru-RU", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PAGE_TIMEOUT_MS)
    yield context.new_page()
    context.close()
