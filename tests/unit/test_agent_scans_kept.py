"""Scans kept for programs: so many, so long, each by a number that grows over restarts."""

from __future__ import annotations

import threading

from terminal.agent.scans import KEPT_S, MOST_KEPT, Scanned, Scans
from terminal.session import commands as c

BEGUN_MS = 1_767_225_600_000
SOON_S = 60.0


class Kept:
    def __init__(self, begun_ms: int = BEGUN_MS) -> None:
        self.now_s = 0.0
        self.scans = Scans(lambda: begun_ms, lambda: self.now_s)

    def scan(self, *texts: str) -> None:
        for text in texts:
            self.scans.take("front", c.Scan(text, "serial:front"))

    def since(self, after: int | None) -> tuple[list[str], int, bool]:
        found = self.scans.since(after, 0)
        return [scan.text for scan in found.scans], found.newest_no - BEGUN_MS, found.missed


def test_numbers_go_on_from_the_millisecond_of_the_start() -> None:
    kept = Kept()
    kept.scan("1", "2")
    assert kept.scans.since(BEGUN_MS, 0).scans == (
        Scanned(BEGUN_MS + 1, BEGUN_MS, "front", "1"), Scanned(BEGUN_MS + 2, BEGUN_MS, "front", "2"),
    )  # fmt: skip
    assert kept.since(BEGUN_MS + 1) == (["2"], 2, False)
    assert kept.since(BEGUN_MS + 2) == ([], 2, False)
    assert kept.since(None) == ([], 2, False)


def test_so_many_are_kept_and_who_has_missed_one_is_told() -> None:
    kept = Kept()
    kept.scan(*map(str, range(MOST_KEPT)))
    texts, _, missed = kept.since(BEGUN_MS)
    assert (len(texts), missed) == (MOST_KEPT, False)
    kept.scan("one more")
    texts, _, missed = kept.since(BEGUN_MS)
    assert (len(texts), texts[0], texts[-1], missed) == (MOST_KEPT, "1", "one more", True)
    assert kept.since(BEGUN_MS + 1)[2] is False


def test_a_scan_is_kept_for_a_minute_and_not_a_moment_longer() -> None:
    kept = Kept()
    kept.scan("1")
    kept.now_s = KEPT_S
    assert kept.since(BEGUN_MS) == (["1"], 1, False)
    kept.now_s = KEPT_S + 0.001
    assert kept.since(BEGUN_MS) == ([], 1, True)
    assert kept.scans.find(BEGUN_MS + 1) is None


def test_a_number_of_an_earlier_run_is_told_that_something_may_be_missing() -> None:
    kept = Kept()
    kept.scan("1")
    assert kept.since(BEGUN_MS - 5000) == (["1"], 1, True)
    # The clock was set back between the runs.
    assert kept.since(BEGUN_MS + 5000) == (["1"], 1, True)


def test_only_what_scanners_send_is_kept() -> None:
    kept = Kept()
    kept.scans.take("front", c.Refresh())
    assert kept.since(BEGUN_MS - 1)[0] == []


def test_who_waits_gets_the_scan_that_comes_and_nothing_once_it_is_closed() -> None:
    kept = Kept()
    found: list[tuple[str, ...]] = []

    def wait() -> None:
        for _ in range(2):
            since = kept.scans.since(BEGUN_MS + len(found), 10 * SOON_S)
            found.append(tuple(scan.text for scan in since.scans))

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    kept.scan("1")
    kept.scans.close()
    waiting.join(SOON_S)
    assert found == [("1",), ()]
