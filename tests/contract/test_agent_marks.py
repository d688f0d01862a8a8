"""Marked goods through the agent: named by their whole code, one a line, up to the register."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from loyalty.marks import MAX_MARK_CHARS
from terminal.clock import now_ms
from tests.support.agent import Served, served
from tests.support.marked import CIGARETTES, CONTROLLED, WATER, mark_of
from tests.support.small_till import make_till

FIRST, SECOND = mark_of(WATER), mark_of(WATER, "abc")
REGISTER = '[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nhost = "127.0.0.1"\ntcp_port = {port}\n'


@pytest.fixture(scope="module")
def device() -> VirtualShtrih:
    return VirtualShtrih()


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory, device: VirtualShtrih) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("marks") / "till"
    make_till(folder, as_of_ms=now_ms(), more_goods=CONTROLLED)
    with on_tcp(device.receive) as (_, port):
        (folder / "devices.toml").write_text(REGISTER.format(port=port))
        with served(folder) as opened:
            assert opened.ask("POST", "/v1/shift/open", {"cashier": "Ольга"}).status_code == 201
            yield opened


def quote(agent: Served, *codes: str) -> Any:
    return agent.ask("POST", "/v1/quote", {"lines": [{"code": code} for code in codes]})


def test_pieces_are_sold_by_their_codes_and_the_register_has_them(agent: Served, device: VirtualShtrih) -> None:
    sale = {
        "sale_id": uuid.uuid4().hex, "lines": [{"code": FIRST}, {"code": SECOND}], "expected_total_minor": 100_00,
        "payments": [{"kind": "cash", "amount_minor": 100_00}],
    }  # fmt: skip
    reply = agent.ask("POST", "/v1/receipts", sale)
    assert reply.status_code == 201
    assert [line["mark"] for line in reply.json()["receipt"]["lines"]] == [FIRST, SECOND]
    assert [line.mark for line in device.memory.receipts()[-1].lines] == [FIRST.encode(), SECOND.encode()]


@pytest.mark.parametrize(
    ("codes", "code", "where"),
    [
        ((WATER.code,), "mark.needed", "lines[0]"),
        ((FIRST, SECOND, FIRST), "mark.twice", "lines[2]"),
        ((CIGARETTES.code,), "mark.permission", "lines[0]"),
    ],
)
def test_what_may_not_be_sold_so_is_refused_with_its_place(
    agent: Served, codes: tuple[str, ...], code: str, where: str
) -> None:
    reply = quote(agent, *codes)
    assert reply.status_code == 422
    assert (reply.json()["code"], reply.json()["where"]) == (code, where)


def test_a_code_is_as_long_as_any_and_one_character_more_is_refused(agent: Served) -> None:
    longest = FIRST + "x" * (MAX_MARK_CHARS - len(FIRST))
    assert quote(agent, longest).status_code == 200
    assert quote(agent, longest + "x").status_code == 400
