"""The slips that wait for the printer, one file each: they are printed after a restart of the till too."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

FOLDER = "unprinted"
MOST_BYTES = 1_000_000
"""Of one slip; a larger file is none of ours."""
log = logging.getLogger("printing")


class Slip(msgspec.Struct, frozen=True):
    number: int
    text: str


class Unprinted:
    """Without a `folder`, or where it cannot be written, a slip is kept in memory alone."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._last = max(self._numbers(), default=0)

    def left(self, most: int) -> list[Slip]:
        """What was not printed when the till ended, oldest first."""
        found = []
        for number in sorted(self._numbers())[:most]:
            try:
                if self._path(number).stat().st_size <= MOST_BYTES:
                    found.append(Slip(number, self._path(number).read_text("utf-8")))
            except (OSError, UnicodeDecodeError):
                log.warning("slip_unread", extra={"number": number})
        return found

    def keep(self, text: str) -> Slip:
        self._last += 1
        slip = Slip(self._last, text)
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                unfinished = self._path(slip.number).with_suffix(".part")
                unfinished.write_text(text, "utf-8")
                os.replace(unfinished, self._path(slip.number))
            except OSError as error:
                log.warning("slip_not_kept", extra={"why": str(error)})
        return slip

    def drop(self, slip: Slip) -> None:
        if self._folder is not None:
            try:
                self._path(slip.number).unlink(missing_ok=True)
            except OSError as error:
                log.warning("slip_not_dropped", extra={"why": str(error)})

    def _path(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{number:06}.txt"

    def _numbers(self) -> list[int]:
        if self._folder is None or not self._folder.is_dir():
            return []
        return [int(path.stem) for path in self._folder.glob("*.txt") if path.stem.isascii() and path.stem.isdigit()]
