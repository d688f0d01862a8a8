"""Errands to the register: the till goes on while they are under way, and takes the answer on its own thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.protocols import PaymentTerminal
from loyalty.errors import NotNow
from loyalty.events import ShiftClosed, decode_body, decode_envelope
from loyalty.receipt import Payment, Receipt
from loyalty.sentences import sentence
from terminal.at_register import AtRegister
from terminal.effects import Effects
from terminal.engine import Engine
from terminal.errands import MOST_WAITING, OnThread, Then
from terminal.fiscal.register import Answer, NoRegister, Recalled, Refused, Registered, Unknown
from terminal.fiscal.standing import Seen, Trouble
from terminal.session import commands as c
from terminal.session.state import State
from tests.support.counter import TEA
from tests.support.paying_till import InTheDark, by_hand
from tests.support.small_till import Rig, make_till, opened_rig

SILENCE = Unknown(sentence("fiscal.silent"))
SILENT = Trouble(sentence("fiscal.silent"), sentence("fiscal.silent_report.hint"))


class Slow(NoRegister):
    """It answers when a test says so."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.answers = threading.Event()
        self.refuses: Refused | None = None

    def _wait(self) -> None:
        self.asked.set()
        assert self.answers.wait(60)

    def look(self, now: str) -> Seen | None:
        self._wait()
        return Seen(None, troubles=(SILENT,))

    def print_copy(self, number: int | None) -> Refused | None:
        self._wait()
        return self.refuses

    def close_shift(self, cashier: str) -> Refused | None:
        self._wait()
        return self.refuses


class Dark(InTheDark, Slow):
    """It never knows what became of a receipt, and closes its shift when a test says so."""


class Forgetful(NoRegister):
    """It knows what became of its last receipt only where `known`; `seen` are those a manager has spoken of."""

    def __init__(self) -> None:
        self.last: Receipt | None = None
        self.known = False
        self.seen: list[str] = []

    def register(self, receipt: Receipt, key: str, buyer: str = "") -> Answer:
        self.last = receipt
        return SILENCE

    def recall(self, key: str) -> Recalled | None:
        assert self.last is not None
        return Recalled(self.last, Registered("7") if self.known else SILENCE)

    def ask_open(self, key: str = "") -> Unknown | Refused | None:
        return SILENCE

    def state_seen(self, key: str, document: int | None, by: str) -> None:
        self.seen.append(key)


@contextmanager
def at_work(folder: Path, register: Slow, terminal: PaymentTerminal | None = None) -> Iterator[tuple[Rig, Engine]]:
    """A till whose register is asked on a thread of its own."""
    make_till(folder)
    with opened_rig(folder, register) as rig:
        cards = rig._cards(folder, terminal) if terminal is not None else None
        errands = OnThread(lambda then: engine.answer(then))  # noqa: PLW0108  # it is not there yet
        effects = Effects(
            rig.store, rig.sales, rig.lookups, rig.records, None, cards=cards, errands=errands  # type: ignore[arg-type]
        )  # fmt: skip
        engine = Engine(effects, lambda: rig.now_ms)
        engine.start()
        try:
            yield rig, engine
        finally:
            register.answers.set()
            errands.close()
            engine.stop()
            if cards is not None:
                cards.close()


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def till(tmp_path: Path, slow: Slow) -> Iterator[Engine]:
    with at_work(tmp_path / "till", slow) as (_, engine):
        yield engine


def said(state: State) -> str:
    return state.notice.said.code if state.notice else ""


def do(engine: Engine, *commands: c.Command) -> State:
    for command in commands:
        engine.post(command)
    return engine.dispatch(c.Refresh()).state


def answered(engine: Engine, slow: Slow) -> State:
    """What the till shows once the register has answered all."""
    done = threading.Event()
    stop = engine.watch(lambda view: done.set() if not view.asked else None)
    slow.answers.set()
    engine.dispatch(c.Refresh())
    assert done.wait(60)
    stop()
    return engine.view().state


def test_a_shift_is_opened_and_goods_are_scanned_while_the_register_is_silent(till: Engine, slow: Slow) -> None:
    state = do(till, c.OpenShift("Ольга"))
    assert (said(state), till.view().asked) == ("shift.opened", "look")
    assert len(do(till, c.LookAtRegister(), c.Scan(TEA.code)).basket.lines) == 1
    state = answered(till, slow)
    assert (said(state), len(state.basket.lines)) == ("fiscal.silent", 1)


def test_while_it_is_at_a_command_no_other_is_given_and_scans_go_on(till: Engine, slow: Slow) -> None:
    slow.answers.set()
    do(till, c.OpenShift("Ольга"))
    answered(till, slow)
    slow.answers.clear()
    do(till, c.PrintCopy())
    others = c.ReprintReceipt("T1-000001"), c.XReport(), c.MoveCash("in", 100), c.CloseShift(), c.LookAtRegister()
    for other in (c.PrintCopy(), *others):
        assert said(do(till, other)) == "register.asked"
    state = do(till, c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert (said(state), state.mode) == ("register.asked", "pay")
    state = answered(till, slow)
    assert (said(state), state.mode) == ("register.copied", "pay")
    assert do(till, c.Tender("cash")).mode == "done"


def test_while_it_closes_the_shift_nothing_begins(till: Engine, slow: Slow) -> None:
    do(till, c.OpenShift("Ольга"))
    answered(till, slow)
    slow.answers.clear()
    do(till, c.CloseShift())
    assert till.view().asked == "shift"
    state = do(till, c.Scan(TEA.code))
    assert (said(state), state.basket.lines) == ("register.asked", ())
    assert answered(till, slow).shift is None


def test_a_shift_that_is_to_be_closed_after_a_look_holds_up_everything_as_well(till: Engine, slow: Slow) -> None:
    do(till, c.OpenShift("Ольга"), c.CloseShift())
    assert till.view().asked == "shift"
    assert do(till, c.Scan(TEA.code), c.Pay(), c.Tender("cash")).basket.lines == ()
    assert answered(till, slow).shift is None


def test_a_sale_that_ends_while_the_register_closes_its_shift_is_in_the_shift_s_report(
    tmp_path: Path, slow: Slow
) -> None:
    with at_work(tmp_path / "till", slow) as (rig, engine):
        slow.answers.set()
        do(engine, c.OpenShift("Ольга"))
        answered(engine, slow)
        slow.answers.clear()
        state = do(engine, c.Scan(TEA.code), c.Pay(), c.RenewShift())
        assert state.quote is not None
        paid = c.CommitSale(state.basket, state.quote, (Payment("cash", 100_00),))
        engine.call(lambda: rig.records.sale(paid, rig.records.shift_now(), engine.around()))
        assert answered(engine, slow).shift != state.shift
        query = "SELECT raw FROM event WHERE type = 'shift_closed'"
        ((raw,),) = rig.store.journal.read(lambda connection: connection.execute(query).fetchall())
    closed = decode_body(decode_envelope(raw))
    assert isinstance(closed, ShiftClosed)
    assert (closed.totals.sales, closed.totals.cash_minor) == (1, 100_00)


def test_a_sale_that_comes_into_doubt_while_the_register_closes_its_shift_keeps_the_shift_open(tmp_path: Path) -> None:
    slow = Dark()
    with at_work(tmp_path / "till", slow) as (rig, engine):
        slow.answers.set()
        do(engine, c.OpenShift("Ольга"))
        answered(engine, slow)
        slow.answers.clear()
        state = do(engine, c.Scan(TEA.code), c.Pay(), c.RenewShift())
        assert state.quote is not None
        paid = c.CommitSale(state.basket, state.quote, (Payment("cash", 100_00),))
        with pytest.raises(NotNow):
            engine.call(lambda: rig.records.sale(paid, rig.records.shift_now(), engine.around()))
        after = answered(engine, slow)
        assert (said(after), after.shift) == ("fiscal.doubt", state.shift)
        assert rig.records.open_shift_id() == (state.shift.shift_id if state.shift else "")


def test_what_was_seen_on_the_tape_is_of_the_receipt_that_was_asked_about_alone(tmp_path: Path) -> None:
    """The first receipt in doubt is found while the register is asked of it, and a second one comes into doubt."""
    dark = Forgetful()
    make_till(tmp_path / "till")
    with opened_rig(tmp_path / "till", dark) as rig:
        state = do(rig.engine, c.OpenShift("Ольга"), c.Scan(TEA.code))
        assert state.quote is not None
        paid, around = c.CommitSale(state.basket, state.quote, (Payment("cash", 100_00),)), rig.engine.around()

        def sell() -> None:
            with pytest.raises(NotNow):
                rig.records.sale(paid, rig.records.shift_now(), around)

        answers: queue.Queue[Then] = queue.Queue()
        errands = OnThread(answers.put)
        at_register = AtRegister(rig.records, rig.sales.committing, None, rig.records.new_id, errands)
        sell()
        at_register.run(c.ResolveDoubt("Пётр", 7), around, lambda then: then())
        then = answers.get(timeout=60)
        dark.known = True
        assert rig.sales.committing.ask_again() is not None
        dark.known = False
        sell()
        then()
        errands.close()
    assert dark.seen == []


def test_what_the_register_refuses_late_takes_no_card_off_the_payment_terminal(tmp_path: Path, slow: Slow) -> None:
    with at_work(tmp_path / "till", slow, by_hand()) as (_, engine):
        slow.answers.set()
        do(engine, c.OpenShift("Ольга"))
        answered(engine, slow)
        slow.answers.clear()
        slow.refuses = Refused(sentence("fiscal.no_paper"))
        begun = do(engine, c.Scan(TEA.code), c.Pay(), c.Tender("card"), c.PrintCopy())
        state = answered(engine, slow)
        assert (said(state), state.mode) == ("fiscal.no_paper", "pay")
        assert begun.charge is not None
        assert state.charge == begun.charge


def test_what_it_refuses_is_said_when_it_answers(till: Engine, slow: Slow) -> None:
    slow.answers.set()
    do(till, c.OpenShift("Ольга"))
    answered(till, slow)
    slow.answers.clear()
    slow.refuses = Refused(sentence("fiscal.no_paper"))
    do(till, c.CloseShift())
    state = answered(till, slow)
    assert said(state) == "fiscal.no_paper"
    assert state.shift is not None


def test_who_waits_for_a_command_has_the_register_s_answer_with_it(till: Engine, slow: Slow) -> None:
    slow.answers.set()
    till.dispatch(c.OpenShift("Ольга"))
    assert till.dispatch(c.CloseShift()).state.shift is None


def test_so_many_wait_and_one_more_is_refused() -> None:
    answers: queue.Queue[Then] = queue.Queue()
    errands = OnThread(answers.put)
    for _ in range(MOST_WAITING):
        errands.go(lambda: lambda: None, "look")
    with pytest.raises(NotNow):
        errands.go(lambda: lambda: None, "look")
    for _ in range(MOST_WAITING):
        answers.get(timeout=60)()
    assert errands.asked == ""
    errands.close()


def test_an_error_nobody_foresaw_is_raised_where_the_answer_is_awaited() -> None:
    answers: queue.Queue[Then] = queue.Queue()
    errands = OnThread(answers.put)

    def fails() -> Then:
        raise ZeroDivisionError

    errands.go(fails, "command")
    with pytest.raises(ZeroDivisionError):
        answers.get(timeout=60)()
    assert errands.asked == ""
    errands.close()
