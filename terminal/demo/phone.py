"""The members' phones of the demo: what the head office would have sent to one is shown on the till itself.

The demo's head office writes its messages down; they are read by its own command, `kopilka-server messages`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from loyalty.sentences import sentence
from terminal.session import commands as c
from terminal.session.port import Till, View

DEMO_PHONE = "+79109475148"
"""Of a member who has points: the fourth of the demo's."""
TRIES = 3


class Messages(Protocol):
    def message(self, message_id: str) -> str:
        """The text of a message that was written down; empty where it is not there yet."""
        ...


@contextmanager
def showing_messages(till: Till, messages: Messages) -> Iterator[None]:
    """Each code that is sent for this till is said as a notice, once."""
    seen: set[str] = set()

    def look(view: View) -> None:
        of = view.state.confirming
        if of is not None and of.stage == "sent" and of.confirmation_id not in seen:
            seen.add(of.confirmation_id)
            tail, id = of.phone_tail, of.confirmation_id
            threading.Thread(target=_show, args=(till.post, messages, id, tail), name="demo-sms", daemon=True).start()

    unwatch = till.watch(look)
    try:
        yield
    finally:
        unwatch()


def _show(post: Callable[[c.Command], None], messages: Messages, id: str, tail: str) -> None:
    """Asked a few times: the message is written a moment after the answer to the till."""
    for _ in range(TRIES):
        text = messages.message(id)
        if text:
            post(c.Notify("info", sentence("demo.sms", tail=tail, text=text)))
            return
