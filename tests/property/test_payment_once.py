"""Never charged twice, and in the end charged and recorded once or not charged, whatever fails and wherever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.escpos.line import Line
from devices.model import DeviceInfo
from devices.payment.model import Approval, Operation
from devices.payment.terminal import LineTerminal
from devices.virtual.payment import VirtualTerminal
from terminal.charges import Charges, Fates, InDoubt, Kept, NotCharged
from tests.support.payments import KeptInMemory, MemoryLine, line_terminal

REF = "ab" * 16
AMOUNT_MINOR = 123_45
KINDS = ("sale", "refund")


class Killed(Exception):
    """The till is gone, at this very place."""


class Mortal:
    """Counts the places at which a till can be killed: before and after each thing it does to the world."""

    def __init__(self, dies_at: int | None = None) -> None:
        self.places = 0
        self._dies_at = dies_at

    def around(self, do: Callable[[], None]) -> None:
        self._place()
        do()
        self._place()

    def _place(self) -> None:
        if self.places == self._dies_at:
            raise Killed
        self.places += 1


class MortalBook(KeptInMemory):
    def __init__(self) -> None:
        super().__init__()
        self.mortal = Mortal()

    def keep(self, kept: Kept) -> None:
        self.mortal.around(lambda: super(MortalBook, self).keep(kept))

    def drop(self, reference: str) -> None:
        self.mortal.around(lambda: super(MortalBook, self).drop(reference))


class MortalLine(MemoryLine):
    def __init__(self, terminal: VirtualTerminal, mortal: Mortal) -> None:
        super().__init__(terminal)
        self._mortal = mortal

    def send(self, raw: bytes) -> None:
        self._mortal.around(lambda: super(MortalLine, self).send(raw))


class Shop:
    """A till that is started, killed and started again over one book, one terminal and one journal of receipts."""

    def __init__(self) -> None:
        self.terminal = VirtualTerminal()
        self.book = MortalBook()
        self.receipts: dict[str, str] = {}

    def started(self, dies_at: int | None = None) -> Charges:
        mortal = self.book.mortal = Mortal(dies_at)
        info = DeviceInfo("payment", "payment", "virtual", "memory")
        connect = cast(Callable[[], Line], lambda: MortalLine(self.terminal, mortal))
        line = LineTerminal(info, connect, lambda seconds: None, answer_wait_s=0.0)
        return Charges(line, self.book)

    def sells(self, charges: Charges, kind: str, *, recorded: bool = True) -> None:
        """As the till does: the card, the receipt, and the book told of it; or the card given back."""
        operation = Operation(REF, kind, AMOUNT_MINOR)  # type: ignore[arg-type]
        answer = charges.charge(operation, 0, lambda step: None)
        for _ in range(2):
            if isinstance(answer, InDoubt):
                answer = charges.charge(operation, 0, lambda step: None)
        if isinstance(answer, Approval) and recorded:
            self.book.mortal.around(lambda: self.receipts.update({REF: "T1-000001"}))
            charges.recorded(REF, "T1-000001")
        elif not isinstance(answer, NotCharged):
            charges.release(REF)
            self.undoes(charges)

    def undoes(self, charges: Charges) -> list[Kept]:
        return list(charges.undo_open(lambda kept: lambda step: None))

    def starts_again(self, dies_at: int | None = None) -> None:
        charges = self.started(dies_at)
        assert charges.take_up(Fates(dict(self.receipts), 0, frozenset())) == ()
        self.undoes(charges)

    def is_right(self, kind: str) -> bool:
        """One receipt and its money moved once, or neither."""
        moved = self.terminal.charged()
        return moved == ([(kind, AMOUNT_MINOR)] if self.receipts else []) and not self.book.with_fate(
            "asked", "approved", "undoing"
        )


def killed_everywhere(kind: str, recorded: bool) -> Iterator[tuple[int, Shop]]:
    """The shop after a till was killed at each place in turn."""
    for dies_at in count():
        shop = Shop()
        try:
            shop.sells(shop.started(dies_at), kind, recorded=recorded)
        except Killed:
            yield dies_at, shop
        else:
            return


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recorded", [True, False])
def test_killed_at_every_step_the_next_start_leaves_one_charge_with_a_receipt_or_none(kind, recorded) -> None:
    places = 0
    ends = set()
    for places, shop in killed_everywhere(kind, recorded):  # noqa: B007
        assert len(shop.terminal.charged()) <= 1
        shop.starts_again()
        assert shop.is_right(kind)
        ends.add((bool(shop.receipts), len(shop.terminal.charged())))
    assert places > 8
    assert ends == ({(False, 0), (True, 1)} if recorded else {(False, 0)})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loss", ["request", "answer"])
@pytest.mark.parametrize("do", ["status", "sale", "refund", "ask", "void"])
@pytest.mark.parametrize("recorded", [True, False])
def test_killed_at_every_step_of_a_sale_that_lost_a_line(kind, loss, do, recorded) -> None:
    for dies_at in count():
        shop = Shop()
        shop.terminal.lose(do, loss)
        try:
            shop.sells(shop.started(dies_at), kind, recorded=recorded)
        except Killed:
            shop.starts_again()
            assert shop.is_right(kind)
        else:
            assert shop.is_right(kind)
            assert bool(shop.receipts) is recorded or (do, loss) == (kind, "request")
            break


def bytes_of_a_sale() -> int:
    shop = Shop()
    shop.terminal.cut_after(1_000_000)
    shop.sells(shop.started(), "sale", recorded=False)
    assert shop.terminal.left is not None
    return 1_000_000 - shop.terminal.left


@pytest.mark.parametrize("recorded", [True, False])
def test_power_of_the_terminal_cut_at_every_byte(recorded: bool) -> None:
    ends = set()
    for cut in range(bytes_of_a_sale() + 1):
        shop = Shop()
        shop.terminal.cut_after(cut)
        shop.sells(shop.started(), "sale", recorded=recorded)
        assert len(shop.terminal.charged()) <= 1
        shop.terminal.power_on()
        shop.starts_again()
        assert shop.is_right("sale")
        ends.add((bool(shop.receipts), len(shop.terminal.charged())))
    assert ends == ({(False, 0), (True, 1)} if recorded else {(False, 0)})


faults = st.lists(
    st.tuples(st.sampled_from(["status", "sale", "ask", "void", "cancel"]), st.sampled_from(["request", "answer"])),
    max_size=8,
)


@given(
    faults=faults,
    kills=st.lists(st.none() | st.integers(0, 30), max_size=4),
    cuts=st.lists(st.none() | st.integers(0, 900), max_size=4),
    slow=st.integers(0, 4),
    recorded=st.booleans(),
    decline=st.sampled_from(["", "no_money"]),
)
def test_whatever_is_lost_and_whenever_a_till_dies(faults, kills, cuts, slow, recorded, decline) -> None:
    shop = Shop()
    shop.terminal.slow, shop.terminal.decline = slow, decline
    for do, loss in faults:
        shop.terminal.lose(do, loss)
    cuts_now = iter([*cuts, None, None, None, None, None])
    deaths = iter([*kills, None, None, None, None, None])

    def one_run(run: Callable[[int | None], None]) -> None:
        cut = next(cuts_now)
        if cut is not None:
            shop.terminal.cut_after(cut)
        try:
            run(next(deaths))
        except Killed:
            pass
        assert len(shop.terminal.charged()) <= 1
        shop.terminal.power_on()

    one_run(lambda dies_at: shop.sells(shop.started(dies_at), "sale", recorded=recorded))
    for _ in range(4):
        one_run(shop.starts_again)
    tries = 0
    while not shop.is_right("sale"):
        tries += 1
        assert tries < 12
        shop.starts_again()
    assert not (decline and shop.terminal.charged())


def test_a_terminal_that_was_swapped_is_not_believed() -> None:
    shop = Shop()
    shop.terminal.cut_after(220)
    shop.sells(shop.started(), "sale")
    assert shop.terminal.charged() == [("sale", AMOUNT_MINOR)]
    first, shop.terminal = shop.terminal, VirtualTerminal("VT000002")
    shop.starts_again()
    (left,) = shop.book.with_fate("undoing")
    assert left.why == "other_terminal"
    first.power_on()
    shop.terminal = first
    shop.starts_again()
    assert shop.is_right("sale")


def test_what_no_receipt_of_those_looked_through_can_name_waits_for_a_person() -> None:
    shop = Shop()
    charges = shop.started()
    charges.charge(Operation(REF, "sale", AMOUNT_MINOR), 1000, lambda step: None)
    (left,) = charges.take_up(Fates({}, 1001, frozenset()))
    assert left.reference == REF
    assert charges.take_up(Fates({}, 1000, frozenset())) == ()
    assert [kept.fate for kept in shop.book.rows.values()] == ["undoing"]


def test_of_a_receipt_in_doubt_nothing_is_undone() -> None:
    shop = Shop()
    charges = shop.started()
    charges.charge(Operation(REF, "sale", AMOUNT_MINOR), 1000, lambda step: None)
    assert [kept.reference for kept in charges.take_up(Fates({}, 0, frozenset({REF})))] == [REF]
    assert shop.undoes(charges) == []
    assert line_terminal(shop.terminal).terminal_id() == "VT000001"
    assert shop.terminal.charged() == [("sale", AMOUNT_MINOR)]
