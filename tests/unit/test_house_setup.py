"""The set-up says one clear sentence for each way it can fail, and adds to the system only what is missing."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup() -> ModuleType:
    """A fresh copy of .ci/setup.py as a module."""
    spec = importlib.util.spec_from_file_location("house_setup", ROOT / ".ci" / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["house_setup"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("WARNING: Retrying after NewConnectionError\nERROR: No matching distribution found for x", "does not answer"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one that was locked"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for x==3.1.1", "found for x==3.1.1. Another Python may do"),
        ("something\nERROR: quite unheard of", "pip failed: ERROR: quite unheard of"),
        ("", "pip failed: it said nothing"),
    ],
)
def test_what_pip_said_becomes_one_sentence(setup: ModuleType, said: str, sentence: str) -> None:
    explained = setup.explain_pip(said)
    assert sentence in explained
    assert "\n" not in explained


def test_a_missing_part_that_cannot_be_added_is_said_once_with_its_loss(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KOPILKA_NO_SYSTEM", "1")
    part = setup.SystemPart("zbar", ("libzbar0",), lambda: False, "the camera tests")
    refused: dict[str, str] = {}
    assert setup.add_missing([part], refused) == [part]
    assert capsys.readouterr().out == "Not added: libzbar0 (KOPILKA_NO_SYSTEM is set). Lost: the camera tests.\n"
    assert refused == {"zbar": "KOPILKA_NO_SYSTEM is set"}


def test_what_was_refused_before_is_not_tried_again(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "add", lambda part: f"tried {part.name} again")
    part = setup.SystemPart("zbar", ("libzbar0",), lambda: False, "the camera tests")
    refused = {"zbar": "only root may add it"}
    setup.add_missing([part], refused)
    assert refused == {"zbar": "only root may add it"}


def test_a_part_that_has_come_is_refused_no_longer(setup: ModuleType) -> None:
    refused = {"zbar": "only root may add it"}
    assert setup.add_missing([setup.SystemPart("zbar", ("libzbar0",), lambda: True, "")], refused) == []
    assert refused == {}


def test_a_broken_stamp_counts_as_none(setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "STAMP", tmp_path / "stamp.json")
    assert setup.read_stamp() == {}
    for content in ("", "{", "[1]", "null"):
        (tmp_path / "stamp.json").write_text(content, encoding="utf-8")
        assert setup.read_stamp() == {}
    (tmp_path / "stamp.json").write_text(json.dumps({"root": "/shop"}), encoding="utf-8")
    assert setup.read_stamp() == {"root": "/shop"}


def test_the_fingerprint_changes_with_the_lock(setup: ModuleType) -> None:
    assert setup.fingerprint_of(setup.LOCK) != setup.fingerprint_of(setup.HEADLESS_LOCK)


def test_the_packages_are_compiled_for_those_who_may_not_keep_what_they_compile(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    for name in ("loyalty", "devices", "terminal/ui", "sync_server", "tests"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "module.py").write_text("figure = 1\n")
    (tmp_path / "devices" / "broken.py").write_text("def\n")
    for _ in range(2):
        setup.compile_packages()
        compiled = {path.parent.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("module.*.pyc")}
        assert compiled == {"loyalty", "devices", "terminal/ui", "sync_server"}
    assert capfd.readouterr() == ("", "")


def test_a_tree_without_its_lock_gets_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "setup.py", tmp_path / ".ci")
    environment = os.environ | {"KOPILKA_NO_SYSTEM": "1"}
    ended = subprocess.run(
        [sys.executable, tmp_path / ".ci" / "setup.py"], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "Set-up stopped: " in ended.stderr
    assert "Traceback" not in ended.stderr
