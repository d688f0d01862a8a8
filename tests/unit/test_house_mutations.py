"""The list of guards is true: each stands where the list says, and its test is there to notice."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.mutations import GUARDS
from tests.mutations.__main__ import main, tried
from tests.mutations.guard import Guard
from tests.support.named_tests import missing

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_stands_exactly_once_in_its_file_and_without_it_the_file_is_still_a_program(guard: Guard) -> None:
    text = (ROOT / guard.file).read_text("utf-8")
    assert text.count(guard.snippet) == 1
    without = text.replace(guard.snippet, guard.without)
    assert without != text
    ast.parse(without)


def test_every_test_that_must_notice_is_there() -> None:
    assert missing(guard.test for guard in GUARDS) == []


def test_no_two_guards_have_one_name() -> None:
    names = [guard.name for guard in GUARDS]
    assert len(set(names)) == len(names)


def test_the_guards_that_must_not_be_forgotten_are_listed() -> None:
    said = " | ".join(guard.name for guard in GUARDS)
    for word in (
        "primary key of the event", "primary key of the receipt", "primary key of the ledger",
        "primary key of the effect", "watermark", "fence", "chain", "synced", "counter", "same facts", "hash",
        "drained", "generation", "budget", "coupon",
    ):  # fmt: skip
        assert re.search(word, said), word


def test_a_guard_whose_snippet_is_gone_or_whose_test_holds_without_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "adding.py").write_text("def add(a, b):\n    return a + b\n")
    (tmp_path / "test_adding.py").write_text(
        "from adding import add\n\n"
        "def test_one():\n    assert add(1, 2) == 3\n\n"
        "def test_zero():\n    assert add(0, 0) == 0\n"
    )

    def taken(snippet: str, test: str) -> str:
        return tried(tmp_path, Guard("adding", "adding.py", snippet, "a - b", f"test_adding.py::{test}"))

    assert taken("a + b", "test_one") == ""
    assert taken("a + b", "test_zero").startswith("MISSED: adding")
    assert taken("a + b", "test_two").startswith("MISSED: adding")
    assert taken("a * b", "test_one").startswith("GONE: adding")
    assert (tmp_path / "adding.py").read_text() == "def add(a, b):\n    return a + b\n"
    assert capsys.readouterr().out.count("noticed") == 1


def test_words_that_no_guard_has_are_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["there is no such guard"]) == 1
