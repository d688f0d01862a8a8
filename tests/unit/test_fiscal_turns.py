"""The register is asked how it stands only while no sale is at it, and every command to it takes its turn."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from devices.virtual.shtrih import VirtualShtrih
from loyalty.sentences import sentence
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.port import NoAnswer, State
from terminal.fiscal.register import Refused
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal.turns import Turn, in_turns
from terminal.fiscal_book import FiscalBook
from terminal.register_looks import look_at, seen_by
from terminal.supervised import BUSY, WORKS, Seen
from terminal.words import TEMPLATES
from tests.support.fiscal import MemoryWire

WAIT_S = 60
WELL = State("9960440301234567", 7, "open", "there")


@pytest.fixture
def wire() -> MemoryWire:
    return MemoryWire(VirtualShtrih())


@pytest.fixture
def register(wire: MemoryWire, tmp_path: Path) -> FiscalRegister:
    return FiscalRegister(Shtrih(wire), FiscalBook(tmp_path))


def test_while_a_sale_is_at_the_register_nobody_else_asks_it(register: FiscalRegister) -> None:
    at_work, looked = threading.Event(), threading.Event()

    def sell() -> None:
        with register.turn.taken():
            at_work.set()
            looked.wait(WAIT_S)

    selling = threading.Thread(target=sell)
    selling.start()
    assert at_work.wait(WAIT_S)
    assert register.state_now() is None
    assert look_at(register) is BUSY
    looked.set()
    selling.join()
    assert register.state_now() is not None


def test_every_command_waits_for_its_turn_one_within_another_does_not_wait() -> None:
    entered: list[str] = []

    @in_turns
    class Slow:
        def __init__(self) -> None:
            self.turn = Turn()

        def sell(self) -> None:
            entered.append("sell")

        def _inner(self) -> None:
            entered.append("inner")

        def state_now(self) -> bool:
            with self.turn.taken_if_free() as free:
                return free

    slow, done = Slow(), threading.Event()

    def sell() -> None:
        slow.sell()
        done.set()

    with slow.turn.taken():
        threading.Thread(target=sell).start()
        slow._inner()
        assert entered == ["inner"]
    assert done.wait(WAIT_S)
    assert entered == ["inner", "sell"]


def test_a_command_that_failed_asks_for_a_look(register: FiscalRegister, wire: MemoryWire) -> None:
    failed: list[bool] = []
    register.turn.failed = lambda: failed.append(True)
    assert register.x_report() is None
    assert failed == []
    wire.out = True
    assert isinstance(register.x_report(), Refused)
    assert failed == [True]


@pytest.mark.parametrize(
    ("state", "standing", "code"),
    [
        (State("1", 7, "open", "none"), "waiting", "fiscal.no_paper"),
        (State("1", 7, "open", "waits"), "waiting", "fiscal.unprinted"),
        (State("1", 7, "over_24h", "there"), "wrong", "fiscal.over_24h"),
        (State("1", 7, "over_24h", "none"), "waiting", "fiscal.no_paper"),
    ],
)
def test_what_keeps_a_register_from_selling_is_told(state: State, standing: str, code: str) -> None:
    seen = seen_by(state)
    assert seen.said is not None
    assert seen.hint is not None
    assert (seen.standing, seen.said.code) == (standing, code)
    assert {seen.said.code, seen.hint.code} <= TEMPLATES.keys()


def test_a_register_that_can_sell_has_nothing_to_say(register: FiscalRegister) -> None:
    assert seen_by(WELL) is WORKS
    assert seen_by(State("1", 0, "closed", "there")) is WORKS
    assert look_at(register) is WORKS


def test_another_fiscal_memory_than_the_till_works_with_is_to_be_put_right(
    register: FiscalRegister, wire: MemoryWire
) -> None:
    assert register.put_right("accept_memory", "", "Ольга") is None
    assert look_at(register) is WORKS
    was, wire.register.memory.serial = wire.register.memory.serial, "9999078902001730"
    assert look_at(register) == Seen(
        "wrong", sentence("fiscal.swapped", was=was, now="9999078902001730"), sentence("fiscal.swapped.hint")
    )


def test_a_register_that_says_nothing_is_waited_for_and_one_that_says_why_is_to_be_put_right(
    register: FiscalRegister, wire: MemoryWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.out = True
    assert look_at(register) == Seen("waiting", sentence("fiscal.silent"), sentence("fiscal.silent_report.hint"))

    def denied() -> State:
        raise NoAnswer(sentence("atol.denied"), sentence("atol.denied.hint"))

    monkeypatch.setattr(register, "state_now", denied)
    assert look_at(register) == Seen("wrong", sentence("atol.denied"), sentence("atol.denied.hint"))
