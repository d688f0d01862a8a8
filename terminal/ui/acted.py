"""What a key came to: the next desk, commands for the till in order, and what only the screen itself can do."""

from dataclasses import dataclass
from typing import Literal

from terminal.session.commands import Command
from terminal.ui.desk import Desk


@dataclass(frozen=True, slots=True)
class Acted:
    desk: Desk
    commands: tuple[Command, ...] = ()
    asks: Literal["", "language", "theme", "exit"] = ""
