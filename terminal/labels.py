"""Codes of GS1 among what is scanned: the session gets them taken apart, with the text as it came."""

from __future__ import annotations

from msgspec.structs import replace

from terminal.scanner.gs1 import read_label
from terminal.session import commands as c


def labelled(command: c.Command) -> c.Command:
    if isinstance(command, c.Scan) and command.label is None:
        return replace(command, label=read_label(command.text, command.symbology))
    return command
