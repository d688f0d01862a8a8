"""`kopilka devices simulate payment`: a payment terminal without hardware, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from terminal.played_said import payment_said

if TYPE_CHECKING:
    from devices.virtual.payment import VirtualTerminal

Serve = Callable[..., AbstractContextManager[str]]


def played_payments(
    serve: Serve, ru: bool
) -> tuple[str, VirtualTerminal, AbstractContextManager[str], Callable[[], Iterator[str]]]:
    """Its name, itself, its place while it runs, and what there is to tell of it since the last time."""
    from devices.virtual.payment import VirtualTerminal

    terminal = VirtualTerminal()
    told: dict[str, str] = {}

    def news() -> Iterator[str]:
        for reference, done in tuple(terminal.done.items()):
            if (said := payment_said(done, ru)) and told.get(reference) != done.state:
                told[reference] = done.state
                yield said

    return "Банковский терминал" if ru else "The payment terminal", terminal, serve(terminal.receive), news
