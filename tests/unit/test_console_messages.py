"""The console's page of messages: there only where they are written down, and only for owners."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from loyalty.events import bucket_of
from sync_server.messages.journal import Journal
from sync_server.messages.port import Message
from tests.support.console_office import Shop, make_shop, text_of, visiting
from tests.support.server import hex_id, opened_office

ANNA = hex_id("anna")


@pytest.fixture
def shop(tmp_path) -> Iterator[Shop]:
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        made = make_shop(office)
        sent = Message(hex_id("one"), bucket_of(ANNA), made.now_ms - 120_000, "+79161234567", "Код 402913. <b>")
        Journal(office.store).send(sent)
        yield made


def test_an_owner_reads_the_messages_with_the_phone_masked(shop: Shop) -> None:
    with visiting(shop, messages=True) as visitor:
        visitor.log_in()
        text = text_of(visitor.get("/console/messages").text)
        assert "Код 402913. <b>" in text
        assert "+7 ••• 67" in text
        assert "1234567" not in text
        assert "Сообщения" in text_of(visitor.get("/console").text)


def test_a_viewer_sees_no_codes_and_no_way_to_them(shop: Shop) -> None:
    with visiting(shop, messages=True) as visitor:
        visitor.log_in("oleg")
        words = text_of(visitor.get("/console/messages").text)
        assert "402913" not in words
        assert "Это может только владелец" in words
        assert "/console/messages" not in visitor.get("/console").text


def test_where_messages_are_really_sent_there_is_no_page_of_them(shop: Shop) -> None:
    with visiting(shop) as visitor:
        visitor.log_in()
        assert visitor.get("/console/messages").status_code == 404
        assert "/console/messages" not in visitor.get("/console").text
