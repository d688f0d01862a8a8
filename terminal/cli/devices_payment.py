"""`kopilka devices simulate payment`: a payment terminal without hardware, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from loyalty.money import money_text

if TYPE_CHECKING:
    from devices.virtual.payment import Done, VirtualTerminal

Serve = Callable[[Callable[[bytes], bytes], Path | None], AbstractContextManager[str]]
DOINGS = {"sale": ("оплата", "sale"), "refund": ("возврат", "refund"), "read": ("карта", "card")}
ENDS = {
    "approved": ("одобрено, код {code}", "approved, code {code}"),
    "declined": ("отказ: {why}", "declined: {why}"),
    "voided": ("отменено", "voided"),
    "read": ("прочитана", "read"),
}


def played_payments(
    serve: Serve, link: Path | None, ru: bool
) -> tuple[str, VirtualTerminal, AbstractContextManager[str], Callable[[], Iterator[str]]]:
    """Its name, itself, its place while it runs, and what there is to tell of it since the last time."""
    from devices.virtual.payment import VirtualTerminal

    terminal = VirtualTerminal()
    told: dict[str, str] = {}

    def news() -> Iterator[str]:
        for reference, done in tuple(terminal.done.items()):
            if done.state in ENDS and done.do in DOINGS and told.get(reference) != done.state:
                told[reference] = done.state
                yield _said(done, ru)

    return "Банковский терминал" if ru else "The payment terminal", terminal, serve(terminal.receive, link), news


def _said(done: Done, ru: bool) -> str:
    at = 0 if ru else 1
    amount = f" {money_text(done.amount_minor, 'ru' if ru else 'en')}" if done.amount_minor else ""
    return f"{DOINGS[done.do][at]}{amount}: {ENDS[done.state][at].format(code=done.code, why=done.why)}"
