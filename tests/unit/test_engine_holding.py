"""Holds asked of a head office that answers, refuses, hangs or is not there; and what a till leaves behind."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loyalty.api import ErrorReply, HoldReply, HoldRequest, HoldVoid
from loyalty.errors import LinkFault
from loyalty.sentences import sentence
from terminal import holding as holding_module
from terminal.holding import FOLDER, MAX_LEFT, Holding
from terminal.offline_queue.http_reply import Refusal
from terminal.session import commands as c

SOON_S = 60
ONE, TWO, ANNA = "1" * 32, "2" * 32, "a" * 32
TAKE = c.TakeHold(ONE, ANNA, ANNA, {"main": 50})


class Office:
    """Answers as a test says; `hangs` keeps takes waiting until it is let go."""

    def __init__(self) -> None:
        self.asked: list[HoldRequest] = []
        self.voided: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self.answers: Callable[[], HoldReply] = lambda: HoldReply("held", good_for_s=900)
        self.goes_on = threading.Event()
        self.goes_on.set()

    def take_hold(self, asked: HoldRequest) -> HoldReply:
        self.asked.append(asked)
        assert self.goes_on.wait(SOON_S)
        return self.answers()

    def void_hold(self, hold_id: str, asked: HoldVoid) -> HoldReply:
        self.voided.put((hold_id, asked.account_id))
        return HoldReply("voided")


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    made.goes_on.set()


class Rig:
    def __init__(self, office: Office, folder: Path, within_s: float = SOON_S) -> None:
        self.said: queue.SimpleQueue[c.Command] = queue.SimpleQueue()
        self.folder = folder
        self.holding = Holding(office, self.said.put, iter([ONE, TWO]).__next__, folder, within_s)

    def answer(self) -> c.Command:
        return self.said.get(timeout=SOON_S)

    def left(self) -> list[str]:
        folder = self.folder / FOLDER
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def rig(office: Office, tmp_path: Path) -> Rig:
    return Rig(office, tmp_path)


def test_a_hold_is_asked_for_and_noted_until_a_receipt_names_it(rig, office):
    rig.holding.take(TAKE)
    assert rig.answer() == c.HoldTaken(ONE, ANNA, 900)
    (asked,) = office.asked
    assert (asked.hold_id, asked.account_id, asked.points, asked.replaces) == (ONE, ANNA, {"main": 50}, "")
    assert rig.left() == [ONE]
    rig.holding.forget(ONE)
    assert rig.left() == []


def test_a_hold_that_is_not_to_be_had_leaves_nothing_behind(rig, office):
    office.answers = lambda: HoldReply("short", available={"main": 7})
    rig.holding.take(TAKE)
    assert rig.answer() == c.HoldShort(ONE, {"main": 7})
    assert rig.left() == []


def offline() -> HoldReply:
    raise LinkFault(sentence("link.offline"))


def refused() -> HoldReply:
    raise Refusal(409, ErrorReply("other_body", ""), 0)


@pytest.mark.parametrize("answers", [offline, refused, lambda: HoldReply("voided"), lambda: HoldReply("expired")])
def test_any_other_answer_is_none(rig, office, answers):
    office.answers = answers
    rig.holding.take(TAKE)
    assert rig.answer() == c.HoldFailed(ONE)


def test_a_head_office_that_hangs_is_not_waited_for_and_its_late_answer_still_told(office, tmp_path):
    rig = Rig(office, tmp_path, within_s=0.01)
    office.goes_on.clear()
    rig.holding.take(TAKE)
    assert rig.answer() == c.HoldFailed(ONE)
    office.goes_on.set()
    assert rig.answer() == c.HoldTaken(ONE, ANNA, 900)


def test_requests_go_one_after_the_other_in_their_order(rig, office):
    office.goes_on.clear()
    rig.holding.take(TAKE)
    rig.holding.give_back(c.GiveHoldBack(ONE, ANNA))
    assert office.voided.empty()
    office.goes_on.set()
    assert office.voided.get(timeout=SOON_S) == (ONE, ANNA)
    assert rig.answer() == c.HoldTaken(ONE, ANNA, 900)


def test_a_request_too_many_is_answered_as_if_nobody_were_there(rig, office, monkeypatch):
    monkeypatch.setattr(holding_module, "MAX_WAITING", 0)
    rig.holding.take(TAKE)
    assert rig.answer() == c.HoldFailed(ONE)
    assert office.asked == []


def test_what_a_killed_till_left_standing_is_given_back_at_the_next_start_and_once(rig, office):
    rig.holding.take(TAKE)
    rig.answer()
    again = Rig(office, rig.folder)
    again.holding.give_back_left(set)
    assert office.voided.get(timeout=SOON_S) == (ONE, ANNA)
    again.holding.take(c.TakeHold(TWO, ANNA, ANNA, {"main": 1}))
    assert again.answer() == c.HoldTaken(TWO, ANNA, 900)
    assert again.left() == [TWO]


def test_a_hold_that_a_recorded_receipt_names_is_not_given_back(rig, office):
    """The till was killed after the receipt was recorded and before the note was gone."""
    rig.holding.take(TAKE)
    rig.answer()
    again = Rig(office, rig.folder)
    again.holding.give_back_left(lambda: {ONE})
    again.holding.take(c.TakeHold(TWO, ANNA, ANNA, {"main": 1}))
    again.answer()
    assert (office.voided.empty(), again.left()) == (True, [TWO])


def test_a_start_gives_back_so_many_and_no_more(rig, office):
    folder = rig.folder / FOLDER
    folder.mkdir()
    for number in range(MAX_LEFT + 1):
        (folder / f"{number:032x}").write_text(ANNA)
    rig.holding.give_back_left(set)
    for number in range(MAX_LEFT):
        assert office.voided.get(timeout=SOON_S) == (f"{number:032x}", ANNA)
    rig.holding.take(TAKE)
    rig.answer()
    assert office.voided.empty()


def test_whoever_can_wait_gets_the_answer_itself(rig, office):
    assert rig.holding.take_now(ANNA, ANNA, {"main": 5}) == c.HoldTaken(ONE, ANNA, 900)
    office.answers = lambda: HoldReply("short", available={"main": 1})
    assert rig.holding.take_now(ANNA, ANNA, {"main": 5}) == c.HoldShort(TWO, {"main": 1})


def test_whoever_can_wait_waits_no_longer_than_that_and_what_may_have_been_taken_goes_back(office, tmp_path):
    rig = Rig(office, tmp_path, within_s=0.01)
    office.goes_on.clear()
    assert rig.holding.take_now(ANNA, ANNA, {"main": 5}) is None
    office.goes_on.set()
    assert office.voided.get(timeout=SOON_S) == (ONE, ANNA)


def test_a_disk_that_takes_no_note_costs_no_sale(rig, office):
    (rig.folder / FOLDER).write_text("a file where the folder should be")
    rig.holding.take(TAKE)
    assert rig.answer() == c.HoldTaken(ONE, ANNA, 900)
    rig.holding.forget(ONE)
    rig.holding.give_back_left(set)
