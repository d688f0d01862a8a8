"""A till's own client and a real head office over a real socket: a phone confirmed, and every fault a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from loyalty.api import CheckReply, CheckRequest, ConfirmReply, ConfirmRequest, ErrorReply
from loyalty.codes import card_number
from loyalty.errors import LinkFault
from loyalty.events import canonical
from sync_server.clock import now_ms
from sync_server.messages.journal import written
from sync_server.personal import store_personal
from terminal.confirming import failure
from terminal.offline_queue.client import Client
from terminal.offline_queue.keys import Identity
from tests.support.queue_samples import identity
from tests.support.served_office import ServedOffice, served_office
from tests.support.server import Till, hex_id

ANNA, NOBODY = hex_id("anna"), hex_id("nobody")
ONE, TWO = hex_id("one"), hex_id("two")


class Served:
    """A head office that writes messages down, a till of it, and the till's client."""

    def __init__(self, at: ServedOffice) -> None:
        self.app, self.office = at.app, at.office
        self.till: Till = self.office.till()
        who: Identity = identity(at.url)
        self.client = Client(replace(who, terminal=self.till.terminal), self.till.key, now_ms)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with served_office(tmp_path / "office") as at:
        made = Served(at)
        event, personal = made.till.enrolled(ANNA, card_number("2990001", 1), "+79161234567")
        made.till.put(event)
        made.office.apply()
        store_personal(made.office.store, made.office.identity, (personal,))
        yield made
        made.client.close()


def test_a_phone_is_confirmed_from_end_to_end(served: Served) -> None:
    assert served.client.send_code(ConfirmRequest(ONE, ANNA, ANNA, "en")) == ConfirmReply(6, 300, 30)
    served.app.state.office.sender.close()
    (message,) = written(served.office.store)
    code = message.text.removeprefix("Code ")[:6]
    assert served.client.check_code(ONE, CheckRequest(ANNA, ANNA, "x")) == CheckReply("wrong", 4)
    assert served.client.check_code(ONE, CheckRequest(ANNA, ANNA, code)) == CheckReply("confirmed")
    assert served.client.check_code(TWO, CheckRequest(ANNA, ANNA, code)) == CheckReply("ended")


def test_too_soon_is_a_refusal_that_says_when(served: Served) -> None:
    served.client.send_code(ConfirmRequest(ONE, NOBODY, NOBODY))
    with pytest.raises(LinkFault) as caught:
        served.client.send_code(ConfirmRequest(TWO, NOBODY, NOBODY))
    failed = failure("x", caught.value)
    assert failed.why == "wait"
    assert 1 <= failed.retry_after_s <= 30


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (200, b"<html>portal</html>", "offline"),
        (502, b"<html>bad gateway</html>", "offline"),
        (200, b"{}", "offline"),
        (503, canonical(ErrorReply("busy", "")), "offline"),
        (500, canonical(ErrorReply("internal", "")), "offline"),
        (409, canonical(ErrorReply("no_messages", "")), "no_messages"),
        (410, canonical(ErrorReply("revoked", "")), "refused"),
    ],
)
def test_whatever_answers_is_one_of_four_reasons(status: int, body: bytes, why: str) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, stream=httpx.ByteStream(body)))
    client = Client(identity("http://office.test"), _key(), now_ms, transport=transport)
    with pytest.raises(LinkFault) as caught:
        client.send_code(ConfirmRequest(ONE, ANNA, ANNA))
    assert failure("x", caught.value).why == why


def test_a_head_office_that_is_not_there_is_out_of_reach() -> None:
    client = Client(identity("http://127.0.0.1:9"), _key(), now_ms)
    with pytest.raises(LinkFault) as caught:
        client.check_code(ONE, CheckRequest(ANNA, ANNA, "1"))
    assert failure("x", caught.value).why == "offline"


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(b"k" * 32)
