"""What every fiscal register must do, over every way to reach one: memory, a pseudo-terminal, TCP, a web server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from devices.shtrih.commands import Command, close_receipt, item, open_receipt, plain
from devices.shtrih.link import ACK, ENQ, framed
from devices.virtual.atol import VirtualAtol
from devices.virtual.shtrih import VirtualShtrih
from devices.virtual.shtrih_memory import Line
from terminal.fiscal.document import fiscal_document
from terminal.fiscal.port import FiscalPort, NoAnswer, NotIssued, State
from terminal.fiscal.tags import find, read
from tests.support.fiscal_receipts import RETURN
from tests.support.registers import ATOL, SHTRIH, SOLD, Device, reached

PAID = close_receipt({1: 286_480}, 1)


@pytest.fixture(params=SHTRIH + ATOL)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def device(way: str) -> Device:
    return VirtualAtol() if way in ATOL else VirtualShtrih()


@pytest.fixture
def port(way: str, device: Device) -> Iterator[FiscalPort]:
    with reached(way, device) as made:
        yield made
        made.close()


def refused(device: Device, why: str) -> str:
    """ATOL's server says why in words of its own."""
    return "atol.refused" if isinstance(device, VirtualAtol) else f"shtrih.{why}"


def test_a_new_register_says_that_its_shift_is_closed_and_nothing_is_made(port: FiscalPort) -> None:
    assert port.state() == State("9999078900001234", 0, "closed", "there", False, "2026-11-22T12:00")


def test_a_sale_is_one_document_with_its_number_sign_and_time(port: FiscalPort, device: Device) -> None:
    port.open_shift("Анна")
    issued = port.issue(SOLD)
    (made,) = device.memory.receipts()
    assert (issued.document, issued.sign, issued.local_time) == (2, made.sign, "2026-11-22T12:00")
    assert (made.operation, made.total_minor) == (1, 286_480)
    assert port.state().last_document == 2


@pytest.mark.parametrize("way", SHTRIH)
def test_a_shtrih_register_has_the_lines_and_payments(way: str) -> None:
    device = VirtualShtrih()
    with reached(way, device) as port:
        port.open_shift("Анна")
        port.issue(SOLD)
        port.close()
    (made,) = device.memory.receipts()
    assert made.payments_minor == {1: 90_000, 2: 200_000}
    assert made.lines == (
        Line(2_000_000, 125_000, 250_000, 0x01, 4, 1, "Шарф клубный", ((2108, b"\x00"),)),
        Line(456_000, 80_000, 36_480, 0x02, 4, 1, "Сыр", ((2108, b"\x0b"),)),
    )
    assert device.memory.cash_minor == 86_480


def test_a_return_is_a_document_of_its_own_kind(port: FiscalPort, device: Device) -> None:
    port.open_shift("Анна")
    port.issue(fiscal_document(RETURN))
    assert [(made.operation, made.total_minor) for made in device.memory.receipts()] == [(2, 286_480)]


def test_what_was_made_is_found_after_a_number_and_nothing_else_is(port: FiscalPort) -> None:
    port.open_shift("Анна")
    issued = port.issue(SOLD)
    assert port.find(SOLD, 1) == issued
    assert port.find(SOLD, 2) is None
    assert port.find(replace(fiscal_document(RETURN), key="ff" * 16), 0) is None


def test_of_two_documents_of_one_kind_and_sum_each_receipt_finds_its_own(port: FiscalPort) -> None:
    other = replace(SOLD, key="0e" * 16, number="T1-19")
    port.open_shift("Анна")
    made, alike = port.issue(SOLD), port.issue(other)
    assert (port.find(SOLD, 1), port.find(other, 1)) == (made, alike)
    assert port.find(SOLD, made.document) is None


@pytest.mark.parametrize("way", SHTRIH)
def test_where_a_shtrih_register_gives_no_documents_kind_and_sum_decide(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = VirtualShtrih()
    monkeypatch.setattr(device.reader, "begin", lambda body: (0x37, b""))
    with reached(way, device) as port:
        port.open_shift("Анна")
        made = port.issue(SOLD)
        assert port.find(SOLD, 1) == made
        assert port.find(replace(SOLD, key="0e" * 16), 1) == made
        port.close()


@pytest.mark.parametrize("way", SHTRIH)
def test_a_document_of_another_program_is_told_by_kind_and_sum(way: str) -> None:
    device = VirtualShtrih()
    with reached(way, device) as port:
        port.open_shift("Анна")
        for raw in (open_receipt(False), item(False, 1000, 286_480, 286_480, 1, 4, 1, "Чай"), PAID):
            device.receive(bytes((ENQ,)) + framed(raw) + bytes((ACK,)))
        found = port.find(SOLD, 1)
        port.close()
    assert found is not None
    assert found.document == 2


def test_a_receipt_without_a_shift_is_refused_and_leaves_nothing_open(port: FiscalPort, device: Device) -> None:
    with pytest.raises(NotIssued) as caught:
        port.issue(SOLD)
    assert caught.value.said.code == refused(device, "state")
    assert not port.state().receipt_open
    assert device.memory.documents == []


def test_no_paper_is_said_and_a_document_that_waits_for_it_is_printed_later(port: FiscalPort, device: Device) -> None:
    port.open_shift("Анна")
    device.paper = 0
    assert port.state().paper == "none"
    with pytest.raises(NotIssued) as caught:
        port.issue(SOLD)
    assert caught.value.said.code == refused(device, "paper")
    device.paper = 3
    port.issue(SOLD)
    assert device.printed == [1, 2]


def test_a_shift_is_closed_once_and_again_it_is_nothing(port: FiscalPort, device: Device) -> None:
    port.open_shift("Анна")
    port.close_shift("Анна")
    port.close_shift("Анна")
    assert [made.kind for made in device.memory.documents] == [2, 5]
    assert port.state().shift == "closed"


def test_an_x_report_makes_no_document(port: FiscalPort, device: Device) -> None:
    port.open_shift("Анна")
    port.x_report()
    assert len(device.memory.documents) == 1


@pytest.mark.parametrize("way", SHTRIH)
def test_the_shift_s_documents_of_a_shtrih_register_name_the_cashier(way: str) -> None:
    device = VirtualShtrih()
    with reached(way, device) as port:
        port.open_shift("Анна")
        port.close_shift("Ольга")
        port.open_shift("")
        port.close()
    cashiers = [find(read(each.tlv), "cashier") for each in device.memory.documents]
    assert ([each.kind for each in device.memory.documents], cashiers) == ([2, 5, 2], ["Анна", "Ольга", None])


def test_a_shift_that_finds_no_paper_is_not_opened_and_nothing_is_left_open(port: FiscalPort, device: Device) -> None:
    device.paper = 0
    with pytest.raises(NotIssued):
        port.open_shift("Анна")
    assert not port.state().receipt_open
    device.paper = None
    port.open_shift("Анна")
    assert [made.kind for made in device.memory.documents] == [2]


@pytest.mark.parametrize("begun", [Command.BEGIN_OPENING, Command.BEGIN_CLOSING])
@pytest.mark.parametrize("way", SHTRIH)
def test_a_document_of_the_shift_that_was_broken_off_is_given_up(way: str, begun: Command) -> None:
    device = VirtualShtrih()
    with reached(way, device) as port:
        if begun == Command.BEGIN_CLOSING:
            port.open_shift("Анна")
        device.receive(bytes((ENQ,)) + framed(plain(begun)) + bytes((ACK,)))
        assert port.state().receipt_open
        port.cancel_open()
        assert not port.state().receipt_open
        port.close()


@pytest.mark.parametrize("way", SHTRIH)
def test_a_register_that_takes_no_cashier_for_its_shift_opens_it_all_the_same(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = VirtualShtrih()
    monkeypatch.setattr(device, "_begin", lambda kind: (0x37, b""))
    with reached(way, device) as port:
        port.open_shift("Анна")
        port.close_shift("Анна")
        port.close()
    assert [each.kind for each in device.memory.documents] == [2, 5]


@pytest.mark.parametrize("way", SHTRIH)
def test_a_half_made_receipt_is_given_up_and_none_is_nothing_to_do(way: str) -> None:
    device = VirtualShtrih()
    with reached(way, device) as port:
        port.open_shift("Анна")
        device.receive(bytes((ENQ,)) + framed(open_receipt(False)) + bytes((ACK,)))
        assert port.state().receipt_open
        port.cancel_open()
        port.cancel_open()
        assert not port.state().receipt_open
        port.close()


def test_a_register_without_power_does_not_answer_and_is_back_with_it(port: FiscalPort, device: Device) -> None:
    if isinstance(device, VirtualAtol):
        device.on = False
    else:
        device.link.on = False
    with pytest.raises(NoAnswer):
        port.state()
    device.power_on()
    assert port.state().last_document == 0
