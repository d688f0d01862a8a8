"""Commands of Shtrih-M registers and what their answers mean; no I/O. Integers are little-endian, text is cp1251.

Money is in kopecks; a quantity in FF46 in millionths. The functions give the message to send; the readers take the
data of an answer whose error is 0 and raise `BadAnswer` where it is shorter than it should be.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from devices.shtrih.link import message

CASHIER, ADMINISTRATOR = 1, 30
"""Passwords as registers are delivered."""
MAX_NAME = 128
AUTO_SUM = (1 << 40) - 1
PAYMENTS = 16
CORRECTION = 0x80
"""Of the kinds of receipts, those of FFD 1.2 that correct."""
COVER_OPEN = 1 << 10
"""Of the flags in the short status."""


class Command(IntEnum):
    SHORT_STATUS = 0x10
    MONEY = 0x1A
    SET_TIME = 0x21
    SET_DATE = 0x22
    CONFIRM_DATE = 0x23
    STATUS = 0x11
    CUT = 0x25
    DRAWER = 0x28
    X_REPORT = 0x40
    Z_REPORT = 0x41
    CASH_IN = 0x50
    CASH_OUT = 0x51
    SALE = 0x80
    SALE_RETURN = 0x82
    LEGACY_CLOSE = 0x85
    CANCEL = 0x88
    REPEAT = 0x8C
    OPEN_RECEIPT = 0x8D
    CONTINUE_PRINT = 0xB0
    OPEN_SHIFT = 0xE0
    MODEL = 0xFC
    MEMORY_STATUS = 0xFF01
    CANCEL_DOCUMENT = 0xFF08
    FIND_DOCUMENT = 0xFF0A
    SEND_TAG = 0xFF0C
    BEGIN_CORRECTION = 0xFF35
    UNSENT = 0xFF39
    BEGIN_DOCUMENT = 0xFF3A
    NEXT_BLOCK = 0xFF3B
    SHIFT = 0xFF40
    BEGIN_OPENING = 0xFF41
    BEGIN_CLOSING = 0xFF42
    CLOSE_RECEIPT = 0xFF45
    ITEM = 0xFF46
    BUILD_CORRECTION = 0xFF4A
    SEND_LINE_TAG = 0xFF4D
    CHECK_MARK = 0xFF61
    BIND_MARK = 0xFF67
    TAKE_MARK = 0xFF69


class Money(IntEnum):
    """Sums the register keeps of its shift (1A), by their numbers there."""

    IN_DRAWER = 241
    IN = 242
    OUT = 243


class Mode(IntEnum):
    """The low half of the mode's byte, those that matter here."""

    SHIFT_OPEN = 2
    SHIFT_OVER_24H = 3
    SHIFT_CLOSED = 4
    DOCUMENT_OPEN = 8


class BadAnswer(Exception):
    """An answer shorter than its command allows."""


@dataclass(frozen=True, slots=True)
class ShortStatus:
    mode: int
    submode: int
    """0 paper is there · 1 no paper · 2 no paper amid a document · 3 waits for `continue_print` · 4, 5 prints."""
    cover_open: bool = False


@dataclass(frozen=True, slots=True)
class MemoryStatus:
    """The fiscal memory (ФН): `document` is the kind of the open document, 0 for none."""

    document: int
    shift_open: bool
    flags: int
    serial: str
    last_document: int
    local_time: str


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing a receipt gives: change, number and sign of the fiscal document, the register's local time."""

    change_minor: int
    document: int
    sign: int
    local_time: str


@dataclass(frozen=True, slots=True)
class Found:
    """A document of the memory: its kind (3 receipt, 2 shift opened, 5 shift closed), sign and local time; of a receipt
    the operation (1 sale, 2 return of a sale) and the total."""

    kind: int
    local_time: str
    sign: int
    operation: int
    total_minor: int


def short_status() -> bytes:
    return message(Command.SHORT_STATUS, _password(ADMINISTRATOR))


def memory_status() -> bytes:
    return message(Command.MEMORY_STATUS, _password(ADMINISTRATOR))


def open_shift() -> bytes:
    return message(Command.OPEN_SHIFT, _password(CASHIER))


def open_receipt(is_return: bool, is_correction: bool = False) -> bytes:
    kind = (2 if is_return else 0) | (CORRECTION if is_correction else 0)
    return message(Command.OPEN_RECEIPT, _password(CASHIER) + bytes((kind,)))


def item(
    is_return: bool, qty_milli: int, price_minor: int, amount_minor: int, vat: int, method: int, subject: int, name: str
) -> bytes:
    """One line; `vat` is the register's own code, `method` and `subject` are tags 1214 and 1212."""
    body = (
        bytes((2 if is_return else 1,))
        + _int(qty_milli * 1000, 6)
        + _int(price_minor, 5)
        + _int(amount_minor, 5)
        + _int(AUTO_SUM, 5)
        + bytes((vat, 0, method, subject))
    )
    return message(Command.ITEM, _password(CASHIER) + body + _text(name, MAX_NAME))


def close_receipt(payments_minor: dict[int, int], tax_system: int, text: str = "") -> bytes:
    """`payments_minor`: place (1 cash, 2 electronic, 14 advance, 15 credit, 16 counter-provision) -> kopecks."""
    sums = b"".join(_int(payments_minor.get(place, 0), 5) for place in range(1, PAYMENTS + 1))
    body = sums + b"\0" + bytes(30) + bytes((tax_system,)) + _text(text, 64)
    return message(Command.CLOSE_RECEIPT, _password(CASHIER) + body)


def find_document(number: int) -> bytes:
    return message(Command.FIND_DOCUMENT, _password(ADMINISTRATOR) + _int(number, 4))


def plain(command: Command, password: int = CASHIER) -> bytes:
    """A command that has nothing but the password: cancel, X, Z, continue, repeat."""
    return message(command, _password(password))


def money_sum(which: Money) -> bytes:
    return message(Command.MONEY, _password(CASHIER) + bytes((which,)))


def read_money_sum(data: bytes) -> int:
    _at_least(data, 7)
    return _number(data[1:7])


def cash(command: Command, amount_minor: int) -> bytes:
    return message(command, _password(CASHIER) + _int(amount_minor, 5))


def drawer() -> bytes:
    return message(Command.DRAWER, _password(CASHIER) + b"\0")


def cut() -> bytes:
    return message(Command.CUT, _password(CASHIER) + b"\1")


def read_short_status(data: bytes) -> ShortStatus:
    _at_least(data, 5)
    return ShortStatus(data[3] & 0x0F, data[4], bool(_number(data[1:3]) & COVER_OPEN))


def read_memory_status(data: bytes) -> MemoryStatus:
    _at_least(data, 30)
    serial = data[10:26].decode("ascii", "replace")
    return MemoryStatus(data[1], bool(data[3]), data[4], serial, _number(data[26:30]), _time(data[5:10]))


def read_closed(data: bytes) -> Closed:
    _at_least(data, 13)
    return Closed(_number(data[:5]), _number(data[5:9]), _number(data[9:13]), _time(data[13:18]))


def read_found(data: bytes) -> Found:
    _at_least(data, 15)
    receipt = data[0] == 3
    if receipt:
        _at_least(data, 21)
    total_minor = _number(data[16:21]) if receipt else 0
    return Found(data[0], _time(data[2:7]), _number(data[11:15]), data[15] if receipt else 0, total_minor)


def set_date(command: Command, day: int, month: int, year: int) -> bytes:
    """Set the date, and confirm it with the same one: the register takes it only then. `year` is of the century."""
    return message(command, _password(ADMINISTRATOR) + bytes((day, month, year)))


def set_time(hour: int, minute: int) -> bytes:
    return message(Command.SET_TIME, _password(ADMINISTRATOR) + bytes((hour, minute, 0)))


def read_unsent(data: bytes) -> tuple[int, str]:
    """How many documents the tax service's operator has not had yet, and the local time of the first of them."""
    _at_least(data, 4)
    count = _number(data[2:4])
    return count, _time(data[8:13]) if count else ""


def read_clock(data: bytes) -> str:
    """The register's own clock, of the long status."""
    _at_least(data, 28)
    day, month, year, hour, minute = data[23:28]
    return _time(bytes((year, month, day, hour, minute)))


def money(amount_minor: int) -> bytes:
    return _int(amount_minor, 5)


def _password(number: int) -> bytes:
    return _int(number, 4)


def _int(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


def _text(text: str, most: int) -> bytes:
    """In the register's code page; what it does not have becomes a question mark."""
    return text.encode("cp1251", "replace")[:most]


def _time(raw: bytes) -> str:
    """Year, month, day, hour, minute as ISO local time; empty where the register leaves it out."""
    if len(raw) < 5:
        return ""
    year, month, day, hour, minute = raw[:5]
    return f"20{year:02d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}"


def _at_least(data: bytes, size: int) -> None:
    if len(data) < size:
        raise BadAnswer(f"{len(data)} bytes where {size} were due")
