"""Sends messages beside the requests that cause them: nobody waits for a gateway, and none can hold a request up.

A message lives in memory until it is sent or given up: a code is of no use later, and is written nowhere.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event
from urllib.parse import urlsplit

import structlog

from loyalty.errors import NotNow
from loyalty.sentences import sentence
from sync_server.messages.journal import Journal
from sync_server.messages.port import Message, Messenger, NotSent
from sync_server.messages.webhook import Webhook
from sync_server.metrics import MESSAGES
from sync_server.settings import JOURNAL, Settings
from sync_server.store import Store

THREADS = 4
MAX_WAITING = 200
"""Messages waiting or on their way; one more is refused."""
TRIES = 3
PAUSE_S = 0.5
"""Before the second try; twice as long before the third."""
log = structlog.get_logger("messages")

SENTENCES = {
    "messages.where": (
        "Сообщения: укажите journal или адрес http(s), а не «{where}»",
        "Messages: name journal or an address with http(s), not “{where}”",
    ),
    "messages.secret": (
        "Для отправки сообщений задайте ключ в KOPILKA_MESSAGES_SECRET",
        "To send messages set the secret in KOPILKA_MESSAGES_SECRET",
    ),
}


class Sender:
    """`put` returns at once. `wait` lets time pass between tries, and says whether the sender is closing."""

    def __init__(self, messenger: Messenger, wait: Callable[[float], bool] | None = None) -> None:
        self._messenger = messenger
        self._closing = Event()
        self._wait = wait or self._closing.wait
        self._room = BoundedSemaphore(MAX_WAITING)
        self._threads = ThreadPoolExecutor(THREADS, "messages")

    def put(self, message: Message) -> bool:
        """Whether there is room for it."""
        if self._closing.is_set() or not self._room.acquire(blocking=False):
            MESSAGES.labels("no_room").inc()
            return False
        self._threads.submit(self._send, message)
        return True

    def close(self) -> None:
        """What is being sent is finished or given up, what waits is dropped."""
        self._closing.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._messenger.close()

    def _send(self, message: Message) -> None:
        try:
            MESSAGES.labels("sent" if self._tried(message) else "failed").inc()
        except Exception as error:  # noqa: BLE001  # the edge of a thread
            # Only the kind: the trace of an error may hold the text.
            log.error("message_broke", kind=type(error).__name__)
            MESSAGES.labels("failed").inc()
        finally:
            self._room.release()

    def _tried(self, message: Message) -> bool:
        for turn in range(1, TRIES + 1):
            try:
                self._messenger.send(message)
                return True
            except NotSent as fault:
                log.warning("message_not_sent", why=fault.why, turn=turn)
                if not fault.again or turn == TRIES or self._wait(PAUSE_S * turn):
                    return False
        return False


def sender_for(settings: Settings, store: Store) -> Sender | None:
    """The sender that the settings name; None where they name none. Raises NotNow for what cannot be."""
    where = settings.messages
    if not where:
        return None
    if where == JOURNAL:
        return Sender(Journal(store))
    parts = urlsplit(where)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotNow(sentence("messages.where", where=where[:100]))
    if not settings.messages_secret:
        raise NotNow(sentence("messages.secret"))
    return Sender(Webhook(where, settings.messages_secret))
