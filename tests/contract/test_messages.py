"""Both ways of messages, by one set of rules, then each by its own; the webhook against a real server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import structlog
from msgspec.structs import replace

from loyalty.errors import NotNow
from loyalty.events import bucket_of
from sync_server.messages.journal import KEPT_MS, LISTED, Journal, written
from sync_server.messages.port import Message, Messenger, NotSent
from sync_server.messages.sending import MAX_WAITING, TRIES, Sender, sender_for
from sync_server.messages.webhook import Webhook
from sync_server.settings import Settings
from tests.support.server import T0_MS, TestOffice, hex_id

ANNA = hex_id("anna")
WAIT_S = 60.0


def message(number: int = 1, at_ms: int = T0_MS) -> Message:
    return Message(hex_id("message", number), bucket_of(ANNA), at_ms, "+79161234567", f"Код 00000{number % 10}")


class Gateway:
    """A server that takes messages; `answer` gives status, kind and body of each reply, or holds it back."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], dict[str, str]]] = []
        self.answer: Callable[[int], tuple[int, str, bytes]] = lambda turn: (200, "application/json", b"{}")
        self.let_go = threading.Event()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                gateway.taken.append((dict(self.headers), json.loads(body)))
                status, kind, reply = gateway.answer(len(gateway.taken))
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(reply)))
                self.send_header("location", "/elsewhere")
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sms?shop=1"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    made.close()


class Way:
    """A driver with the means to see what arrived."""

    def __init__(self, messenger: Messenger, arrived: Callable[[], list[tuple[str, str]]]) -> None:
        self.messenger, self.arrived = messenger, arrived


@pytest.fixture(params=["webhook", "journal"])
def way(request, gateway: Gateway, office: TestOffice) -> Iterator[Way]:
    if request.param == "webhook":
        made = Way(
            Webhook(gateway.url, "a secret"), lambda: [(body["phone"], body["text"]) for _, body in gateway.taken]
        )
    else:
        made = Way(Journal(office.store), lambda: [(each.phone, each.text) for each in written(office.store)])
    yield made
    made.messenger.close()


def test_what_is_sent_arrives_with_phone_and_text(way: Way) -> None:
    way.messenger.send(message())
    assert way.arrived() == [("+79161234567", "Код 000001")]


def test_a_sender_sends_what_is_put_and_waits_for_it_when_it_closes(way: Way) -> None:
    done = threading.Event()

    class Told:
        def send(self, sent: Message) -> None:
            way.messenger.send(sent)
            done.set()

        def close(self) -> None:
            pass

    sender = Sender(Told())
    assert sender.put(message(2))
    assert done.wait(WAIT_S)
    sender.close()
    assert way.arrived() == [("+79161234567", "Код 000002")]
    assert not sender.put(message(3))


# -- the webhook


def test_the_webhook_shows_its_secret_and_names_the_message(gateway: Gateway) -> None:
    Webhook(gateway.url, "a secret").send(message())
    headers, body = gateway.taken[0]
    assert headers["Kopilka-Secret"] == "a secret"
    assert headers["Idempotency-Key"] == hex_id("message", 1)
    assert headers["Content-Type"] == "application/json"
    assert body == {"phone": "+79161234567", "text": "Код 000001"}


@pytest.mark.parametrize(
    ("status", "kind", "again"),
    [
        (500, "text/plain", True),
        (503, "text/html", True),
        (429, "application/json", True),
        (400, "application/json", False),
        (403, "text/html", False),
        (302, "text/plain", False),
        (200, "text/html; charset=utf-8", False),
    ],
)
def test_what_is_no_yes_is_a_no_and_says_whether_to_try_again(
    gateway: Gateway, status: int, kind: str, again: bool
) -> None:
    gateway.answer = lambda turn: (status, kind, b"<html>000001</html>")
    with pytest.raises(NotSent) as caught:
        Webhook(gateway.url, "s").send(message())
    assert caught.value.again is again
    assert str(status) in caught.value.why
    assert len(gateway.taken) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_two_hundred_will_do(gateway: Gateway, status: int) -> None:
    gateway.answer = lambda turn: (status, "text/plain", b"")
    Webhook(gateway.url, "s").send(message())
    assert len(gateway.taken) == 1


def test_a_gateway_that_does_not_answer_is_not_waited_for(gateway: Gateway) -> None:
    gateway.answer = lambda turn: (200 if gateway.let_go.wait(WAIT_S) else 500, "text/plain", b"")
    with pytest.raises(NotSent) as caught:
        Webhook(gateway.url, "s", timeout_s=0.2).send(message())
    assert (caught.value.again, caught.value.why) == (True, "ReadTimeout")


def test_a_gateway_that_is_not_there_may_come_back(gateway: Gateway) -> None:
    gateway.server.server_close()
    with pytest.raises(NotSent) as caught:
        Webhook(gateway.url.replace("127.0.0.1", "127.0.0.2"), "s").send(message())
    assert caught.value.again


def test_a_long_answer_is_left_unread(gateway: Gateway) -> None:
    gateway.answer = lambda turn: (200, "application/json", b"x" * 10_000_000)
    Webhook(gateway.url, "s").send(message())
    assert len(gateway.taken) == 1


# -- the journal


def test_the_journal_keeps_one_of_a_message_that_is_tried_again(office: TestOffice) -> None:
    for _ in range(2):
        Journal(office.store).send(message())
    assert written(office.store) == (message(),)


def test_the_journal_keeps_a_day_and_shows_the_newest_first(office: TestOffice) -> None:
    journal = Journal(office.store)
    for number, at_ms in ((1, T0_MS), (2, T0_MS + KEPT_MS), (3, T0_MS + KEPT_MS + 1)):
        journal.send(message(number, at_ms))
    assert [each.message_id for each in written(office.store)] == [hex_id("message", 3), hex_id("message", 2)]
    assert [each.at_ms for each in written(office.store, T0_MS + KEPT_MS + 1)] == [T0_MS + KEPT_MS + 1]


def test_a_message_that_is_old_goes_with_the_next_whoever_that_is_for(office: TestOffice) -> None:
    journal, boris = Journal(office.store), bucket_of(hex_id("boris"))
    assert boris != bucket_of(ANNA)
    journal.send(message(1))
    journal.send(replace(message(2, T0_MS + KEPT_MS), bucket=boris))
    assert len(written(office.store)) == 2
    journal.send(replace(message(3, T0_MS + KEPT_MS + 1), bucket=boris))
    assert [each.message_id for each in written(office.store)] == [hex_id("message", 3), hex_id("message", 2)]


def test_the_journal_lists_a_hundred(office: TestOffice) -> None:
    journal = Journal(office.store)
    for number in range(LISTED + 1):
        journal.send(message(number, T0_MS + number))
    assert len(written(office.store)) == LISTED


# -- sending


class Stubborn:
    """Fails as often as told, then takes; counts."""

    def __init__(self, failures: int, *, again: bool = True, breaks: bool = False) -> None:
        self.failures, self.again, self.breaks = failures, again, breaks
        self.turns = 0
        self.held = threading.Event()
        self.held.set()
        self.done = threading.Semaphore(0)

    def send(self, sent: Message) -> None:
        self.held.wait(WAIT_S)
        self.turns += 1
        self.done.release()
        if self.breaks:
            raise ValueError(sent.text)
        if self.turns <= self.failures:
            raise NotSent("no", again=self.again)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("failures", "again", "turns"), [(0, True, 1), (1, True, 2), (TRIES, True, TRIES), (9, True, TRIES), (9, False, 1)]
)
def test_a_message_is_tried_three_times_and_not_where_it_is_refused(failures: int, again: bool, turns: int) -> None:
    stubborn = Stubborn(failures, again=again)
    pauses: list[float] = []

    def pause(pause_s: float) -> bool:
        pauses.append(pause_s)
        return False

    sender = Sender(stubborn, pause)
    sender.put(message())
    for _ in range(turns):
        assert stubborn.done.acquire(timeout=WAIT_S)
    sender.close()
    assert stubborn.turns == turns
    assert pauses == [0.5, 1.0][: turns - 1]


def test_two_hundred_messages_may_wait_and_not_one_more() -> None:
    stubborn = Stubborn(0)
    stubborn.held.clear()
    sender = Sender(stubborn)
    assert [sender.put(message(number)) for number in range(MAX_WAITING + 1)] == [True] * MAX_WAITING + [False]
    stubborn.held.set()
    for _ in range(MAX_WAITING):
        assert stubborn.done.acquire(timeout=WAIT_S)
    sender.close()
    assert stubborn.turns == MAX_WAITING


@pytest.mark.parametrize("stubborn", [Stubborn(9), Stubborn(9, again=False), Stubborn(0, breaks=True)])
def test_no_log_has_the_text_or_the_phone(stubborn: Stubborn) -> None:
    with structlog.testing.capture_logs() as logs:
        sender = Sender(stubborn, lambda pause_s: False)
        sender.put(message())
        assert stubborn.done.acquire(timeout=WAIT_S)
        sender.close()
    assert logs
    assert "00000" not in repr(logs)
    assert "1234567" not in repr(logs)


def test_settings_choose_the_way(tmp_path, office: TestOffice) -> None:
    assert sender_for(Settings(tmp_path), office.store) is None
    for settings in (
        Settings(tmp_path, messages="journal"),
        Settings(tmp_path, messages="https://sms.example/send", messages_secret="s"),
    ):
        sender = sender_for(settings, office.store)
        assert sender is not None
        sender.close()


@pytest.mark.parametrize(
    ("messages", "secret", "code"),
    [
        ("sms.example", "s", "messages.where"),
        ("ftp://sms.example", "s", "messages.where"),
        ("https://", "s", "messages.where"),
        ("https://sms.example", "", "messages.secret"),
    ],
)
def test_settings_that_cannot_be_are_said_at_the_start(
    tmp_path, office: TestOffice, messages: str, secret: str, code: str
) -> None:
    with pytest.raises(NotNow) as caught:
        sender_for(Settings(tmp_path, messages=messages, messages_secret=secret), office.store)
    assert caught.value.code == code
