"""The slips that wait for the printer, one file each: they are printed after a restart of the till too."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

import msgspec
from msgspec.structs import replace

FOLDER = "unprinted"
MOST_BYTES = 1_000_000
"""Of one slip; a larger file is none of ours."""
KEY = re.compile(r"[A-Za-z0-9-]{1,40}")
NAME = re.compile(r"([0-9]{1,18})(?:-([A-Za-z0-9-]{1,40}))?")
log = logging.getLogger("printing")


class Slip(msgspec.Struct, frozen=True):
    """`key` is the number of the receipt it is of; empty for any other slip."""

    number: int
    text: str
    key: str = ""


class Unprinted:
    """Without a `folder`, or where it cannot be written, a slip is kept in memory alone."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._last = max((slip.number for slip in self._named().values()), default=0)

    def left(self, most: int) -> list[Slip]:
        """What was not printed when the till ended, oldest first."""
        found = []
        for path, slip in sorted(self._named().items(), key=lambda each: each[1].number)[:most]:
            try:
                if path.stat().st_size <= MOST_BYTES:
                    found.append(replace(slip, text=path.read_text("utf-8")))
            except (OSError, UnicodeDecodeError):
                log.warning("slip_unread", extra={"number": slip.number})
        return found

    def keep(self, text: str, key: str = "") -> Slip:
        """`key` becomes part of a file's name; one that is no receipt's number is forgotten by the next start."""
        self._last += 1
        slip = Slip(self._last, text, key)
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                unfinished = self._path(slip).with_suffix(".part")
                unfinished.write_text(text, "utf-8")
                os.replace(unfinished, self._path(slip))
            except OSError as error:
                log.warning("slip_not_kept", extra={"why": str(error)})
        return slip

    def drop(self, slip: Slip) -> None:
        if self._folder is not None:
            try:
                self._path(slip).unlink(missing_ok=True)
            except OSError as error:
                log.warning("slip_not_dropped", extra={"why": str(error)})

    def _path(self, slip: Slip) -> Path:
        assert self._folder is not None
        key = f"-{slip.key}" if KEY.fullmatch(slip.key) else ""
        return self._folder / f"{slip.number:06}{key}.txt"

    def _named(self) -> dict[Path, Slip]:
        """The files there are, with what their names say."""
        if self._folder is None or not self._folder.is_dir():
            return {}
        names = ((path, NAME.fullmatch(path.stem)) for path in self._folder.glob("*.txt"))
        return {path: Slip(int(name[1]), "", name[2] or "") for path, name in names if name}
