"""The customer's display of a till without a screen: what programs quote and sell stands there, as at the screen."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from devices.virtual.served import on_tcp
from terminal.clock import now_ms
from terminal.device_file import FILE
from tests.support.agent import Served, served
from tests.support.counter import CARD, CUP, TEA
from tests.support.seen_display import Seen
from tests.support.small_till import make_till

DISPLAY = '[[device]]\nkind = "display"\ndriver = "epson"\nhost = "127.0.0.1"\ntcp_port = {port}\n'
CLOSED, GREETED = ("This till is closed", ""), ("North stand", "Welcome!")


@dataclass
class Shop:
    agent: Served
    display: Seen

    def quote(self, *codes: str, **more: Any) -> Any:
        reply = self.agent.ask("POST", "/v1/quote", {"lines": [{"code": code} for code in codes], **more})
        assert reply.status_code == 200
        return reply.json()

    def sell(self, code: str, total_minor: int, given_minor: int) -> str:
        sale = {
            "sale_id": uuid.uuid4().hex, "lines": [{"code": code}], "expected_total_minor": total_minor,
            "payments": [{"kind": "cash", "amount_minor": given_minor}],
        }  # fmt: skip
        reply = self.agent.ask("POST", "/v1/receipts", sale)
        assert reply.status_code == 201
        return str(reply.json()["receipt"]["number"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("display") / "till"
    make_till(folder, as_of_ms=now_ms())
    display = Seen()
    with on_tcp(display.receive) as (_, port):
        (folder / FILE).write_text(DISPLAY.format(port=port))
        with served(folder) as agent:
            yield Shop(agent, display)
    assert display.stands("", "")


def test_the_customer_reads_each_line_the_total_the_change_and_what_is_paid_out(shop: Shop) -> None:
    assert shop.display.stands(*CLOSED)
    shop.agent.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
    assert shop.display.stands(*GREETED)
    shop.quote(TEA.code)
    assert shop.display.stands("Чай           100.00", "TOTAL         100.00")
    shop.quote(TEA.code, CUP.code)
    assert shop.display.stands("Кружка        450.50", "TOTAL         550.50")
    number = shop.sell(TEA.code, 100_00, 150_00)
    assert shop.display.stands("Change         50.00", "Thank you!")
    shop.quote()
    assert shop.display.stands(*GREETED)
    shop.quote(member={"key": CARD, "scanned": True})
    assert shop.display.stands("Card accepted", "Welcome!")
    back = {"return_id": uuid.uuid4().hex, "number": number, "lines": {"1": 1000}, "payment": "cash"}
    assert shop.agent.ask("POST", "/v1/returns", back).status_code == 201
    assert shop.display.stands("Return", "TO PAY OUT    100.00")
    shop.agent.ask("POST", "/v1/shift/close")
    assert shop.display.stands(*CLOSED)


def test_what_is_asked_on_the_side_does_not_stand_there(shop: Shop) -> None:
    shop.agent.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
    assert shop.display.stands(*GREETED)
    shop.quote(CUP.code)
    assert shop.display.stands("Кружка        450.50", "TOTAL         450.50")
    shop.display.shown.clear()
    shop.quote(TEA.code, on_display=False)
    shop.quote(CUP.code, CUP.code)
    assert shop.display.stands("Кружка        450.50", "TOTAL         901.00")
    assert all("Чай" not in line for lines in shop.display.shown for line in lines)
    shop.agent.ask("POST", "/v1/shift/close")
