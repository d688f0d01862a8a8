"""Where a client's customer wants the receipt sent: the register is told, with that receipt alone, no file has it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from terminal.clock import now_ms
from terminal.fiscal.tags import find, read
from tests.support.agent import Served, sale, served
from tests.support.small_till import make_till

ADDRESS = "anna@example.org"
OTHER = "olga@example.org"
REGISTER = '[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nhost = "127.0.0.1"\ntcp_port = {port}\n'


@pytest.fixture(scope="module")
def device() -> VirtualShtrih:
    return VirtualShtrih()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("addresses") / "till"


@pytest.fixture(scope="module")
def agent(folder: Path, device: VirtualShtrih) -> Iterator[Served]:
    make_till(folder, as_of_ms=now_ms())
    with on_tcp(device.receive) as (_, port):
        (folder / "devices.toml").write_text(REGISTER.format(port=port))
        with served(folder) as opened:
            assert opened.ask("POST", "/v1/shift/open", {"cashier": "Ольга"}).status_code == 201
            yield opened


def last_two(device: VirtualShtrih) -> list[tuple[object, object]]:
    fields = [read(each.tlv) for each in device.memory.receipts()[-2:]]
    return [(find(each, "operation"), find(each, "buyer")) for each in fields]


def test_sale_and_return_are_sent_where_each_says_and_no_file_of_the_till_has_it(
    agent: Served, device: VirtualShtrih, folder: Path
) -> None:
    sold = agent.ask("POST", "/v1/receipts", sale(send_to=f" {ADDRESS} "))
    assert sold.status_code == 201
    number = sold.json()["receipt"]["number"]
    back = {"return_id": uuid.uuid4().hex, "number": number, "lines": {"1": 1000}, "payment": "cash"}
    assert agent.ask("POST", "/v1/returns", {**back, "send_to": "8 903 123-45-67"}).status_code == 201
    assert last_two(device) == [("sale", ADDRESS), ("return", "+79031234567")]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"fiscal.db", "journal.db"} <= {path.name for path in files}
    kept = [path for path in files for said in (ADDRESS, "9031234567") if said.encode() in path.read_bytes()]
    assert (kept, ADDRESS in sold.text) == ([], False)


def test_the_next_receipt_is_sent_nowhere_and_another_address_is_another_sale(
    agent: Served, device: VirtualShtrih
) -> None:
    body = sale(send_to=ADDRESS)
    assert [agent.ask("POST", "/v1/receipts", body).status_code for _ in range(2)] == [201, 200]
    other = agent.ask("POST", "/v1/receipts", {**body, "send_to": OTHER})
    assert (other.status_code, other.json()["code"]) == (409, "agent.other_body")
    assert agent.ask("POST", "/v1/receipts", sale()).status_code == 201
    assert last_two(device) == [("sale", ADDRESS), ("sale", None)]


@pytest.mark.parametrize("text", ["anna", "анна@example.org", "12345"])
def test_what_is_no_address_is_refused_with_its_place_before_anything_is_issued(
    agent: Served, device: VirtualShtrih, text: str
) -> None:
    made = len(device.memory.receipts())
    reply = agent.ask("POST", "/v1/receipts", sale(send_to=text))
    assert (reply.status_code, reply.json()["code"], reply.json()["where"]) == (422, "send.address", "send_to")
    assert len(device.memory.receipts()) == made


def test_an_address_is_as_long_as_its_tag_and_one_character_more_is_refused(agent: Served) -> None:
    longest = "a" * 57 + "@b.r.ru"
    replies = [agent.ask("POST", "/v1/receipts", sale(send_to=text)) for text in (longest, f"a{longest}")]
    assert [reply.status_code for reply in replies] == [201, 400]


def test_a_till_without_a_register_says_that_it_sends_nothing(tmp_path: Path) -> None:
    with served(tmp_path / "till") as alone:
        alone.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
        reply = alone.ask("POST", "/v1/receipts", sale(send_to=ADDRESS))
        assert (reply.status_code, reply.json()["code"], alone.written()) == (422, "register.none", (1, 0))
