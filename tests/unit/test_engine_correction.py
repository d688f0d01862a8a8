"""A correction receipt made at the till: one document, one event, found again whatever fails in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from devices.shtrih.commands import Command
from devices.virtual.shtrih import VirtualShtrih
from loyalty.events import CorrectionMade, decode_body, decode_envelope
from terminal import fiscal_book
from terminal.fiscal.register import NoRegister
from terminal.fiscal.tags import find, read
from terminal.fiscal_book import FiscalBook
from terminal.session import commands as c
from terminal.session.correction import CorrectionDraft
from tests.support.counter import TEA
from tests.support.fiscal import MemoryWire
from tests.support.fiscal_till import at_work
from tests.support.small_till import Rig, do, make_till, opened_rig, said

DRAFT = CorrectionDraft(
    "sale", 100_00, 50_00, {"20": 120_00, "10": 30_00}, "2024-11-20", "Петрова", "15-2", "3812976540"
)
MAKE = c.MakeCorrection(DRAFT)
SELL = (c.Scan(TEA.code), c.Pay(), c.Tender("cash"))


@pytest.fixture
def wire() -> MemoryWire:
    return MemoryWire(VirtualShtrih())


@pytest.fixture
def rig(tmp_path: Path, wire: MemoryWire) -> Iterator[Rig]:
    with at_work(tmp_path / "till", wire) as opened:
        yield opened


def recorded(rig: Rig) -> list[CorrectionMade]:
    query = "SELECT raw FROM event WHERE type = 'correction_made' ORDER BY place"
    raws = rig.store.journal.read(lambda connection: connection.execute(query).fetchall())
    bodies = [decode_body(decode_envelope(raw)) for (raw,) in raws]
    return [body for body in bodies if isinstance(body, CorrectionMade)]


def issued(wire: MemoryWire) -> list[tuple[int, int]]:
    return [(each.operation, each.total_minor) for each in wire.register.memory.corrections()]


def test_it_is_issued_with_its_sums_and_recorded_as_an_event(rig: Rig, wire: MemoryWire) -> None:
    state = do(rig, c.OpenShift("Ольга"), MAKE)
    assert (said(state), issued(wire)) == ("correct.done", [(1, 150_00)])
    (made,) = wire.register.memory.corrections()
    tags = read(made.tlv)
    assert (find(tags, "additional"), find(tags, "cashier")) == ("3812976540", "Петрова")
    assert (made.payments_minor, [(line.amount_minor, line.vat) for line in made.lines]) == (
        {1: 100_00, 2: 50_00}, [(120_00, 0x01), (30_00, 0x02)],
    )  # fmt: skip
    (event,) = recorded(rig)
    assert event == CorrectionMade(
        "north", "Петрова", "sale", {"cash": 100_00, "electronic": 50_00}, {"20": 120_00, "10": 30_00}, "2024-11-20",
        str(made.number), wire.register.memory.serial, "15-2", "3812976540",
    )  # fmt: skip
    assert state.shift is not None
    assert state.shift.totals.cash_minor == 0


def test_exactly_the_same_again_is_said_to_be_there_and_a_second_is_made_when_meant(rig: Rig, wire: MemoryWire) -> None:
    state = do(rig, c.OpenShift("Ольга"), MAKE, MAKE)
    assert said(state) == "correct.before"
    assert state.notice is not None
    assert state.notice.said.args["nth"] == 2
    assert said(do(rig, c.MakeCorrection(DRAFT, 2))) == "correct.done"
    assert (issued(wire), len(recorded(rig))) == ([(1, 150_00)] * 2, 2)


def test_it_is_known_however_many_receipts_were_made_since(
    rig: Rig, wire: MemoryWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fiscal_book, "MOST_SETTLED", 2)
    do(rig, c.OpenShift("Ольга"), MAKE)
    for _ in range(3):
        assert do(rig, *SELL).mode == "done"
    state = do(rig, c.Back(), MAKE)
    assert (said(state), issued(wire)) == ("correct.before", [(1, 150_00)])


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        ({"cash_minor": 0, "card_minor": 0}, "correct.sum"),
        ({"cash_minor": -100, "card_minor": 200}, "correct.sum"),
        ({"vat_minor": {"20": 149_99}}, "correct.vat"),
        ({"vat_minor": {"20": 150_00, "10": 0}}, "correct.vat"),
        ({"date": "2100-01-01"}, "correct.date"),
        ({"date": "20.11.2024"}, "correct.date"),
        ({"order": "1" * 33}, "correct.order"),
        ({"wrong_sign": "12345678901"}, "correct.sign"),
        ({"wrong_sign": "12a"}, "correct.sign"),
        ({"name": "x" * 129}, "correct.name"),
        ({"by": ""}, "doubt.who"),
        ({"by": "x" * 41}, "doubt.who"),
    ],
)
def test_what_is_not_right_is_said_and_nothing_is_made(
    rig: Rig, wire: MemoryWire, spoiled: dict[str, object], code: str
) -> None:
    do(rig, c.OpenShift("Ольга"))
    assert said(do(rig, c.MakeCorrection(replace(DRAFT, **spoiled)))) == code
    assert issued(wire) == []


def test_the_longest_that_is_allowed_is_made(rig: Rig, wire: MemoryWire) -> None:
    longest = replace(DRAFT, order="1" * 32, wrong_sign="1" * 10, name="x" * 128, by="x" * 40)
    assert said(do(rig, c.OpenShift("Ольга"), c.MakeCorrection(longest))) == "correct.done"


def test_without_a_shift_or_a_register_none_is_made(rig: Rig, wire: MemoryWire, tmp_path: Path) -> None:
    assert (said(do(rig, MAKE)), issued(wire)) == ("not_now.closed", [])
    make_till(tmp_path / "other")
    with opened_rig(tmp_path / "other", NoRegister()) as other:
        assert said(do(other, c.OpenShift("Ольга"), MAKE)) == "register.none"


@pytest.mark.parametrize("made", [True, False])
def test_a_doubt_stands_in_the_picture_stops_sales_and_is_ended_by_the_register(
    rig: Rig, wire: MemoryWire, made: bool
) -> None:
    do(rig, c.OpenShift("Ольга"))
    if not made:
        wire.register.link.lose("request", Command.CLOSE_RECEIPT)
    wire.pull_after = Command.CLOSE_RECEIPT
    state = do(rig, MAKE)
    doubt = rig.engine.view().doubt
    assert said(state) == "fiscal.doubt"
    assert doubt is not None
    assert (doubt.kind, doubt.total_minor) == ("correction", 150_00)
    assert said(do(rig, *SELL)) == "fiscal.doubt"
    assert said(do(rig, c.AskRegister())) == "doubt.still"
    wire.out = False
    state = do(rig, c.AskRegister())
    assert said(state) == ("correct.done" if made else "correct.not_issued")
    assert rig.engine.view().doubt is None
    assert (len(issued(wire)), len(recorded(rig))) == ((1, 1) if made else (0, 0))
    assert said(do(rig, c.Tender("cash"))) != "fiscal.doubt"


def test_where_the_register_is_gone_the_manager_says_what_the_tape_says(rig: Rig, wire: MemoryWire) -> None:
    do(rig, c.OpenShift("Ольга"))
    wire.pull_after = Command.CLOSE_RECEIPT
    do(rig, MAKE)
    assert said(do(rig, c.SettleDoubt("Петрова", 2))) == "correct.done"
    assert rig.engine.view().doubt is None
    assert [event.fiscal_number for event in recorded(rig)] == ["2"]


def test_a_till_that_died_amid_one_asks_at_its_start_and_records_it_once(tmp_path: Path, wire: MemoryWire) -> None:
    with at_work(tmp_path / "till", wire) as rig:
        do(rig, c.OpenShift("Ольга"))
        wire.pull_after = Command.CLOSE_RECEIPT
        assert said(do(rig, MAKE)) == "fiscal.doubt"
    wire.out = False
    for _ in range(2):
        with at_work(tmp_path / "till", wire) as rig:
            assert (len(recorded(rig)), issued(wire)) == (1, [(1, 150_00)])
            assert said(do(rig, MAKE)) == "correct.before"


def test_what_is_recorded_again_after_a_till_that_died_there_is_the_same_event(
    tmp_path: Path, wire: MemoryWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, at_work(tmp_path / "till", wire) as rig:
        patched.setattr(FiscalBook, "correction_recorded", lambda self, key: None)
        do(rig, c.OpenShift("Ольга"), MAKE)
        assert len(recorded(rig)) == 1
    with at_work(tmp_path / "till", wire) as rig:
        assert len(recorded(rig)) == 1
        assert rig.store.journal.verify() == 2
