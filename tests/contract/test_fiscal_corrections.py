"""A correction receipt is one document of every register, by either version of the format, whatever fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner

from devices.shtrih.commands import Command
from devices.virtual.atol import VirtualAtol
from devices.virtual.atol_served import on_http
from devices.virtual.served import on_pty
from devices.virtual.shtrih import VirtualShtrih
from terminal.at_register import document_of
from terminal.cli.devices_played import played_device
from terminal.cli.fiscal import fiscal
from terminal.device_file import FILE
from terminal.fiscal.document import Correction, FiscalDocument, Form
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.port import FiscalPort, NoAnswer, NotIssued
from terminal.fiscal.register import Refused, Registered, Unknown
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal.tags import VAT, find, read
from terminal.fiscal_book import FiscalBook
from terminal.session.correction import CorrectionDraft, CorrectionVat
from tests.support.fiscal import KeptInMemory, MemoryWire, atol_port, correction_document
from tests.support.fiscal_receipts import SALE
from tests.support.registers import ATOL, SHTRIH, SOLD, Device, reached
from tests.support.small_till import make_till

OWN = correction_document("sale", 120_00, "cash", "20", Correction("2026-11-20"), "Анна", name="Чай")
ORDERED = correction_document("return", 110_00, "electronic", "10", Correction("2026-11-19", "15-2"), "Анна")
NOVEMBER_20 = 1_795_132_800
"""Seconds from 1970 to that midnight: 20,777 days."""
OLD = Form("1.05")


@pytest.fixture(params=SHTRIH + ATOL)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def at_work(way: str) -> Iterator[tuple[FiscalPort, Device]]:
    device: Device = VirtualAtol() if way in ATOL else VirtualShtrih()
    with reached(way, device) as port:
        port.open_shift("Анна")
        yield port, device
        port.close()


def port_in(device: Device, form: Form) -> FiscalPort:
    return atol_port(device, form=form) if isinstance(device, VirtualAtol) else Shtrih(MemoryWire(device), form=form)


def made_by(device: Device) -> list[tuple[int, int]]:
    return [(each.operation, each.total_minor) for each in device.memory.corrections()]


def test_a_correction_is_a_document_of_its_own_kind_found_again_and_no_receipt(way: str) -> None:
    with at_work(way) as (port, device):
        first, second = port.issue(OWN), port.issue(ORDERED)
        assert (made_by(device), device.memory.receipts()) == ([(1, 120_00), (2, 110_00)], [])
        assert (first.document, second.document) == (2, 3)
        assert (port.find(OWN, 1), port.find(ORDERED, 1)) == (first, second)
        assert port.find(OWN, 2) is None
        assert port.find(SOLD, 1) is None


def test_of_a_receipt_and_a_correction_alike_each_is_found_as_what_it_is(way: str) -> None:
    alike = correction_document("sale", SOLD.total_minor, "cash", "20", Correction("2026-11-20"), "Анна")
    with at_work(way) as (port, _):
        sold, corrected = port.issue(SOLD), port.issue(alike)
        assert (port.find(SOLD, 0), port.find(alike, 0)) == (sold, corrected)


def test_a_correction_without_a_shift_is_refused_and_leaves_nothing_open(way: str) -> None:
    with at_work(way) as (port, device):
        port.close_shift("Анна")
        with pytest.raises(NotIssued):
            port.issue(OWN)
        assert (port.state().receipt_open, made_by(device)) == (False, [])


# -- what the documents say


def of_shtrih(document: FiscalDocument, form: Form) -> list[tuple[str, object]]:
    """All but what every document has, and its goods."""
    device = VirtualShtrih()
    port = Shtrih(MemoryWire(device), form=form)
    port.open_shift("Анна")
    port.issue(document)
    made = read(device.memory.corrections()[0].tlv)
    same = ("memory", "document", "time", "shift", "receipt", "sign", "item", "paid_advance", "paid_credit")
    return [each for each in made if each[0] not in (*same, "paid_counter_provision")]


def test_a_whole_correction_of_a_shtrih_register_with_ffd_1_2() -> None:
    assert of_shtrih(OWN, Form()) == [
        ("operation", "sale"), ("tax_system", 1), ("ffd", "1.2"), ("cashier", "Анна"),
        ("extra", (("extra_name", "Kopilka"), ("extra_value", f"{OWN.number} {OWN.key}"))),
        ("correction_kind", "own"), ("basis", (("basis_date", "2026-11-20T00:00"),)),
        ("total", 120_00), ("paid_cash", 120_00), ("paid_electronic", 0),
    ]  # fmt: skip
    ordered = of_shtrih(ORDERED, Form())
    assert ("correction_kind", "order") in ordered
    assert ("basis", (("basis_date", "2026-11-19T00:00"), ("basis_number", "15-2"))) in ordered
    assert ("operation", "return") in ordered


def test_a_whole_correction_of_a_shtrih_register_with_ffd_1_05_has_taxes_in_place_of_goods() -> None:
    assert of_shtrih(OWN, OLD) == [
        ("operation", "sale"), ("tax_system", 1), ("ffd", "1.05"), ("cashier", "Анна"), ("correction_kind", "own"),
        ("vat_20", 20_00), ("vat_10", 0), ("taxed_0", 0), ("untaxed", 0), ("vat_20_120", 0), ("vat_10_110", 0),
        ("basis", (("basis_date", "2026-11-20T00:00"),)),
        ("total", 120_00), ("paid_cash", 120_00), ("paid_electronic", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("vat", "name", "minor"), [("10", "vat_10", 10_00), ("0", "taxed_0", 110_00), ("none", "untaxed", 110_00),
                               ("20/120", "vat_20_120", 18_33), ("10/110", "vat_10_110", 10_00)],
)  # fmt: skip
def test_each_rate_has_its_place_among_the_taxes_of_ffd_1_05(vat: str, name: str, minor: int) -> None:
    document = correction_document("sale", 110_00, "electronic", vat, Correction("2026-11-20", "7"), "")  # type: ignore[arg-type]
    made = of_shtrih(document, OLD)
    taxes = {each: value for each, value in made if each.startswith(("vat_", "taxed", "untaxed")) and value}
    assert (taxes, ("correction_kind", "order") in made) == ({name: minor}, True)


def test_the_bytes_of_the_old_correction_are_those_of_the_protocol() -> None:
    from terminal.fiscal.shtrih_receipt import before_closing, closing

    own = correction_document("sale", 120_00, "cash", "20", Correction("2026-11-20"), "")
    begin, date = before_closing(own, OLD)
    assert begin.hex() == "ff351e000000"
    assert date.hex() == "ff0c01000000" + "9a040400" + NOVEMBER_20.to_bytes(4, "little").hex()
    sums = ["e02e000000"] * 2 + ["0000000000"] * 4 + ["d007000000"] + ["0000000000"] * 5
    assert closing(own, OLD, 1).hex() == "ff4a1e000000" + "0001" + "".join(sums) + "01"
    assert len(closing(own, OLD, 1)) == 69
    opened = next(before_closing(ORDERED, Form()))
    assert opened.hex() == "8d0100000082"


def of_atol(document: FiscalDocument, form: Form) -> dict:
    device = VirtualAtol()
    port = atol_port(device, form=form)
    port.open_shift("Анна")
    port.issue(document)
    (made,) = device.memory.corrections()
    return made.task


def test_the_tasks_of_atol_s_web_server_say_kind_day_and_number() -> None:
    own, ordered = of_atol(OWN, Form()), of_atol(ORDERED, Form())
    names = ("type", "correctionType", "correctionBaseDate", "correctionBaseNumber", "total")
    assert [own.get(name) for name in names] == ["sellCorrection", "self", "2026.11.20", None, Decimal(120)]
    assert [ordered.get(name) for name in names] == [
        "sellReturnCorrection", "instruction", "2026.11.19", "15-2", Decimal(110),
    ]  # fmt: skip
    assert own["payments"] == [{"type": "cash", "sum": Decimal(120)}]
    assert [(each["type"], each["name"]) for each in own["items"]] == [
        ("position", "Чай"),
        ("userAttribute", "Kopilka"),
    ]
    old = of_atol(OWN, OLD)
    assert old["taxes"] == [{"type": "vat20", "sum": Decimal(20)}]
    assert [each["type"] for each in old["items"]] == ["userAttribute"]


@pytest.mark.parametrize("make", [VirtualShtrih, VirtualAtol])
def test_with_ffd_1_05_a_return_has_no_correction_and_that_is_said(make: type[Device]) -> None:
    device = make()
    port = port_in(device, OLD)
    port.open_shift("Анна")
    with pytest.raises(NotIssued) as caught:
        port.issue(ORDERED)
    assert (caught.value.said.code, made_by(device)) == ("fiscal.no_return_correction", [])


@pytest.mark.parametrize("vat", ["22", "5", "7"])
def test_a_rate_the_old_command_has_no_place_for_is_refused(vat: str) -> None:
    device = VirtualShtrih()
    port = port_in(device, OLD)
    port.open_shift("Анна")
    document = correction_document("sale", 1_00, "cash", vat, Correction("2026-11-20"), "")  # type: ignore[arg-type]
    with pytest.raises(NotIssued) as caught:
        port.issue(document)
    assert (caught.value.said.code, made_by(device)) == ("fiscal.no_correction_vat", [])


# -- exactly once


def till(device: Device, journal: KeptInMemory, form: Form) -> FiscalRegister:
    return FiscalRegister(port_in(device, form), journal)


@pytest.mark.parametrize("form", [Form(), OLD])
def test_power_cut_at_every_byte_leaves_one_correction_in_the_end(form: Form) -> None:
    whole = VirtualShtrih()
    whole.link.cut_after(1_000_000)
    assert till(whole, KeptInMemory(), form).make(OWN) == Registered("2")
    assert whole.link.left is not None
    seen = set()
    for count in range(1_000_000 - whole.link.left + 1):
        device, journal = VirtualShtrih(), KeptInMemory()
        device.link.cut_after(count)
        first = till(device, journal, form).make(OWN)
        made = made_by(device)
        assert made == [(1, 120_00)] or not isinstance(first, Registered)
        assert made == [] or not isinstance(first, Refused)
        device.power_on()
        assert isinstance(till(device, journal, form).make(OWN), Registered)
        assert made_by(device) == [(1, 120_00)]
        seen.add((type(first), len(made)))
    assert seen == {(Refused, 0), (Unknown, 0), (Unknown, 1), (Registered, 1)}


@pytest.mark.parametrize("form", [Form(), OLD])
def test_at_every_step_of_the_web_server_there_is_one_correction_in_the_end(form: Form) -> None:
    whole = VirtualAtol()
    whole.cut_after(1000)
    assert till(whole, KeptInMemory(), form).make(OWN) == Registered("2")
    assert whole.steps_left is not None
    seen = set()
    for count in range(1000 - whole.steps_left + 1):
        device, journal = VirtualAtol(), KeptInMemory()
        device.cut_after(count)
        first = till(device, journal, form).make(OWN)
        device.power_on()
        assert isinstance(till(device, journal, form).make(OWN), Registered)
        assert made_by(device) == [(1, 120_00)]
        seen.add(type(first))
    assert seen == {Refused, Unknown, Registered}


@pytest.mark.parametrize("form", [Form(), OLD])
def test_an_answer_that_is_lost_is_asked_for_and_nothing_is_made_twice(form: Form) -> None:
    device, journal = VirtualShtrih(), KeptInMemory()
    last = Command.CLOSE_RECEIPT if form.ffd == "1.2" else Command.BUILD_CORRECTION
    device.link.lose("forgotten", last)
    assert till(device, journal, form).make(OWN) == Registered("2")
    assert till(device, journal, form).make(OWN) == Registered("2")
    assert made_by(device) == [(1, 120_00)]


@pytest.mark.parametrize("end", ["error", "error_made", "blocked", "blocked_made", "interrupted", "canceled"])
def test_however_the_task_ends_there_is_one_correction_in_the_end(end: str) -> None:
    device, journal = VirtualAtol(), KeptInMemory()
    device.end_as("sellCorrection", end)  # type: ignore[arg-type]
    till(device, journal, Form()).make(OWN)
    device.unblock()
    assert isinstance(till(device, journal, Form()).make(OWN), Registered)
    assert made_by(device) == [(1, 120_00)]


def test_a_register_that_gives_no_documents_leaves_a_correction_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    device = VirtualShtrih()
    port = port_in(device, Form())
    port.open_shift("Анна")
    port.issue(OWN)
    monkeypatch.setattr(device.reader, "begin", lambda body: (0x37, b""))
    with pytest.raises(NoAnswer):
        port.find(OWN, 1)


def test_while_a_correction_is_in_doubt_nothing_else_is_issued_and_no_sale_is_it() -> None:
    device, journal = VirtualShtrih(), KeptInMemory()
    wire = MemoryWire(device)
    wire.pull_after = Command.CLOSE_RECEIPT
    silent = FiscalRegister(Shtrih(wire), journal)
    assert isinstance(silent.make(OWN), Unknown)
    refused = silent.register(SALE, SALE.receipt_id)
    assert isinstance(refused, Refused)
    assert refused.said.code == "fiscal.doubt"
    assert silent.recall(OWN.key) is None
    assert till(device, journal, Form()).register(SALE, SALE.receipt_id) == Registered("3")
    assert till(device, journal, Form()).make(OWN) == Registered("2")
    assert (made_by(device), len(device.memory.receipts())) == ([(1, 120_00)], 1)
    assert till(device, journal, Form()).recall(OWN.key) is None


def test_the_same_correction_is_one_whoever_asks_and_the_second_alike_is_another() -> None:
    day = Correction("2026-11-20")
    again = correction_document("sale", 120_00, "cash", "20", day, "Ольга")
    second = correction_document("sale", 120_00, "cash", "20", day, "Анна", nth=2)
    assert again.key == OWN.key != second.key
    others = [
        correction_document("return", 120_00, "cash", "20", day, ""),
        correction_document("sale", 120_01, "cash", "20", day, ""),
        correction_document("sale", 120_00, "electronic", "20", day, ""),
        correction_document("sale", 120_00, "cash", "10", day, ""),
        correction_document("sale", 120_00, "cash", "20", Correction("2026-11-21"), ""),
        correction_document("sale", 120_00, "cash", "20", Correction("2026-11-20", "1"), ""),
    ]
    assert len({OWN.key, second.key, *(each.key for each in others)}) == 8


# -- the command line

SAID = ("correct", "--sale", "--cash", "120.00", "--vat", "20", "--date", "2026-11-20", "--by", "Анна")


def run(folder: Path, *words: str, lang: str = "en") -> tuple[int, str]:
    done = CliRunner().invoke(fiscal, [*words, "--data", str(folder), "--lang", lang])
    return done.exit_code, done.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "till"
    make_till(folder)
    return folder


def test_a_correction_from_the_command_line_is_issued_once_and_a_second_alike_when_asked(folder: Path) -> None:
    register = VirtualShtrih()
    with on_pty(register.receive) as path:
        (folder / FILE).write_text(f'[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nport = "{path}"\n')
        assert run(folder, *SAID) == (0, "The correction receipt is issued: document 2\n")
        assert run(folder, *SAID) == (
            0,
            "This correction receipt is issued already: document 2\nFor another one exactly like it: --nth 2\n",
        )
        assert run(folder, *SAID, "--nth", "2", lang="ru") == (0, "Чек коррекции пробит: ФД 3\n")
        ordered = (*SAID, "--order", "15-2")
        assert run(folder, *ordered) == (0, "The correction receipt is issued: document 4\n")
        register.paper = 0
        code, page = run(folder, *SAID, "--nth", "3")
        assert (code, page) == (
            1,
            "The fiscal register is out of paper\n"
            "Nothing was issued. Mend the cause and make the correction receipt again\n",
        )
    assert made_by(register) == [(1, 120_00)] * 3


MIXED = (
    "correct", "--return", "--cash", "90.00", "--card", "30.00", "--vat", "22", "--vat", "10=40.00", "--vat",
    "5/105=5.00", "--sign", "3812976540", "--date", "2026-11-20", "--by", "Анна", "--name", "Чай",
)  # fmt: skip


def test_several_sums_and_rates_and_the_sign_of_a_wrong_document_stand_in_one_correction(folder: Path) -> None:
    register = VirtualShtrih()
    with on_pty(register.receive) as path:
        (folder / FILE).write_text(f'[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nport = "{path}"\n')
        assert run(folder, *MIXED) == (0, "The correction receipt is issued: document 2\n")
    (made,) = register.memory.corrections()
    tags = read(made.tlv)
    names = ("operation", "total", "paid_cash", "paid_electronic", "additional")
    assert [find(tags, name) for name in names] == ["return", 120_00, 90_00, 30_00, "3812976540"]
    items = [value for name, value in tags if name == "item"]
    assert [(find(item, "vat"), find(item, "amount"), find(item, "item_name")) for item in items] == [  # type: ignore[arg-type]
        ("22", 75_00, "Чай"), ("10", 40_00, "Чай"), ("5/105", 5_00, "Чай"),
    ]  # fmt: skip


def test_the_same_sums_said_in_another_order_are_the_correction_there_is_at_the_till_too(folder: Path) -> None:
    device = VirtualAtol()
    with on_http(device) as url:
        (folder / FILE).write_text(f'[[device]]\nkind = "fiscal"\ndriver = "atol"\nurl = "{url}"\n')
        rates: dict[CorrectionVat, int] = {"10": 40_00, "5/105": 5_00, "22": 75_00}
        draft = CorrectionDraft("return", 90_00, 30_00, rates, "2026-11-20", "Ольга", "", "3812976540")
        with closing(FiscalBook(folder)) as book, closing(atol_port(device)) as port:
            at_till = FiscalRegister(port, book).correct(document_of(draft, 1), "00" * 16, 0)
        assert at_till == Registered("2")
        assert run(folder, *MIXED)[1].splitlines()[0] == "This correction receipt is issued already: document 2"
        assert run(folder, *MIXED, "--sign", "3812976541")[0] == 0
    assert made_by(device) == [(2, 120_00)] * 2
    signs = [item["value"] for each in device.memory.corrections() for item in each.task["items"][-1:]]
    assert signs == ["3812976540", "3812976541"]


def test_a_sign_at_a_register_with_ffd_1_05_is_refused_with_its_way_on(folder: Path) -> None:
    with on_http(VirtualAtol()) as url:
        (folder / FILE).write_text(f'[[device]]\nkind = "fiscal"\ndriver = "atol"\nffd = "1.05"\nurl = "{url}"\n')
        code, page = run(folder, *SAID, "--sign", "1")
    assert (code, page.splitlines()[-1]) == (1, "A wrong receipt is put right by a return and a new sale")


def test_a_doubt_from_the_command_line_is_ended_by_the_same_command(folder: Path) -> None:
    device = VirtualAtol()
    device.end_as("sellCorrection", "blocked_made")
    with on_http(device) as url:
        (folder / FILE).write_text(f'[[device]]\nkind = "fiscal"\ndriver = "atol"\nurl = "{url}"\n')
        code, page = run(folder, *SAID)
        assert (code, page.splitlines()[0]) == (
            1, f"It is not known whether receipt {OWN.number} was issued: the fiscal register does not answer",
        )  # fmt: skip
        device.unblock()
        assert run(folder, *SAID) == (0, "The correction receipt is issued: document 2\n")
    assert made_by(device) == [(1, 120_00)]


def test_a_till_without_a_register_says_so(folder: Path) -> None:
    assert run(folder, *SAID) == (1, "No register: devices.toml names none\n")


def test_a_register_that_is_played_says_that_it_has_made_corrections() -> None:
    played = played_device("atol", None, 0, "", ru=False)
    assert isinstance(played.device, VirtualAtol)
    port = port_in(played.device, Form())
    port.open_shift("Анна")
    port.issue(OWN)
    port.issue(ORDERED)
    assert list(played.news()) == [
        "FD 1: shift opened",
        "FD 2: correction receipt 120.00",
        "FD 3: correction receipt of a return 110.00",
    ]


@pytest.mark.parametrize(
    "changed",
    [("--cash", "0.00"), ("--cash", "120"), ("--vat", "10=40"), ("--cash", "x"), ("--cash", ""), ("--card", "-1.00"),
     ("--date", "2999-01-01"), ("--date", "20.11.2026"), ("--return",), ("--order", "1" * 33), ("--nth", "0"),
     ("--nth", "100"), ("--name", "и" * 129), ("--by", "а" * 41), ("--by", " "), ("--sign", "1" * 11),
     ("--sign", "38-12"), ("--vat", "18"), ("--vat", "10"), ("--vat", "20=1.00"), ("--vat", "10=x"),
     ("--vat", "10=120.00"), ("--vat", "10=120.01")],
)  # fmt: skip
def test_what_is_no_correction_is_refused_by_the_command_line(folder: Path, changed: tuple[str, ...]) -> None:
    assert run(folder, *SAID, *changed)[0] == 2


def test_the_rates_of_the_command_line_are_those_of_the_format() -> None:
    assert sorted(get_args(CorrectionVat)) == sorted(VAT)
