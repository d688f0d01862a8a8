"""The name a virtual device goes by: it follows the port, and never takes the place of somebody's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.virtual.link import drop, point
from devices.virtual.scanner import VirtualScanner


def test_a_name_is_moved_to_the_port_there_is_now_and_goes_with_it(tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    point(link, "/dev/pts/1")
    point(link, "/dev/pts/2")
    assert str(link.readlink()) == "/dev/pts/2"
    drop(link)
    assert not link.is_symlink()
    drop(link)


def test_a_file_of_that_name_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "devices.toml"
    file.write_text("[[device]]")
    with pytest.raises(FileExistsError) as refused:
        VirtualScanner(link=file)
    assert refused.value.filename == str(file)
    with pytest.raises(FileExistsError):
        point(file, "/dev/pts/1")
    drop(file)
    assert file.read_text() == "[[device]]"
