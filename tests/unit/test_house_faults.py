"""The page of faults is true: all of them are on it, and every test it names is there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.named_tests import missing

PAGE = Path(__file__).resolve().parents[2] / "docs" / "FAULTS.md"
FAULTS = 41
_SECTION = re.compile(r"^## (\d+)\. .+$", re.MULTILINE)
_TEST = re.compile(r"^- `(tests/\S+::test_\S+)`$", re.MULTILINE)
_OPEN = re.compile(r"^\*Open:\* .{20,}$", re.MULTILINE)


def sections() -> dict[int, str]:
    _, *parts = _SECTION.split(PAGE.read_text("utf-8"))
    return {int(number): text for number, text in zip(parts[::2], parts[1::2], strict=True)}


def test_every_fault_is_on_the_page_in_its_order() -> None:
    assert list(sections()) == list(range(1, FAULTS + 1))


def test_every_fault_has_a_test_or_says_why_it_is_open() -> None:
    assert [number for number, text in sections().items() if not (_TEST.search(text) or _OPEN.search(text))] == []


def test_every_test_on_the_page_is_there() -> None:
    named = _TEST.findall(PAGE.read_text("utf-8"))
    assert missing(named) == []
    assert len(named) == PAGE.read_text("utf-8").count("::test_"), "a test is named where nobody looks for it"


def test_a_test_that_is_not_there_is_missed() -> None:
    gone = ["tests/unit/test_house_faults.py::test_nobody_wrote", "tests/unit/test_no_file.py::test_it"]
    assert missing([*gone, "tests/unit/test_house_faults.py::test_a_test_that_is_not_there_is_missed"]) == gone
