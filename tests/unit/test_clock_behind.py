"""A till started on a computer whose clock has lost the day."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from loyalty.sentences import say, sentence
from terminal.clock_behind import with_clock_told
from terminal.session import State
from terminal.session import commands as c
from terminal.words import TEMPLATES
from tests.support.counter import NOON, TEA
from tests.support.small_till import do, opened_rig, said

DAY_MS, LEEWAY_MS = 86_400_000, 300_000


@pytest.mark.parametrize(("behind_ms", "is_told"), [(-1, False), (LEEWAY_MS, False), (LEEWAY_MS + 1, True)])
def test_a_clock_is_told_to_be_behind_past_what_clocks_may_differ_by(behind_ms: int, is_told: bool) -> None:
    state = with_clock_told(State(), NOON, NOON.at_ms + behind_ms, "Europe/Moscow")
    assert (state.notice is not None) is is_told


def test_both_moments_are_named_by_the_store_s_clock_and_the_cashier_hears_what_to_do() -> None:
    moment = replace(NOON, at_ms=1_795_338_000_000)  # 2026-11-22 09:00 UTC
    state = with_clock_told(State(), moment, moment.at_ms + DAY_MS, "Europe/Moscow")
    assert state.notice is not None
    assert state.notice.said == sentence("till.clock_behind", now_at="2026-11-22T12:00", known_at="2026-11-23T12:00")
    assert "22.11.2026 12:00" in say(state.notice.said, "ru", TEMPLATES)
    assert state.notice.hint == sentence("till.clock_behind.hint")


def test_a_till_that_has_sold_later_says_so_at_its_start_before_all_else(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "till") as rig:
        rig.now_ms += DAY_MS
        do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
        rig.now_ms += 1
        do(rig, c.Scan(TEA.code))
    with opened_rig(tmp_path / "till") as rig:
        state = rig.engine.view().state
        assert (said(state), len(state.basket.lines)) == ("till.clock_behind", 1)
