"""The till as the screen, the local API and scripts see it; `terminal.engine` is the one that works."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from loyalty.programme import Programme
from terminal.session.commands import Command
from terminal.session.health import DeviceHealth
from terminal.session.link import Link
from terminal.session.state import Asked, Doubt, State


class View(msgspec.Struct, frozen=True):
    """Everything a screen paints: one consistent picture."""

    state: State
    link: Link
    programme: Programme
    store_name: str
    terminal: str
    """The till's label on receipts, `T1`."""
    sound: str = ""
    """`ok` or `error` when this step asks for a sound; empty otherwise."""
    doubt: Doubt | None = None
    """While there is one nothing fiscal is begun; everything else goes on."""
    devices: tuple[DeviceHealth, ...] = ()
    """How each device beside the till stands."""
    asked: Asked = ""
    """What the fiscal register is asked now, while the till goes on."""


class Till(Protocol):
    def view(self) -> View:
        """The picture now."""
        ...

    def post(self, command: Command) -> None:
        """Queue a command; commands run in order on the till's own thread. Never blocks and never raises."""
        ...

    def dispatch(self, command: Command) -> View:
        """Run a command and wait for the picture after it and after everything it caused."""
        ...

    def watch(self, painted: Callable[[View], None]) -> Callable[[], None]:
        """Call back with each new picture, from the till's thread; the result ends it."""
        ...
