"""The fiscal register through the agent: how it stands, a receipt in doubt, cash in and out exactly once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from devices.virtual.atol import VirtualAtol
from devices.virtual.atol_served import on_http
from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from terminal.clock import now_ms
from tests.support.agent import Served, sale, served
from tests.support.small_till import make_till

REGISTER = '[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nhost = "127.0.0.1"\ntcp_port = {port}\n'


@pytest.fixture
def device() -> VirtualShtrih:
    return VirtualShtrih()


@contextmanager
def at_work(folder: Path, device: VirtualShtrih) -> Iterator[Served]:
    if not folder.exists():
        make_till(folder, as_of_ms=now_ms())
    with on_tcp(device.receive) as (_, port):
        (folder / "devices.toml").write_text(REGISTER.format(port=port))
        with served(folder) as opened:
            opened.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
            yield opened


@pytest.fixture
def agent(tmp_path: Path, device: VirtualShtrih) -> Iterator[Served]:
    with at_work(tmp_path / "till", device) as opened:
        yield opened


def cash(agent: Served, amount_minor: int, kind: str = "in") -> dict[str, Any]:
    shift_id = agent.ask("GET", "/v1/shift").json()["shift"]["shift_id"]
    return {"cash_id": uuid.uuid4().hex, "shift_id": shift_id, "kind": kind, "amount_minor": amount_minor}


def counted(device: VirtualShtrih) -> tuple[int, int]:
    return device.memory.cash_in_minor, device.memory.cash_out_minor


def test_it_says_how_it_stands_and_what_is_wrong(agent: Served, device: VirtualShtrih) -> None:
    agent.ask("POST", "/v1/receipts", sale())
    well = agent.ask("GET", "/v1/register").json()
    assert (well["answers"], well["memory"], well["last_document"], well["shift"], well["paper"]) == (
        True, device.memory.serial, 2, "open", "there",
    )  # fmt: skip
    assert well["doubt"] is None
    device.paper = 0
    wrong = agent.ask("GET", "/v1/register").json()
    assert (wrong["paper"], "fiscal.no_paper" in [each["said"]["code"] for each in wrong["troubles"]]) == ("none", True)


def test_a_receipt_in_doubt_is_told_until_the_register_answers_and_the_same_sale_ends_it(tmp_path: Path) -> None:
    web = VirtualAtol()
    make_till(tmp_path / "till", as_of_ms=now_ms())
    with on_http(web) as url:
        table = f'[[device]]\nkind = "fiscal"\ndriver = "atol"\nurl = "{url}"\n'
        (tmp_path / "till" / "devices.toml").write_text(table)
        with served(tmp_path / "till") as agent:
            agent.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
            web.end_as("sell", "blocked_made")
            body = sale()
            assert agent.ask("POST", "/v1/receipts", body).json()["code"] == "fiscal.doubt"
            seen = agent.ask("GET", "/v1/register").json()
            assert (seen["answers"], seen["doubt"]["number"], seen["doubt"]["kind"]) == (False, "T1-000001", "sale")
            assert [seen["doubt"]["said"]["code"], seen["troubles"][0]["said"]["code"]] == ["atol.stopped"] * 2
            web.unblock()
            ended = agent.ask("POST", "/v1/receipts", body)
            assert (ended.status_code, ended.json()["receipt"]["number"]) == (200, "T1-000001")
            assert agent.ask("GET", "/v1/register").json()["doubt"] is None
            web.end_as("sell", "blocked_made")
            agent.ask("POST", "/v1/receipts", sale())
            web.unblock()
            other = agent.ask("POST", "/v1/receipts", sale())
            assert (other.status_code, other.json()["receipt"]["number"]) == (201, "T1-000003")
    assert [each.total_minor for each in web.memory.receipts()] == [100_00] * 3


def test_a_till_without_a_register_has_none_to_tell_of_and_counts_cash_all_the_same(tmp_path: Path) -> None:
    with served(tmp_path / "till") as alone:
        assert alone.ask("GET", "/v1/register").status_code == 404
        alone.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
        body = cash(alone, 500_00)
        replies = [alone.ask("POST", "/v1/cash", body) for _ in range(2)]
        assert [reply.status_code for reply in replies] == [201, 200]
        assert replies[1].json()["shift"]["totals"]["cash_in_minor"] == 500_00
        too_much = alone.ask("POST", "/v1/cash", cash(alone, 500_01, "out"))
        assert (too_much.status_code, too_much.json()["code"]) == (409, "cash.too_much")


def test_cash_is_counted_and_recorded_once_for_each_id_also_after_its_shift(
    tmp_path: Path, device: VirtualShtrih
) -> None:
    with at_work(tmp_path / "till", device) as agent:
        body = cash(agent, 500_00)
        assert [agent.ask("POST", "/v1/cash", body).status_code for _ in range(2)] == [201, 200]
        assert agent.ask("POST", "/v1/cash", cash(agent, 120_00, "out")).status_code == 201
        assert (counted(device), agent.written()[0]) == ((500_00, 120_00), 3)
        other = agent.ask("POST", "/v1/cash", {**body, "amount_minor": 500_01})
        assert (other.status_code, other.json()["code"]) == (409, "agent.other_cash")
        agent.ask("POST", "/v1/shift/close")
    with at_work(tmp_path / "till", device) as agent:
        assert agent.ask("POST", "/v1/cash", body).status_code == 200
        late = agent.ask("POST", "/v1/cash", {**body, "cash_id": uuid.uuid4().hex})
        assert (late.status_code, late.json()["code"], late.json()["where"]) == (409, "agent.other_shift", "shift_id")
        assert counted(device) == (500_00, 120_00)
