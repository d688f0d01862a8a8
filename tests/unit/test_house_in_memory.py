"""Tests write into memory where there is room, and where a person says otherwise they write there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.in_memory import ROOM_BYTES, keep_in_memory


def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_bytes: int, flags: int = 0) -> str | None:
    place = SimpleNamespace(f_bavail=free_bytes // 512, f_frsize=512, f_flag=flags)
    monkeypatch.setattr(os, "statvfs", lambda folder: place)
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)
    environment: dict[str, str] = {}
    keep_in_memory(environment, tmp_path)
    return environment.get("TMPDIR")


def test_files_lie_in_memory_that_has_room_for_them_and_lets_programs_run(tmp_path, monkeypatch) -> None:
    assert chosen(tmp_path, monkeypatch, ROOM_BYTES) == str(tmp_path)
    assert chosen(tmp_path, monkeypatch, ROOM_BYTES - 512) is None
    assert chosen(tmp_path, monkeypatch, ROOM_BYTES, os.ST_NOEXEC) is None
    assert chosen(tmp_path / "nothing", monkeypatch, ROOM_BYTES) is None


def test_a_place_somebody_chose_stays(tmp_path: Path) -> None:
    environment = {"TMPDIR": "/elsewhere"}
    keep_in_memory(environment, tmp_path)
    assert environment == {"TMPDIR": "/elsewhere"}
