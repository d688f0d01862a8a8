"""Shtrih-M registers (fiscal memory, FFD 1.05 and later): a fiscal document as their commands, and what they answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from devices.shtrih import commands as k
from devices.shtrih import tagged
from devices.shtrih.link import Answer, Lost, Silent
from devices.shtrih.tlv import BadTlv
from devices.shtrih.wire import Wire, ask
from loyalty.sentences import sentence
from terminal.fiscal.correction import is_correction, raise_impossible
from terminal.fiscal.document import FiscalDocument, Form
from terminal.fiscal.drawer import CashMove, CashSums
from terminal.fiscal.port import InDoubt, Issued, NoAnswer, NotIssued, Paper, ShiftState, State, Unsent
from terminal.fiscal.shtrih_receipt import before_closing, cashier_tags, closing, issued
from terminal.fiscal.tags import OPERATION, Field, find, read

RECEIPT, SHIFT_OPENED, SHIFT_CLOSED = 3, 2, 5
T = TypeVar("T")
MOST_BLOCKS = 1000
"""Of one document: the largest has 30 KB."""
MOST_DOCUMENTS_ASKED = 200
"""Looked at for one that is in doubt: there is one till at a register, so there are few after it."""

WHY = {
    0x33: "value", 0x45: "short", 0x46: "cash", 0x4E: "over_24h", 0x50: "busy", 0x6B: "paper", 0x6C: "paper",
    0x73: "state", 0x8E: "zero",
}  # fmt: skip


class Shtrih:
    """A FiscalPort over a wire. `tax_system` is the bit of tag 1055: 1 general, 2 and 4 simplified, 32 patent."""

    def __init__(self, wire: Wire, tax_system: int = 1, form: Form | None = None) -> None:
        self._wire = wire
        self._tax_system = tax_system
        self._form = form or Form()

    def state(self) -> State:
        memory = self._told(k.memory_status(), k.read_memory_status)
        status = self._told(k.short_status(), k.read_short_status)
        return State(
            memory.serial,
            memory.last_document,
            _shift(memory.shift_open, status.mode),
            _paper(status.submode),
            memory.document != 0 or status.mode == k.Mode.DOCUMENT_OPEN,
            memory.local_time,
            status.cover_open,
        )

    def clock(self) -> str:
        return self._told(k.plain(k.Command.STATUS, k.ADMINISTRATOR), k.read_clock)

    def unsent(self) -> Unsent:
        return Unsent(*self._told(k.plain(k.Command.UNSENT, k.ADMINISTRATOR), k.read_unsent))

    def set_clock(self, local_time: str) -> None:
        at = datetime.fromisoformat(local_time)
        for command in (k.Command.SET_DATE, k.Command.CONFIRM_DATE):
            self._done(k.set_date(command, at.day, at.month, at.year % 100))
        self._done(k.set_time(at.hour, at.minute))

    def cash_sums(self) -> CashSums:
        taken = (self._told(k.money_sum(which), k.read_money_sum) for which in (k.Money.IN, k.Money.OUT))
        return CashSums(*taken)

    def move_cash(self, move: CashMove) -> None:
        command = k.Command.CASH_IN if move.kind == "in" else k.Command.CASH_OUT
        answer = self._ask(k.cash(command, move.amount_minor))
        if answer.error:
            raise _not_issued(answer.error)

    def cash_moved(self, move: CashMove, before: CashSums) -> bool:
        return self.cash_sums() == before.with_(move)

    def print_copy(self, number: int | None) -> None:
        """Of its last document alone."""
        if number is not None and number != self.state().last_document:
            raise NotIssued(sentence("fiscal.no_copy"))
        self._done(k.plain(k.Command.REPEAT))

    def open_shift(self, cashier: str) -> None:
        self._of_shift(cashier, k.Command.BEGIN_OPENING, k.open_shift())

    def close_shift(self, cashier: str) -> None:
        if self.state().shift != "closed":
            self._of_shift(cashier, k.Command.BEGIN_CLOSING, k.plain(k.Command.Z_REPORT, k.ADMINISTRATOR))

    def x_report(self) -> None:
        self._done(k.plain(k.Command.X_REPORT, k.ADMINISTRATOR))

    def issue(self, document: FiscalDocument) -> Issued:
        """Every command before the last can be taken back; only the one that closes the receipt makes a document."""
        raise_impossible(document, self._form)
        last = closing(document, self._form, self._tax_system)
        try:
            self._check_marks(document)
            for raw in before_closing(document, self._form):
                self._done(raw)
        except (NotIssued, InDoubt, NoAnswer):
            self._give_up()
            raise
        answer = self._ask(last)
        if answer.error:
            self._give_up()
            raise _not_issued(answer.error)
        try:
            return issued(answer.data, document, self._form)
        except k.BadAnswer:
            raise InDoubt from None

    def _check_marks(self, document: FiscalDocument) -> None:
        """With FFD 1.2 the memory looks at each code before a receipt may have it. Raises NotIssued, NoAnswer."""
        for line in document.lines if self._form.ffd == "1.2" else ():
            if not line.mark:
                continue
            said = self._done(tagged.check_mark(line.mark.encode("ascii", "replace"), document.kind == "return"))
            is_good = tagged.is_good_mark(said)
            self._done(tagged.take_mark(is_good))
            if not is_good:
                raise NotIssued(sentence("fiscal.mark", name=line.name), sentence("fiscal.mark.hint"))

    def find(self, document: FiscalDocument, after: int) -> Issued | None:
        last = self.state().last_document
        for number in range(after + 1, min(last, after + MOST_DOCUMENTS_ASKED) + 1):
            found = self._told(k.find_document(number), k.read_found)
            if self._is_ours(number, found, document):
                return Issued(number, found.sign, found.local_time)
        return None

    def document(self, number: int) -> tuple[Field, ...] | None:
        """A document of the memory by its tags; None where the register has no such document, or gives none."""
        begun = self._lost_is_silence(tagged.begin_document(number))
        if begun.error:
            return None
        raw = b""
        for _ in range(MOST_BLOCKS):
            block = self._lost_is_silence(tagged.next_block())
            if block.error == tagged.NO_MORE or not block.data:
                break
            if block.error:
                return None
            raw += block.data
        try:
            return read(raw)
        except BadTlv:
            return None

    def _is_ours(self, number: int, found: k.Found, document: FiscalDocument) -> bool:
        """By the receipt's id in it. Kind and sum alone decide where the memory gives no document, or one without."""
        if document.correction is not None:
            return self._is_correction(number, found, document)
        sums = (found.kind, found.operation, found.total_minor)
        if sums != (RECEIPT, OPERATION[document.kind], document.total_minor):
            return False
        fields = self.document(number) or ()
        return document.is_named(find(fields, "extra", "extra_name"), find(fields, "extra", "extra_value"))

    def _is_correction(self, number: int, found: k.Found, document: FiscalDocument) -> bool:
        """By its tags alone: a register that gives none cannot say. Raises NoAnswer."""
        if found.kind in (RECEIPT, SHIFT_OPENED, SHIFT_CLOSED):
            return False
        fields = self.document(number)
        if fields is None:
            raise NoAnswer
        return is_correction(fields, document)

    def cancel_open(self) -> None:
        """A receipt first; what is open then is a shift's opening or closing that was broken off."""
        if self._lost_is_silence(k.plain(k.Command.CANCEL)).error:
            self._lost_is_silence(k.plain(k.Command.CANCEL_DOCUMENT, k.ADMINISTRATOR))

    def _of_shift(self, cashier: str, begin: k.Command, end: bytes) -> None:
        """A document of the shift with the cashier in it; a register that takes none names its own operator."""
        named = bool(cashier) and not self._lost_is_silence(k.plain(begin, k.ADMINISTRATOR)).error
        try:
            for raw in cashier_tags(cashier, self._form) if named else ():
                self._done(raw)
            self._done(end)
        except (NotIssued, NoAnswer):
            if named:
                self._give_up()
            raise

    def finish_print(self) -> None:
        self._done(k.plain(k.Command.CONTINUE_PRINT))

    def close(self) -> None:
        self._wire.close()

    def _give_up(self) -> None:
        """The half-made receipt goes, if the register can be told so; else it goes before the next."""
        try:
            self.cancel_open()
        except NoAnswer:
            return

    def _done(self, raw: bytes) -> bytes:
        """What the register says to it. Raises NotIssued where it refuses."""
        answer = self._lost_is_silence(raw)
        if answer.error:
            raise _not_issued(answer.error)
        return answer.data

    def _told(self, raw: bytes, read: Callable[[bytes], T]) -> T:
        """A question: it changes nothing, so an answer that is lost or makes no sense is no doubt."""
        answer = self._lost_is_silence(raw)
        if answer.error:
            raise NoAnswer
        try:
            return read(answer.data)
        except k.BadAnswer as error:
            raise NoAnswer from error

    def _lost_is_silence(self, raw: bytes) -> Answer:
        try:
            return ask(self._wire, raw)
        except (Lost, Silent):
            raise NoAnswer from None

    def _ask(self, raw: bytes) -> Answer:
        try:
            return ask(self._wire, raw)
        except Silent:
            raise NoAnswer from None
        except Lost:
            raise InDoubt from None


def _shift(is_open: bool, mode: int) -> ShiftState:
    if mode == k.Mode.SHIFT_OVER_24H:
        return "over_24h"
    return "open" if is_open else "closed"


def _paper(submode: int) -> Paper:
    if submode in (2, 3):
        return "waits"
    return "none" if submode == 1 else "there"


def _not_issued(error: int) -> NotIssued:
    why = WHY.get(error, "other")
    said = sentence("shtrih.other", number=error) if why == "other" else sentence(f"shtrih.{why}")
    return NotIssued(said, sentence("shtrih.hint"))
