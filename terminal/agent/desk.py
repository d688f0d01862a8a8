"""One till as the agent serves it, and one request as its work sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any, TypeVar

from loyalty.errors import NotNow
from loyalty.sentences import Lang, Sentence, say
from terminal.agent.confirmed import ConfirmedPhones
from terminal.agent.scans import Scans
from terminal.agent.wire import Told
from terminal.opened import OpenedTill
from terminal.session import State
from terminal.words import TEMPLATES

T = TypeVar("T")
MAX_ACCEPT_CHARS = 200
MAX_FETCHING = 8
MAX_LISTENING = 8
_CHOICE = re.compile(r"\s*([a-zA-Z]{2})(?:-[\w-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")


@dataclass(frozen=True, slots=True)
class Desk:
    """`lang` is spoken to clients that name no language; `fetching` bounds who waits for the head office at once,
    `listening` who waits for a scan; `phones` are those that clients have confirmed. `beep` makes a scanner beep, by
    its id; `show` has the customer's display show a state, on the till's thread."""

    till: OpenedTill
    lang: Lang
    fetching: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_FETCHING))
    phones: ConfirmedPhones = field(default_factory=ConfirmedPhones)
    listening: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_LISTENING))
    scans: Scans = field(default_factory=Scans)
    beep: Callable[[str], None] = lambda device: None
    show: Callable[[State], None] = lambda state: None

    def call(self, work: Callable[[], T]) -> T:
        """Do `work` on the till's own thread, in its turn: nothing of it mixes with another request's.

        A receipt that was in doubt and is found to be recorded says so to whoever comes next, before anything else is
        done. Here its own client finds it by its id, so the work is done once more.
        """
        try:
            return self.till.engine.call(work)
        except NotNow as why:
            if why.code != "sale.recorded_late":
                raise
        return self.till.engine.call(work)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the key in its path (empty where there is none), its decoded body and query, and the language to
    answer in."""

    key: str
    body: Any
    lang: Lang
    scanned: bool = False
    query: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply's value and its status."""

    value: object
    status: HTTPStatus = HTTPStatus.OK


def told(said: Sentence, lang: Lang) -> Told:
    return Told(said.code, said.args, text_of(said, lang))


def text_of(said: Sentence, lang: Lang) -> str:
    return say(said, lang, TEMPLATES)


def language_of(asked: str, accept: str, default: Lang) -> Lang:
    """`?lang=`, else the best of Accept-Language that is spoken here (RFC 9110, 12.5.4), else the till's own."""
    if asked in ("ru", "en"):
        return "ru" if asked == "ru" else "en"
    best: tuple[float, Lang] = (0.0, default)
    for choice in accept[:MAX_ACCEPT_CHARS].split(","):
        match = _CHOICE.fullmatch(choice)
        tag, weight = (match.group(1).lower(), float(match.group(2) or 1)) if match else ("", 0.0)
        if tag in ("ru", "en") and weight > best[0]:
            best = (weight, "ru" if tag == "ru" else "en")
    return best[1]
