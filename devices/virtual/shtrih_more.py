"""What a virtual Shtrih-M register can do beside receipts: cash in and out, a copy, its clock set, its sums read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from devices.shtrih.commands import Command, Money
from devices.virtual import shtrih_correction

if TYPE_CHECKING:
    from devices.virtual.shtrih import VirtualShtrih

NO_PAPER, WRONG_STATE, BAD_VALUE, TOO_LITTLE_CASH = 0x6B, 0x73, 0x33, 0x46
Moment = tuple[int, int, int, int, int]
"""Year (of the century), month, day, hour, minute."""
Answered = tuple[int, bytes]


def gone_on(now: Callable[[], Moment], at: Moment) -> Callable[[], Moment]:
    """A clock that goes as `now` does, set to another moment."""
    off = _moment(at) - _moment(now())

    def later() -> Moment:
        moment = _moment(now()) + off
        return moment.year % 100, moment.month, moment.day, moment.hour, moment.minute

    return later


def _moment(at: Moment) -> datetime:
    year, month, day, hour, minute = at
    return datetime(2000 + year, month, day, hour, minute)  # noqa: DTZ001  # a register's clock has no zone


def _set_date(register: VirtualShtrih, body: bytes) -> Answered:
    if register.memory.shift_open:
        return WRONG_STATE, b""
    register.date_to_confirm = (body[2], body[1], body[0])
    return 0, b""


def _confirm_date(register: VirtualShtrih, body: bytes) -> Answered:
    wanted, register.date_to_confirm = register.date_to_confirm, None
    if wanted is None or wanted != (body[2], body[1], body[0]):
        return BAD_VALUE, b""
    register.set_clock((*wanted, *register.now()[3:]))
    return 0, b""


def _set_time(register: VirtualShtrih, body: bytes) -> Answered:
    if register.memory.shift_open:
        return WRONG_STATE, b""
    register.set_clock((*register.now()[:3], body[0], body[1]))
    return 0, b""


def _cash_in(register: VirtualShtrih, body: bytes) -> Answered:
    return _moved(register, int.from_bytes(body[:5], "little"), 0)


def _cash_out(register: VirtualShtrih, body: bytes) -> Answered:
    return _moved(register, 0, int.from_bytes(body[:5], "little"))


def _moved(register: VirtualShtrih, in_minor: int, out_minor: int) -> Answered:
    memory = register.memory
    if not memory.shift_open or register.is_receipt_open:
        return WRONG_STATE, b""
    if register.cannot_print:
        return NO_PAPER, b""
    if out_minor > memory.cash_minor:
        return TOO_LITTLE_CASH, b""
    memory.cash_minor += in_minor - out_minor
    memory.cash_in_minor += in_minor
    memory.cash_out_minor += out_minor
    return 0, b"\1\0"


def _money(register: VirtualShtrih, body: bytes) -> Answered:
    memory = register.memory
    sums = {Money.IN_DRAWER: memory.cash_minor, Money.IN: memory.cash_in_minor, Money.OUT: memory.cash_out_minor}
    return 0, sums.get(Money(body[0]), 0).to_bytes(6, "little") if body[0] in sums else bytes(6)


def _repeat(register: VirtualShtrih, body: bytes) -> Answered:
    if not register.memory.documents:
        return WRONG_STATE, b""
    if register.cannot_print:
        return NO_PAPER, b""
    register.print_copy(register.memory.documents[-1].number)
    return 0, b""


def _model(register: VirtualShtrih, body: bytes) -> Answered:
    return 0, bytes((1, 0, 1, 0, 252, 0)) + "ШТРИХ-М-01Ф".encode("cp1251")


def _status(register: VirtualShtrih, body: bytes) -> Answered:
    """The long status: versions, dates and counters of an old memory are what such registers say today: nothing."""
    year, month, day, hour, minute = register.now()
    memory, version = register.memory, b"A1\1\0" + bytes((1, 1, 20))
    head = version + b"\x01" + len(memory.documents).to_bytes(2, "little") + b"\0\0"
    modes = bytes((register.mode(), register.submode(), 0))
    now = bytes((day, month, year, hour, minute, 0))
    numbers = (1234).to_bytes(4, "little") + memory.shift_number.to_bytes(2, "little")
    return 0, head + modes + version + now + b"\0" + numbers + bytes(10)


def _shift(register: VirtualShtrih, body: bytes) -> Answered:
    memory = register.memory
    numbers = memory.shift_number.to_bytes(2, "little") + memory.receipts_in_shift.to_bytes(2, "little")
    return 0, bytes((memory.shift_open,)) + numbers


MORE: Mapping[int, Callable[[VirtualShtrih, bytes], Answered]] = {
    Command.SET_DATE: _set_date,
    Command.CONFIRM_DATE: _confirm_date,
    Command.SET_TIME: _set_time,
    Command.CASH_IN: _cash_in,
    Command.CASH_OUT: _cash_out,
    Command.MONEY: _money,
    Command.REPEAT: _repeat,
    Command.MODEL: _model,
    Command.SHIFT: _shift,
    Command.STATUS: _status,
    Command.BEGIN_CORRECTION: shtrih_correction.begin,
    Command.BUILD_CORRECTION: shtrih_correction.build,
}
