"""A Shtrih-M register without hardware: what commands do to it and to its fiscal memory.

`receive` takes the bytes of the host and gives those of the register, so it runs in a test without any I/O, or on a
pseudo-terminal or a socket (`devices.virtual.served`). `paper` is what its roll is; `link` has the faults of cable and
power. A receipt that is open when the power goes is lost, the memory is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from devices.shtrih.commands import CORRECTION as CORRECTING
from devices.shtrih.commands import COVER_OPEN, Command, Mode, money
from devices.shtrih.correction import DOCUMENT_OPEN
from devices.virtual.shtrih_correction import is_based
from devices.virtual.shtrih_link import RegisterLink, command_of
from devices.virtual.shtrih_memory import CORRECTION, RECEIPT, SHIFT_CLOSED, SHIFT_OPENED, Document, FiscalMemory, Line
from devices.virtual.shtrih_more import MORE, gone_on
from devices.virtual.shtrih_reading import Reader
from devices.virtual.shtrih_receipt import (
    BAD_VALUE,
    OF_CLOSING,
    OF_OPENING,
    OF_RECEIPT,
    WRONG_STATE,
    Marks,
    OpenReceipt,
    document_tlv,
)

NO_PAPER, OVER_24H = 0x6B, 0x4E
TOO_LITTLE, UNSUPPORTED = 0x45, 0x37


class VirtualShtrih:
    """One register; `now` gives its clock: year (of the century), month, day, hour, minute."""

    def __init__(
        self,
        memory: FiscalMemory | None = None,
        now: Callable[[], tuple[int, int, int, int, int]] = lambda: (26, 11, 22, 12, 0),
    ) -> None:
        self.memory = memory or FiscalMemory()
        self.paper: int | None = None
        """Documents the roll still has room for; None is a roll without end."""
        self.printed: list[int] = []
        """The numbers of the documents on paper."""
        self.marks = Marks()
        self.now = now
        self.cover_open = False
        self.torn_at = 0
        """The roll ends amid that document: it is made and not printed."""
        self.date_to_confirm: tuple[int, int, int] | None = None
        self._unprinted: int | None = None
        self.open: OpenReceipt | None = None
        """The document that is being made."""
        self.reader = Reader(self.memory)
        self.link = RegisterLink(self._answer)

    def power_on(self) -> None:
        """As after a power cut: what is under way is forgotten, the memory and what waits for paper are not."""
        self.open = None
        self.marks.taken.clear()
        self.link.power_on()

    def receive(self, raw: bytes) -> bytes:
        """What the register sends while these bytes arrive."""
        return self.link.receive(raw)

    def _answer(self, raw: bytes) -> bytes:
        command = command_of(raw)
        size = 2 if raw[0] == 0xFF else 1
        error, data = self._do(command, raw[size + 4 :])
        operator = b"" if size == 2 or command == Command.MODEL else b"\x01"
        return raw[:size] + bytes((error,)) + (operator + data if not error else b"")

    def _do(self, command: int, body: bytes) -> tuple[int, bytes]:
        doing: dict[int, Callable[[bytes], tuple[int, bytes]]] = {
            Command.SHORT_STATUS: self._short_status,
            Command.SALE: lambda body: self._legacy_item(body, 1),
            Command.SALE_RETURN: lambda body: self._legacy_item(body, 2),
            Command.LEGACY_CLOSE: self._legacy_close,
            Command.MEMORY_STATUS: self._memory_status,
            Command.BEGIN_OPENING: lambda _: self._begin(OF_OPENING),
            Command.BEGIN_CLOSING: lambda _: self._begin(OF_CLOSING),
            Command.OPEN_SHIFT: self._open_shift,
            Command.Z_REPORT: self._close_shift,
            Command.X_REPORT: lambda _: self._quiet(),
            Command.OPEN_RECEIPT: self._open_receipt,
            Command.ITEM: self._item,
            Command.SEND_TAG: lambda body: self._opened(lambda receipt: receipt.tag(body)),
            Command.SEND_LINE_TAG: lambda body: self._opened(lambda receipt: receipt.tag_line(body)),
            Command.CHECK_MARK: self.marks.check,
            Command.TAKE_MARK: self.marks.take,
            Command.BIND_MARK: lambda body: self._opened(lambda receipt: receipt.bind(body, self.marks.taken)),
            Command.BEGIN_DOCUMENT: self.reader.begin,
            Command.NEXT_BLOCK: lambda _: self.reader.next_block(),
            Command.CLOSE_RECEIPT: self._close_receipt,
            Command.CANCEL: lambda _: self._cancel((OF_RECEIPT,)),
            Command.CANCEL_DOCUMENT: lambda _: self._cancel((OF_OPENING, OF_RECEIPT, OF_CLOSING, DOCUMENT_OPEN)),
            Command.FIND_DOCUMENT: self.reader.find,
            Command.CONTINUE_PRINT: self._continue_print,
            **dict.fromkeys((Command.DRAWER, Command.CUT), lambda _: (0, b"")),
            Command.UNSENT: lambda _: (0, self.memory.unsent()),
        }
        do = doing.get(command)
        if do is None and command in MORE:
            return MORE[command](self, body)
        return do(body) if do else (UNSUPPORTED, b"")

    def _opened(self, do: Callable[[OpenReceipt], int]) -> tuple[int, bytes]:
        return do(self.open) if self.open else WRONG_STATE, b""

    @property
    def is_receipt_open(self) -> bool:
        return self.open is not None

    @property
    def cannot_print(self) -> bool:
        return self.paper == 0 or self.cover_open or self._unprinted is not None

    def print_copy(self, number: int) -> None:
        self._print(number)

    def set_clock(self, at: tuple[int, int, int, int, int]) -> None:
        """It goes on from that moment."""
        self.now = gone_on(self.now, at)

    def _short_status(self, _: bytes) -> tuple[int, bytes]:
        flags = _int(COVER_OPEN if self.cover_open else 0, 2)
        return 0, flags + bytes((self.mode(), self.submode())) + bytes(10)

    def mode(self) -> int:
        if self.open is not None and self.open.kind == OF_RECEIPT:
            return Mode.DOCUMENT_OPEN
        if not self.memory.shift_open:
            return Mode.SHIFT_CLOSED
        return Mode.SHIFT_OVER_24H if self._over_24h() else Mode.SHIFT_OPEN

    def submode(self) -> int:
        if self._unprinted is not None:
            return 2 if self.paper == 0 else 3
        return 1 if self.paper == 0 else 0

    def _over_24h(self) -> bool:
        return self._minutes() - self.memory.opened_at_min >= 24 * 60

    def _minutes(self) -> int:
        year, month, day, hour, minute = self.now()
        return (((year * 12 + month) * 31 + day) * 24 + hour) * 60 + minute

    def _memory_status(self, _: bytes) -> tuple[int, bytes]:
        memory = self.memory
        document = self.open.kind if self.open is not None else 0
        head = bytes((3, document, document and 1, memory.shift_open, 0)) + bytes(self.now())
        return 0, head + memory.serial.encode() + _int(len(memory.documents), 4)

    def _begin(self, kind: int) -> tuple[int, bytes]:
        """An opening or a closing of the shift, so that tags can be added to it."""
        if self.open is not None or self.memory.shift_open == (kind == OF_OPENING):
            return WRONG_STATE, b""
        self.open = OpenReceipt(0, kind=kind)
        return 0, b""

    def _ended(self, kind: int) -> tuple[int, tuple[tuple[int, bytes], ...]]:
        """The error of ending such a document now, and its tags."""
        if self.memory.shift_open == (kind == OF_OPENING) or (self.open is not None and self.open.kind != kind):
            return WRONG_STATE, ()
        if self.cannot_print:
            return NO_PAPER, ()
        opened, self.open = self.open, None
        return 0, tuple(opened.tags) if opened else ()

    def _open_shift(self, _: bytes) -> tuple[int, bytes]:
        error, tags = self._ended(OF_OPENING)
        if error:
            return error, b""
        memory = self.memory
        memory.shift_open, memory.receipts_in_shift = True, 0
        memory.cash_in_minor = memory.cash_out_minor = 0
        memory.shift_number, memory.opened_at_min = memory.shift_number + 1, self._minutes()
        self.store(Document(0, SHIFT_OPENED, b"", 0, tags=tags))
        return 0, b""

    def _close_shift(self, _: bytes) -> tuple[int, bytes]:
        error, tags = self._ended(OF_CLOSING)
        if error:
            return error, b""
        self.memory.shift_open = False
        self.store(Document(0, SHIFT_CLOSED, b"", 0, tags=tags))
        return 0, b""

    def _open_receipt(self, body: bytes) -> tuple[int, bytes]:
        refused = self.refused()
        if not refused:
            operation = {0: 1, 2: 2}.get(body[0] & ~CORRECTING, 0)
            self.open = OpenReceipt(operation, is_correction=bool(body[0] & CORRECTING))
        return refused, b""

    def refused(self) -> int:
        if self.cannot_print:
            return NO_PAPER
        if not self.memory.shift_open or self.open is not None:
            return WRONG_STATE
        return OVER_24H if self._over_24h() else 0

    def _item(self, body: bytes) -> tuple[int, bytes]:
        operation, qty_micro, price, amount = body[0], _number(body[1:7]), _number(body[7:12]), _number(body[12:17])
        line = Line(qty_micro, price, amount, body[22], body[24], body[25], body[26:].decode("cp1251"))
        if operation not in (1, 2):
            return BAD_VALUE, b""
        if self.open is None:
            refused = self.refused()
            if refused:
                return refused, b""
            self.open = OpenReceipt(operation)
        return self.open.add(line, operation), b""

    def _legacy_item(self, body: bytes, operation: int) -> tuple[int, bytes]:
        """80 and 82, of programs older than FFD 1.05: the amount follows from the price, the line is paid in full."""
        qty_milli, price = _number(body[:5]), _number(body[5:10])
        amount = (price * qty_milli + 500) // 1000
        head = bytes((operation,)) + _int(qty_milli * 1000, 6) + money(price) + money(amount) + bytes(5)
        return self._item(head + body[11:12] + bytes((0, 4, 1)) + body[15:].rstrip(b"\0"))

    def _legacy_close(self, body: bytes) -> tuple[int, bytes]:
        """85: cash and three more ways of paying."""
        error, data = self._close_receipt(body[:20] + bytes(60))
        return error, data[:5]

    def _close_receipt(self, body: bytes) -> tuple[int, bytes]:
        if self.open is None or self.open.kind != OF_RECEIPT:
            return WRONG_STATE, b""
        paid = {place: _number(body[5 * place - 5 : 5 * place]) for place in range(1, 17)}
        paid = {place: minor for place, minor in paid.items() if minor}
        total = sum(line.amount_minor for line in self.open.lines)
        change = sum(paid.values()) - total
        if change < 0 or change > paid.get(1, 0):
            return TOO_LITTLE, b""
        if self.open.is_correction and not is_based(tuple(self.open.tags)):
            return BAD_VALUE, b""
        opened, self.open = self.open, None
        self.memory.receipts_in_shift += 1
        if not opened.is_correction:
            self.memory.cash_minor += (paid.get(1, 0) - change) * (1 if opened.operation == 1 else -1)
        made = self.store(Document(
            0, CORRECTION if opened.is_correction else RECEIPT, b"", 0, opened.operation, total, tuple(opened.lines),
            paid, tuple(opened.tags), body[111] if len(body) > 111 else 0, change,
        ))  # fmt: skip
        return 0, money(change) + _int(made.number, 4) + _int(made.sign, 4) + made.at

    def store(self, draft: Document) -> Document:
        number = len(self.memory.documents) + 1
        sign = number * 2_654_435_761 % 2**32
        made = replace(draft, number=number, sign=sign, at=bytes(self.now()))
        made = replace(made, tlv=document_tlv(self.memory, made))
        self.memory.documents.append(made)
        self._print(number)
        return made

    def _print(self, number: int) -> None:
        if self.torn_at == number:
            self.paper, self.torn_at = 0, 0
        if self.paper == 0:
            self._unprinted = number
            return
        if self.paper is not None:
            self.paper -= 1
        self.printed.append(number)
        self._unprinted = None

    def _cancel(self, kinds: tuple[int, ...]) -> tuple[int, bytes]:
        if self.open is None or self.open.kind not in kinds:
            return WRONG_STATE, b""
        self.open = None
        return 0, b""

    def _continue_print(self, _: bytes) -> tuple[int, bytes]:
        if self.paper == 0 or self.cover_open:
            return NO_PAPER, b""
        if self._unprinted is not None:
            self._print(self._unprinted)
        return 0, b""

    def _quiet(self) -> tuple[int, bytes]:
        """Something without a fiscal document goes on paper."""
        return (NO_PAPER, b"") if self.cannot_print else (0, b"")


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


def _int(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")
