"""What a key came to: the next desk, commands for the till in order, and what only the screen itself can do."""

from typing import Literal

import msgspec

from terminal.session.commands import Command
from terminal.ui.desk import Desk


class Acted(msgspec.Struct, frozen=True):
    desk: Desk
    commands: tuple[Command, ...] = ()
    asks: Literal["", "language", "theme", "exit"] = ""
