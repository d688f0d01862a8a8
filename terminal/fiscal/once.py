"""Exactly one fiscal document for each receipt, whatever fails between the till and the register.

    PREPARED (the journal's) -> SENT, before a byte goes out -> the register -> ISSUED -> COMPLETED (the journal's)

SENT names the fiscal memory and its last document of that moment. While a document is SENT and not ISSUED nothing new
is sent: the register is asked first. Its memory says whether there is a document after that one which is ours; then
its number is taken over, else nothing was made and the receipt may be sent again. Where it cannot be asked, the answer
is `Unknown`, and stays so until it can be, or until a person has looked (`settle`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from msgspec.structs import replace

from loyalty.receipt import Receipt
from loyalty.sentences import Sentence, sentence
from terminal.fiscal.cash import CashOnce
from terminal.fiscal.document import FiscalDocument, PointsAs, fiscal_document
from terminal.fiscal.drawer import CashMove, Copies
from terminal.fiscal.hints import kept_from, refused, refused_command
from terminal.fiscal.port import FiscalPort, InDoubt, Inspected, Issued, NoAnswer, NotIssued, State
from terminal.fiscal.register import Answer, Corrected, InQuestion, Recalled, Refused, Registered, Unknown
from terminal.fiscal.sent import FiscalJournal, Sent
from terminal.fiscal.slip_codes import fiscal_code
from terminal.fiscal.standing import Seen, Trouble, Way, look, of_paper, swapped
from terminal.fiscal.tags import FiscalVat
from terminal.fiscal.turns import Turn, in_turns

log = logging.getLogger("till")


@in_turns
class FiscalRegister:
    """A Register over any port: the same receipt again finds the document it has."""

    def __init__(
        self,
        port: FiscalPort,
        journal: FiscalJournal,
        points_as: PointsAs = "discount",
        advance_vat: FiscalVat = "none",
    ) -> None:
        self._port = port
        self._journal = journal
        self._points_as = points_as
        self._advance_vat = advance_vat
        self._cash = CashOnce(port, journal, self._ready)
        self._in_question: InQuestion | None = None
        self.turn = Turn()

    def register(self, receipt: Receipt, key: str, buyer: str = "") -> Answer:
        return self.make(fiscal_document(receipt, self._points_as, self._advance_vat, buyer), receipt)

    def make(
        self, document: FiscalDocument, receipt: Receipt | None = None, event_id: str = "", at_ms: int = 0
    ) -> Answer:
        """A receipt's document, or a correction; the same again is the one that there is."""
        key = document.key
        unknown = self.ask_open(key)
        if unknown is not None:
            return unknown
        known = self._journal.sent_of(key)
        if known is not None and known.issued is not None:
            return Registered(str(known.issued.document))
        try:
            state = self._ready(document.cashier)
        except (NotIssued, NoAnswer) as why:
            return refused(why)
        return self._send(Sent(document, receipt, state.serial, state.last_document, None, event_id, at_ms))

    def correct(self, document: FiscalDocument, event_id: str, at_ms: int) -> Answer:
        return self.make(document, None, event_id, at_ms)

    def corrected(self, key: str) -> Corrected | None:
        sent = self._journal.sent_of(key)
        return _corrected(sent) if sent is not None else None

    def corrections_left(self) -> tuple[Corrected, ...]:
        return tuple(found for sent in self._journal.corrections_left() if (found := _corrected(sent)) is not None)

    def correction_recorded(self, key: str) -> None:
        self._journal.correction_recorded(key)

    def in_question(self) -> InQuestion | None:
        return self._in_question

    def ask_open(self, key: str = "") -> Unknown | Refused | None:
        """Settle what was sent and never answered. Where the register cannot say: Unknown of the receipt of `key`,
        Refused of any other, since this one has certainly not been sent."""
        for sent in self._journal.open_sent():
            unknown = self._ask(sent)
            if unknown is not None:
                return unknown if sent.document.key == key else Refused(unknown.said, unknown.hint)
        self._in_question = None
        return None

    def recall(self, key: str) -> Recalled | None:
        sent = self._journal.sent_of(key)
        if sent is not None and sent.issued is None and sent.receipt is not None:
            unknown = self._ask(sent)
            if unknown is not None:
                return Recalled(sent.receipt, unknown)
            sent = self._journal.sent_of(key)
        if sent is None or sent.issued is None or sent.receipt is None:
            return None
        return Recalled(sent.receipt, Registered(str(sent.issued.document)))

    def state_now(self) -> State | None:
        """How the register stands, for a thread that is not the sale's; None while it is at work. Raises NoAnswer."""
        with self.turn.taken_if_free() as free:
            return self._port.state() if free else None

    def known_memory(self) -> str:
        """The fiscal memory this till works with; empty before its first document. Raises StoreFault."""
        return self._journal.memory()

    def code_of(self, key: str) -> str:
        """What the QR code of the receipt's document says; empty without one. Raises StoreFault."""
        sent = self._journal.sent_of(key)
        return fiscal_code(sent.document, sent.serial, sent.issued) if sent is not None and sent.issued else ""

    def look(self, now: str) -> Seen:
        try:
            seen = look(self._port, self._journal.memory(), now)
            doubt = self._cash.ask_open()
            if doubt is None:
                return seen
            trouble = Trouble(doubt.said, doubt.hint or sentence("fiscal.cash_doubt.hint"))
            return replace(seen, troubles=(trouble, *seen.troubles))
        except NoAnswer as why:
            answer = refused_command(why)
            return Seen(None, troubles=(Trouble(answer.said, answer.hint or sentence("fiscal.silent_report.hint")),))

    def put_right(self, way: Way, now: str, by: str) -> Refused | None:
        match way:
            case "print_on":
                return _told(self._port.finish_print)
            case "accept_memory":
                return _told(lambda: self._journal.keep_memory(self._port.state().serial, by))
            case "set_clock" if isinstance(port := self._port, Inspected):
                return _told(lambda: port.set_clock(now))
            case _:
                return None

    def move_cash(self, move: CashMove) -> Answer:
        return self._cash.move(move)

    def cash_left(self, ask: bool) -> tuple[CashMove, ...]:
        if ask:
            self._cash.ask_open()
        return tuple(sent.move for sent in self._journal.cash_sent() if sent.done)

    def cash_recorded(self, key: str) -> None:
        self._journal.drop_cash(key)

    def print_copy(self, number: int | None) -> Refused | None:
        port = self._port
        return (
            _told(lambda: port.print_copy(number)) if isinstance(port, Copies) else Refused(sentence("fiscal.no_copy"))
        )

    def x_report(self) -> Refused | None:
        return _told(self._port.x_report)

    def close_shift(self, cashier: str) -> Refused | None:
        """While a receipt is in doubt its shift stays open: the doubt is settled within it."""
        refused = self.ask_open()
        if isinstance(refused, Refused):
            return refused
        if self._journal.cash_sent():
            return Refused(sentence("fiscal.cash_left"), sentence("fiscal.cash_left.hint"))
        return _told(lambda: self._port.close_shift(cashier))

    def close(self) -> None:
        self._port.close()
        self._journal.close()

    def state_seen(self, key: str, document: int | None, by: str) -> None:
        log.warning("fiscal_settled_by_person", extra={"key": key, "document": document, "by": by})
        self.settle(key, None if document is None else Issued(document, 0))

    def settle(self, key: str, issued: Issued | None) -> None:
        """There is this document of it, or there is none."""
        if self._in_question is not None and self._in_question.document.key == key:
            self._in_question = None
        if issued is None:
            self._journal.drop_sent(key)
        else:
            self._journal.keep_issued(key, issued)

    def _ready(self, cashier: str) -> State:
        """The register as it stands, ready for a receipt: a shift open, none of its receipts half made."""
        state = self._port.state()
        self._know(state.serial)
        if state.receipt_open:
            self._port.cancel_open()
        if state.paper == "waits" and not state.cover_open:
            self._port.finish_print()
        else:
            for trouble in of_paper(state):
                raise kept_from(trouble)
        if state.shift == "over_24h":
            raise NotIssued(sentence("fiscal.over_24h"), sentence("fiscal.over_24h.hint"))
        if state.shift == "closed":
            self._port.open_shift(cashier)
        return self._port.state()

    def _know(self, serial: str) -> None:
        """Another fiscal memory than the one worked with last is taken only on a manager's word."""
        known = self._journal.memory()
        if not known:
            self._journal.keep_memory(serial, "")
        elif known != serial:
            trouble = swapped(known, serial)
            raise NotIssued(trouble.said, trouble.hint)

    def _send(self, sent: Sent) -> Answer:
        self._journal.keep_sent(replace(sent, document=replace(sent.document, buyer="")))
        try:
            issued = self._port.issue(sent.document)
        except (NotIssued, NoAnswer) as why:
            self._journal.drop_sent(sent.document.key)
            return refused(why)
        except InDoubt:
            return self._ask(sent) or self._settled(sent.document.key)
        self._journal.keep_issued(sent.document.key, issued)
        return Registered(str(issued.document))

    def _settled(self, key: str) -> Answer:
        known = self._journal.sent_of(key)
        if known is not None and known.issued is not None:
            return Registered(str(known.issued.document))
        return Refused(sentence("fiscal.not_taken"), sentence("fiscal.not_taken.hint"))

    def _ask(self, sent: Sent) -> Unknown | None:
        unknown = self._asked(sent)
        self._in_question = InQuestion(sent.document, unknown) if unknown and sent.receipt is None else None
        return unknown

    def _asked(self, sent: Sent) -> Unknown | None:
        """What became of a document: after this it is ISSUED, or dropped, or nobody can say."""
        key, number = sent.document.key, sent.document.number
        try:
            state = self._port.state()
            if state.serial != sent.serial:
                return _other_memory(number, sent.serial, state.serial)
            if state.receipt_open:
                self._port.cancel_open()
            found = self._port.find(sent.document, sent.last_document)
        except NoAnswer as why:
            told = why.said or sentence("fiscal.silent")
            said, hint = sentence("fiscal.doubt", number=number), why.hint or sentence("fiscal.doubt.hint")
            return Unknown(said, hint, told, sent.serial)
        self.settle(key, found)
        return None


def _told(do: Callable[[], None]) -> Refused | None:
    try:
        do()
    except (NotIssued, NoAnswer) as why:
        return refused_command(why)
    return None


def _corrected(sent: Sent) -> Corrected | None:
    if sent.receipt is not None or sent.issued is None:
        return None
    return Corrected(sent.document, str(sent.issued.document), sent.serial, sent.event_id, sent.at_ms)


def _other_memory(number: str, was: str, now: str) -> Unknown:
    said: Sentence = sentence("fiscal.other_memory", number=number, was=was, now=now)
    return Unknown(said, sentence("fiscal.other_memory.hint"), sentence("fiscal.memory_now", now=now), was)
