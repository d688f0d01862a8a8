"""What the customer reads while programs sell: the basket quoted last, then what became of it, as at the screen's till.

A program's basket is not the till's: what stands on the display is told here by the requests themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from loyalty.basket import Basket
from loyalty.quoted import Quote
from loyalty.receipt import Receipt
from loyalty.sentences import Lang
from terminal.opened import OpenedTill
from terminal.session import State
from terminal.session import commands as c
from terminal.session.port import View

log = logging.getLogger("agent")


@contextmanager
def facing_customer(till: OpenedTill, lang: Lang) -> Iterator[Callable[[State], None]]:
    """Show the customer what this gets, on the till's thread, on the display of devices.toml until the block ends."""
    if not any(device.kind == "display" for device in till.devices):
        yield lambda state: None
        return
    from terminal.showing import configured_display

    shown = Facing(till)
    with configured_display(till.devices, shown, lang, till.supervising):
        yield shown.show


class Facing:
    """The till (terminal.showing.Watched) with the customer's sale in place of its own, as long as a shift is open."""

    def __init__(self, till: OpenedTill) -> None:
        self._engine = till.engine
        self._state: State | None = None
        self._painted: list[Callable[[View], None]] = []

    def view(self) -> View:
        view = self._engine.view()
        if view.state.mode == "closed" or self._state is None:
            return view
        return replace(view, state=self._state)

    def post(self, command: c.Command) -> None:
        self._engine.post(command)

    def watch(self, painted: Callable[[View], None]) -> Callable[[], None]:
        self._painted.append(painted)
        unwatch = self._engine.watch(self._till_changed)

        def end() -> None:
            unwatch()
            self._painted.remove(painted)

        return end

    def show(self, state: State) -> None:
        """Returns at once, and never raises: no sale is held up by a display."""
        self._state = state
        self._paint()

    def _till_changed(self, view: View) -> None:
        if view.state.mode == "closed":
            self._state = None
        self._paint()

    def _paint(self) -> None:
        for painted in tuple(self._painted):
            try:
                painted(self.view())
            except Exception:
                log.exception("display_failed")


def in_sale(basket: Basket, quote: Quote) -> State:
    return State(mode="sale", basket=basket, quote=quote)


def done_with(receipt: Receipt) -> State:
    """Of a sale the change and what was earned, of a return what is paid out."""
    return State(mode="done", receipt=receipt)
