"""The virtual Shtrih register driven by a program of other people (pyshtrih): then our own codec reads what it made.

Its answers are looked at as dictionaries: their `repr` fails on Python 3.10 and later.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pyshtrih
import pytest

from devices.shtrih.commands import find_document, memory_status, read_found, read_memory_status
from devices.shtrih.wire import SerialWire, ask
from devices.transport.serial import SerialSettings
from devices.virtual.served import on_pty
from devices.virtual.shtrih import VirtualShtrih
from devices.virtual.shtrih_memory import Line
from terminal.fiscal.tags import find, read, written

MILK = ("Молоко", 1000, 79_90)
CHEESE = ("Сыр", 456, 800_00)
VAT_20, VAT_10 = 1, 2


@pytest.fixture
def device() -> VirtualShtrih:
    return VirtualShtrih()


@pytest.fixture
def port(device: VirtualShtrih) -> Iterator[str]:
    with on_pty(device.receive) as path:
        yield path


@pytest.fixture
def theirs(port: str) -> Iterator[Any]:
    client = pyshtrih.ShtrihM01F(port=port, baudrate=115_200, timeout=60)
    client.connect()
    yield client
    client.disconnect()


def told(response: Any) -> dict[str, Any]:
    return dict(response.params)


def sell(theirs: Any) -> dict[str, Any]:
    theirs.open_shift()
    theirs.open_check(0)
    theirs.sale(MILK, tax1=VAT_20)
    theirs.sale(CHEESE, tax1=VAT_10)
    return told(theirs.close_check(cash=500_00))


def test_it_connects_and_knows_model_clock_paper_and_the_closed_shift(theirs: Any) -> None:
    assert theirs.connected
    assert theirs.name == "ШТРИХ-М-01Ф"
    state = told(theirs.full_state())
    assert (state["Дата"], state["Время"]) == (date(2026, 11, 22), time(12, 0))
    assert state["Режим ФР"].state == (4, 0)
    assert state["Подрежим ФР"].state == 0
    assert state["Заводской номер"] == 1234


def test_a_sale_of_pieces_and_weights_gives_the_change_and_one_document(theirs: Any, device: VirtualShtrih) -> None:
    assert sell(theirs)["Сдача"] == 55_30
    (made,) = device.memory.receipts()
    assert (made.number, made.operation, made.total_minor, made.payments_minor) == (2, 1, 444_70, {1: 500_00})
    assert made.lines == (
        Line(1_000_000, 79_90, 79_90, VAT_20, 4, 1, "Молоко"), Line(456_000, 800_00, 364_80, VAT_10, 4, 1, "Сыр"),
    )  # fmt: skip


def test_tags_it_sends_are_the_ones_we_send(theirs: Any, device: VirtualShtrih) -> None:
    said: dict[str, str] = {"buyer": "anna@example.org", "place": "Москва", "additional": "3812976540"}
    theirs.open_shift()
    theirs.open_check(0)
    for name, value in said.items():
        theirs.send_tlv_struct(written(name, value))
    theirs.sale(MILK, tax1=VAT_20)
    theirs.close_check(cash=500_00)
    (made,) = device.memory.receipts()
    tags = read(made.tlv)
    assert {name: find(tags, name) for name in said} == said
    numbers = {number: value.decode("cp866") for number, value in made.tags}
    assert (numbers[1008], numbers[1187], numbers[1192]) == tuple(said.values())


def test_a_return_takes_the_money_out_again(theirs: Any, device: VirtualShtrih) -> None:
    sell(theirs)
    theirs.open_check(2)
    theirs.return_sale(MILK, tax1=VAT_20)
    theirs.close_check(cash=79_90)
    assert [(made.operation, made.total_minor) for made in device.memory.receipts()] == [(1, 444_70), (2, 79_90)]
    assert device.memory.cash_minor == 364_80


def test_what_the_register_refuses_comes_with_its_code(theirs: Any) -> None:
    with pytest.raises(pyshtrih.excepts.Error) as caught:
        theirs.open_check(0)
    assert caught.value.code == 0x73
    theirs.open_shift()
    theirs.open_check(0)
    theirs.sale(MILK)
    with pytest.raises(pyshtrih.excepts.Error) as caught:
        theirs.close_check(cash=79_89)
    assert caught.value.code == 0x45
    theirs.cancel_check()
    assert told(theirs.fs_state())["Номер последнего ФД"] == 1


def test_what_the_memory_says_of_itself_is_read_by_both(theirs: Any, port: str) -> None:
    sell(theirs)
    memory, now = told(theirs.fs_state()), told(theirs.fs_shift_params())
    exchange, found = told(theirs.fs_info_exchange()), told(theirs.fs_find_document_by_num(2))
    theirs.disconnect()
    wire = SerialWire(SerialSettings(port, 115_200))
    ours = read_memory_status(ask(wire, memory_status()).data)
    document = read_found(ask(wire, find_document(2)).data)
    wire.close()
    assert (memory["Номер ФН"].decode(), memory["Номер последнего ФД"]) == ("9999078900001234", 2)
    assert (ours.serial, ours.last_document, ours.shift_open) == ("9999078900001234", 2, True)
    assert (now["Номер смены"], now["Номер чека"]) == (1, 1)
    assert exchange["Количество сообщений для ОФД"] == 2
    assert (found["Тип фискального документа"], document.kind) == (3, 3)
    assert (document.operation, document.total_minor, document.local_time) == (1, 444_70, "2026-11-22T12:00")


def test_x_and_z_reports_and_money_in_and_out(theirs: Any, device: VirtualShtrih) -> None:
    sell(theirs)
    theirs.income(100_00)
    theirs.outcome(30_00)
    theirs.x_report()
    assert device.memory.cash_minor == 514_70
    theirs.z_report()
    assert [made.kind for made in device.memory.documents] == [2, 3, 5]
    assert told(theirs.fs_state())["Состояние смены"] == "смена закрыта"


def test_an_answer_it_left_on_the_wire_is_taken_and_its_document_found_by_our_side(
    theirs: Any, device: VirtualShtrih, port: str
) -> None:
    sell(theirs)
    theirs.open_check(0)
    theirs.sale(MILK)
    device.link.lose("answer", 0x85)
    theirs.timeout = 0.2
    with pytest.raises((pyshtrih.excepts.Error, pyshtrih.excepts.ProtocolError)):
        theirs.close_check(cash=79_90)
    theirs.disconnect()
    wire = SerialWire(SerialSettings(port, 115_200))
    assert read_memory_status(ask(wire, memory_status()).data).last_document == 3
    assert read_found(ask(wire, find_document(3)).data).total_minor == 79_90
    wire.close()
