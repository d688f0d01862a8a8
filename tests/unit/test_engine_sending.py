"""A receipt that the customer wants sent: the register is told where, nobody else, and of this sale alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from devices.virtual.atol import VirtualAtol
from devices.virtual.shtrih import VirtualShtrih
from terminal.device_file import FILE, read_devices
from terminal.fiscal.document import Correction, Form
from terminal.fiscal.register import NoRegister
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal.tags import find, read
from terminal.registers import FiscalSettings
from terminal.session import commands as c
from tests.support.counter import TEA
from tests.support.fiscal import MemoryWire, atol_port, correction_document
from tests.support.fiscal_till import at_work
from tests.support.registers import SOLD
from tests.support.small_till import Rig, do, make_till, opened_rig, said

ADDRESS = "anna@example.org"
SELL = (c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
PLACE = "Доставка, Москва"


@pytest.fixture
def wire() -> MemoryWire:
    return MemoryWire(VirtualShtrih())


@pytest.fixture
def rig(tmp_path: Path, wire: MemoryWire) -> Iterator[Rig]:
    with at_work(tmp_path / "till", wire) as opened:
        yield opened


def buyers(wire: MemoryWire) -> list[object]:
    return [find(read(each.tlv), "buyer") for each in wire.register.memory.receipts()]


def test_the_register_is_told_where_the_receipt_goes_and_no_file_keeps_it(
    rig: Rig, wire: MemoryWire, tmp_path: Path
) -> None:
    state = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.SendReceipt(f" {ADDRESS} "))
    assert (said(state), state.buyer) == ("send.to", ADDRESS)
    assert do(rig, c.Pay(), c.Tender("cash")).mode == "done"
    assert do(rig, *SELL).buyer == ""
    assert buyers(wire) == [ADDRESS, None]
    files = [path for path in (tmp_path / "till").rglob("*") if path.is_file()]
    assert {"fiscal.db", "journal.db"} <= {path.name for path in files}
    assert not [path for path in files if ADDRESS.encode() in path.read_bytes()]


def test_a_phone_is_written_in_full_and_can_be_given_in_payment_and_taken_back(rig: Rig, wire: MemoryWire) -> None:
    state = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.SendReceipt("8 999 000-11-22"))
    assert state.buyer == "+79990001122"
    assert said(do(rig, c.SendReceipt(""))) == "send.nowhere"
    do(rig, c.Tender("cash"))
    assert buyers(wire) == [None]


def test_a_return_is_sent_where_its_customer_says_and_the_next_sale_is_not(rig: Rig, wire: MemoryWire) -> None:
    sold = do(rig, c.OpenShift("Ольга"), *SELL)
    assert sold.receipt is not None
    do(rig, c.BeginReturn(sold.receipt.number), c.ReturnAll(), c.SendReceipt(ADDRESS))
    assert do(rig, c.ConfirmReturn("cash")).mode == "done"
    assert do(rig, *SELL).mode == "done"
    assert buyers(wire) == [None, ADDRESS, None]


def test_of_a_return_that_is_left_off_the_next_customer_s_is_not_sent_there(rig: Rig, wire: MemoryWire) -> None:
    sold = do(rig, c.OpenShift("Ольга"), *SELL)
    assert sold.receipt is not None
    do(rig, c.BeginReturn(sold.receipt.number), c.ReturnAll(), c.SendReceipt(ADDRESS), c.Back())
    assert do(rig, *SELL).mode == "done"
    assert buyers(wire) == [None, None]


def test_of_a_receipt_that_is_voided_the_next_customer_s_is_not_sent_there(rig: Rig, wire: MemoryWire) -> None:
    do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.SendReceipt(ADDRESS), c.VoidReceipt())
    assert do(rig, *SELL).mode == "done"
    assert buyers(wire) == [None]


@pytest.mark.parametrize(
    "text", ["anna", "anna@", "анна@example.org", "a b@example.org", "12345", "a" * 58 + "@b.r.ru"]
)
def test_what_is_no_address_is_refused(rig: Rig, text: str) -> None:
    state = do(rig, c.OpenShift("Ольга"), c.SendReceipt(text))
    assert (said(state), state.buyer) == ("send.address", "")


def test_the_longest_address_is_taken(rig: Rig) -> None:
    longest = "a" * 57 + "@b.r.ru"
    assert do(rig, c.OpenShift("Ольга"), c.SendReceipt(longest)).buyer == longest


def test_without_a_register_nothing_is_sent(tmp_path: Path) -> None:
    make_till(tmp_path / "till")
    with opened_rig(tmp_path / "till", NoRegister()) as rig:
        assert said(do(rig, c.OpenShift("Ольга"), c.SendReceipt(ADDRESS))) == "register.none"


def test_a_shtrih_register_has_both_tags(wire: MemoryWire) -> None:
    port = Shtrih(wire, form=Form(place=PLACE))
    port.open_shift("Анна")
    port.issue(replace(SOLD, buyer=ADDRESS))
    (made,) = wire.register.memory.receipts()
    tags = read(made.tlv)
    assert (find(tags, "place"), find(tags, "buyer")) == (PLACE, ADDRESS)


def test_a_register_of_atol_has_both_and_an_old_correction_neither() -> None:
    device = VirtualAtol()
    port = atol_port(device, form=Form("1.05", place=PLACE))
    port.open_shift("Анна")
    port.issue(replace(SOLD, buyer=ADDRESS))
    port.issue(correction_document("sale", 100_00, "cash", "20", Correction("2026-11-20"), "Анна"))
    sold, corrected = (*device.memory.receipts(), *device.memory.corrections())
    assert (sold.task["paymentsPlace"], sold.task["clientInfo"]) == (PLACE, {"emailOrPhone": ADDRESS})
    assert not {"paymentsPlace", "clientInfo"} & set(corrected.task)


def test_the_place_is_a_setting_of_the_shop(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f'[[device]]\nkind = "fiscal"\ndriver = "atol"\nplace = "{PLACE}"\n')
    (device,) = read_devices(tmp_path)
    assert isinstance(device.settings, FiscalSettings)
    assert device.settings.form.place == PLACE
