"""The link to the head office; its libraries are loaded on a thread of their own, so that no screen waits for them."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Literal, NamedTuple

from loyalty.errors import LinkFault, NotNow
from loyalty.sentences import sentence
from terminal.offline_queue.forks import Fork
from terminal.offline_queue.store import Store
from terminal.session import Link

if TYPE_CHECKING:
    from loyalty.api import (
        CheckReply,
        CheckRequest,
        ConfirmReply,
        ConfirmRequest,
        HoldReply,
        HoldRequest,
        HoldVoid,
        ReceiptReply,
    )
    from terminal.offline_queue.client import Client
    from terminal.offline_queue.runner import LinkStatus, Runner

Told = Callable[[Link, bool], None]
log = logging.getLogger("till")


class Syncing:
    """Keeps one till in step with the head office at `url`, or with that of its enrolment.

    It begins with `start`, or when the first answer is wanted of it. From then on `told` gets the link, and whether
    programmes have changed, from the sync's own thread.
    """

    def __init__(self, store: Store, clock: Callable[[], int], told: Told, url: str = "") -> None:
        self._store = store
        self._clock = clock
        self._told = told
        self._url = url
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None
        self._stopping = False

    def start(self) -> None:
        """Returns at once; whatever waits is sent as soon as the libraries are there."""
        threading.Thread(target=self._start, name="sync-start", daemon=True).start()

    def kick(self) -> None:
        """Something was recorded: do not wait for the next round. A sync that has not begun begins with one."""
        if self._loaded:
            self._loaded.runner.kick()

    def status(self) -> LinkStatus:
        """As of now."""
        return self._begun().runner.status()

    def run_until_idle(self, timeout_s: float) -> bool:
        """Try at once, whatever is being waited for; whether all was sent and the cache found level in time."""
        return self._begun().runner.run_until_idle(timeout_s)

    def receipt(self, number: str) -> ReceiptReply:
        """A receipt of any till. Raises LinkFault; Refusal with the code `unknown` where there is none."""
        return self._begun().client.receipt(number)

    def send_code(self, asked: ConfirmRequest) -> ConfirmReply:
        """Raises LinkFault; Refusal for what the head office refuses."""
        return self._begun().client.send_code(asked)

    def check_code(self, confirmation_id: str, asked: CheckRequest) -> CheckReply:
        """The same."""
        return self._begun().client.check_code(confirmation_id, asked)

    def take_hold(self, asked: HoldRequest) -> HoldReply:
        """Raises LinkFault; Refusal for what the head office refuses."""
        return self._begun().client.take_hold(asked)

    def void_hold(self, hold_id: str, asked: HoldVoid) -> HoldReply:
        """The same."""
        return self._begun().client.void_hold(hold_id, asked)

    def stop(self) -> None:
        """End after the request in hand, or leave it behind when it hangs; nothing begins any more."""
        with self._loading:
            self._stopping = True
        if self._loaded:
            self._loaded.runner.stop()

    def _start(self) -> None:
        try:
            self._begun()
        except LinkFault as fault:
            self._told(Link(as_of_ms=self._store.cache.as_of_ms(), problem=fault.said), False)
        except NotNow:
            pass  # stopped before it began

    def _begun(self) -> _Loaded:
        """The parts at work. Raises LinkFault where they cannot be loaded, NotNow once the till is stopping."""
        with self._loading:
            if self._stopping:
                raise NotNow(sentence("till.stopping"))
            if self._loaded is None:
                self._loaded = self._load()
                self._loaded.runner.start()
            return self._loaded

    def _load(self) -> _Loaded:
        try:
            from terminal.offline_queue.client import Client
            from terminal.offline_queue.runner import Runner
            from terminal.offline_queue.trust import trust_of

            client = Client(
                self._store.identity, self._store.keys, self._clock, url=self._url, trust=trust_of(self._store.folder)
            )
        except Exception as error:
            # A broken library or a bad address: the till sells on, and its strip says why it is alone.
            log.exception("sync_not_begun")
            raise LinkFault(sentence("link.broken", what=repr(error)[:200])) from error
        # Of its own: how often a thread tries again moves no draw of anybody else in the process.
        chance = Random(os.urandom(16)).random
        runner = Runner(self._store, client, self._clock, chance)
        runner.on_change(lambda status: self._told(link_from(status), status.programmes_changed))
        return _Loaded(client, runner)


class _Loaded(NamedTuple):
    client: Client
    runner: Runner


def link_from(status: LinkStatus) -> Link:
    return Link(
        status.online,
        status.pending,
        status.as_of_ms,
        status.last_contact_ms,
        status.trouble,
        fork_state(status.fork),
        status.loading_bp,
    )


def fork_state(fork: Fork | None) -> Literal["", "waits", "mended"]:
    if fork is None:
        return ""
    return "waits" if fork.stops_sending else "mended"
