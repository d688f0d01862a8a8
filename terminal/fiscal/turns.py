"""One at a time at the register: whatever a sale does there it does whole, and a look waits for nobody.

Every public method of a class under `in_turns` takes its turn by itself, those added later too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from terminal.fiscal.register import Refused, Unknown

Made = TypeVar("Made", bound=type)
LOOKS = ("state_now", "in_question")
"""The public methods that do not wait: one asks only where nobody else does, the other asks nothing."""


class Turn:
    """Whose turn it is; `failed` is called after a command that the register did not carry out."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.failed: Callable[[], None] = lambda: None

    @contextmanager
    def taken(self) -> Iterator[None]:
        with self._lock:
            yield

    @contextmanager
    def taken_if_free(self) -> Iterator[bool]:
        """Whether it was."""
        free = self._lock.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                self._lock.release()


def in_turns(made: Made) -> Made:
    """A class whose instances have a `turn`."""
    for name, method in list(vars(made).items()):
        if callable(method) and not name.startswith("_") and name not in LOOKS:
            setattr(made, name, _in_turn(method))
    return made


def _in_turn(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def held(self: Any, *given: Any, **named: Any) -> Any:
        with self.turn.taken():
            answer = method(self, *given, **named)
        if isinstance(answer, Refused | Unknown):
            self.turn.failed()
        return answer

    return held
