"""What every payment terminal must do: on a line of memory, on a pseudo-terminal, on TCP, and one worked by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from devices.errors import DeviceError, Unproven
from devices.escpos.line import lines_to
from devices.model import Health
from devices.payment.model import Approval, DayTotals, Declined, Operation, Progress, Step, Voided
from devices.payment.terminal import LineTerminal
from devices.protocols import PaymentTerminal
from devices.transport.serial import SerialSettings
from devices.virtual.payment import MIR, VirtualTerminal
from devices.virtual.served import on_pty, on_tcp
from tests.support.payments import INFO, ByHand, line_terminal

REF, OTHER = "ab" * 16, "cd" * 16
SALE = Operation(REF, "sale", 123_45)
WAYS = ("memory", "pty", "tcp", "by hand")


@dataclass
class Bench:
    """The terminal, and whoever stands behind it: a virtual one, or a cashier who types `says`."""

    port: PaymentTerminal
    device: VirtualTerminal | None = None
    says: dict[str, str | None] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    def progress(self, reference: str) -> Progress:
        if isinstance(self.port, ByHand):
            return self.port.answered(reference)
        return self.steps.append

    def declines(self) -> None:
        """The customer goes without paying."""
        if self.device is not None:
            self.device.decline = "no_money"
        self.says["code"] = None


@pytest.fixture(params=WAYS)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    device = VirtualTerminal()
    match request.param:
        case "memory":
            yield Bench(line_terminal(device), device)
        case "pty":
            with on_pty(device.receive) as port:
                made = LineTerminal(INFO, lines_to(SerialSettings(port, 115_200), "", 0, ""))
                yield Bench(made, device)
                made.close()
        case "tcp":
            with on_tcp(device.receive) as (host, number):
                made = LineTerminal(INFO, lines_to(SerialSettings(""), host, number, ""))
                yield Bench(made, device)
                made.close()
        case _:
            says: dict[str, str | None] = {"code": "000001 000000000001", "void": "", "outcome": "000001"}
            yield Bench(ByHand(lambda step: says[step]), says=says)


def sold(bench: Bench, operation: Operation = SALE) -> Approval:
    return bench.port.authorize_sales(operation, bench.progress(operation.reference))


def test_a_sale_is_approved_with_the_code_and_the_number_of_the_bank(bench: Bench) -> None:
    approval = sold(bench)
    assert (approval.code, approval.rrn) == ("000001", "000000000001")
    if bench.device is not None:
        assert approval.card == MIR
        assert bench.device.charged() == [("sale", 123_45)]


def test_what_was_approved_is_told_again_when_it_is_asked_for(bench: Bench) -> None:
    approval = sold(bench)
    told = bench.port.ask(SALE, bench.progress(REF))
    assert isinstance(told, Approval)
    assert told.code == approval.code


def test_a_sale_that_is_declined_moves_no_money_and_says_so(bench: Bench) -> None:
    bench.declines()
    with pytest.raises(Declined):
        sold(bench)
    if bench.device is not None:
        assert bench.device.charged() == []


def test_money_is_given_back_under_a_reference_of_its_own(bench: Bench) -> None:
    sold(bench)
    refund = Operation(OTHER, "refund", 23_45, rrn="000000000001")
    assert bench.port.authorize_refund(refund, bench.progress(OTHER)).code
    if bench.device is not None:
        assert bench.device.charged() == [("sale", 123_45), ("refund", 23_45)]


def test_a_void_takes_the_money_back_once_however_often_it_is_asked_for(bench: Bench) -> None:
    approval = sold(bench)
    done = Operation(REF, "sale", 123_45, approval=approval)
    bench.port.authorize_void(done, bench.progress(REF))
    bench.port.authorize_void(done, bench.progress(REF))
    if bench.device is not None:
        assert bench.device.charged() == []
        assert bench.port.ask(done, bench.progress(REF)) == Voided()


def test_of_what_never_was_it_says_so(bench: Bench) -> None:
    bench.says["outcome"] = ""
    assert bench.port.ask(SALE, bench.progress(REF)) is None


def test_it_has_a_name_and_is_well(bench: Bench) -> None:
    bench.port.open(lambda event: None)
    assert bench.port.terminal_id() == ("VT000001" if bench.device is not None else "manual")
    assert bench.port.check_health() is Health.ENABLED
    assert bench.port.info.kind == "payment"


# -- those that are devices


def virtual(terminal: VirtualTerminal | None = None) -> tuple[VirtualTerminal, LineTerminal]:
    device = terminal or VirtualTerminal()
    return device, line_terminal(device)


def test_a_reference_that_was_asked_for_is_never_taken_afterwards() -> None:
    device, port = virtual()
    assert port.ask(SALE, lambda step: None) is None
    with pytest.raises(DeviceError, match="not_taken"):
        port.authorize_sales(SALE, lambda step: None)
    assert device.charged() == []


def test_the_same_sale_again_is_answered_and_not_made_again() -> None:
    device, port = virtual()
    first = port.authorize_sales(SALE, lambda step: None)
    assert port.authorize_sales(SALE, lambda step: None) == first
    assert device.charged() == [("sale", 123_45)]


def test_what_the_customer_is_waited_for_is_told_as_it_changes() -> None:
    device, port = virtual()
    device.slow = 5
    steps: list[Step] = []
    port.authorize_sales(SALE, steps.append)
    assert steps == ["card", "pin", "bank"]


def test_a_sale_is_cancelled_while_the_customer_is_waited_for() -> None:
    device, port = virtual()
    device.slow = 50

    def stop(step: Step) -> None:
        port.cancel(REF)

    with pytest.raises(Declined) as declined:
        port.authorize_sales(SALE, stop)
    assert declined.value.code == "cancelled"
    assert device.charged() == []


@pytest.mark.parametrize("loss", ["request", "answer"])
def test_a_line_that_is_lost_is_asked_for_and_nothing_is_sent_again(loss) -> None:
    device, port = virtual()
    device.lose("sale", loss)
    if loss == "answer":
        assert port.authorize_sales(SALE, lambda step: None).code == "000001"
    else:
        with pytest.raises(DeviceError, match="not_taken"):
            port.authorize_sales(SALE, lambda step: None)
    assert len(device.charged()) == (loss == "answer")


def test_a_terminal_without_power_is_silent_and_nothing_was_sent() -> None:
    device, port = virtual()
    device.on = False
    with pytest.raises(DeviceError, match="silent"):
        port.terminal_id()
    assert port.check_health() is Health.OFFLINE


def test_once_it_is_closed_nothing_more_is_sent_and_opened_again_it_works() -> None:
    device, port = virtual()
    port.open(lambda event: None)
    port.close()
    with pytest.raises(DeviceError, match="silent"):
        port.terminal_id()
    port.open(lambda event: None)
    assert port.terminal_id() == device.terminal


def test_power_that_goes_amid_a_sale_leaves_a_doubt() -> None:
    device, port = virtual()
    device.cut_after(150)
    with pytest.raises(Unproven):
        port.authorize_sales(SALE, lambda step: None)
    device.power_on()
    assert port.ask(SALE, lambda step: None) is not None


def test_a_card_is_read_and_no_money_is_taken() -> None:
    device, port = virtual()
    device.slow = 2
    assert port.check_card(OTHER, lambda step: None) == MIR
    assert device.charged() == []


def test_the_totals_of_a_day_are_told_and_told_again_under_the_same_name() -> None:
    device, port = virtual()
    sold_one = port.authorize_sales(SALE, lambda step: None)
    port.authorize_sales(Operation(OTHER, "sale", 50_00), lambda step: None)
    port.authorize_void(Operation(OTHER, "sale", 50_00), lambda step: None)
    port.authorize_refund(Operation("ef" * 16, "refund", 20_00, sold_one.rrn), lambda step: None)
    day = DayTotals(1, 123_45, 1, 20_00)
    assert port.access_daily_log("day 0", settle=False) == day
    assert port.access_daily_log("day 1", settle=True) == day
    assert port.access_daily_log("day 1", settle=True) == day
    assert port.access_daily_log("day 2", settle=True) == DayTotals()
    with pytest.raises(Declined, match="settled"):
        port.authorize_void(SALE, lambda step: None)
    assert device.charged() == [("sale", 123_45), ("refund", 20_00)]


# -- the one worked by hand


def by_hand(types: Callable[[Step], str | None]) -> ByHand:
    made = ByHand(types)
    made.open(lambda event: None)
    return made


@pytest.mark.parametrize(
    ("typed", "approval"),
    [
        ("123456", Approval("123456")),
        (" a1b2 ", Approval("a1b2")),
        ("012345678901", Approval("", "012345678901")),
        ("012345678901 123456", Approval("123456", "012345678901")),
    ],
)
def test_a_code_or_an_rrn_or_both_are_taken_from_the_slip(typed, approval) -> None:
    port = by_hand(lambda step: typed)
    assert port.authorize_sales(SALE, port.answered(REF)) == approval


def test_what_is_no_code_is_asked_for_again() -> None:
    typed = iter(["", "12", "код!", "123456"])
    port = by_hand(lambda step: next(typed))
    assert port.authorize_sales(SALE, port.answered(REF)) == Approval("123456")
    assert port.steps == ["code", "code_again", "code_again", "code_again"]


def test_what_nobody_can_say_stays_unproven() -> None:
    port = by_hand(lambda step: None)
    with pytest.raises(Unproven):
        port.ask(SALE, port.answered(REF))
    with pytest.raises(Unproven):
        port.authorize_void(SALE, port.answered(REF))


def test_a_till_that_stops_before_a_code_was_typed_leaves_a_doubt() -> None:
    port = by_hand(lambda step: "")
    port.close()
    with pytest.raises(Unproven):
        port.authorize_sales(SALE, lambda step: None)


def test_it_reads_no_cards_and_keeps_no_totals() -> None:
    port = by_hand(lambda step: "")
    with pytest.raises(DeviceError, match="cannot_read"):
        port.check_card(REF, lambda step: None)
    with pytest.raises(DeviceError, match="not_kept"):
        port.access_daily_log("day", settle=True)
