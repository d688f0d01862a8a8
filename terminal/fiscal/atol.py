"""ATOL registers, by the JSON tasks of their driver's web server.

The task of a receipt has the same uuid for ever, and the server takes no uuid twice: so whatever is lost on the way,
the same receipt sent again is refused, and what became of the first is asked. In doubt, the uuid is looked up; where
the server has never seen it, it is taken with a question, so that a request that is late finds it taken. Only then the
fiscal memory is searched. A task whose end the server itself does not know stops its queue: nothing is sent past it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar
from uuid import uuid4

import msgspec

from loyalty.sentences import Sentence, sentence
from terminal.fiscal.atol_cash import ShiftTotals, copy_task, move_cash
from terminal.fiscal.atol_correction import document_task
from terminal.fiscal.atol_link import AtolLink, Outcome
from terminal.fiscal.atol_tasks import (
    DeviceStatus,
    FnDocument,
    FnInfo,
    FnStatus,
    OfdStatus,
    ShiftStatus,
    Task,
    Taxation,
    issued_of,
    minute,
    operator,
    uuid_of,
)  # fmt: skip
from terminal.fiscal.correction import raise_impossible
from terminal.fiscal.document import FiscalDocument, Form
from terminal.fiscal.drawer import CashMove, CashSums
from terminal.fiscal.port import InDoubt, Issued, NoAnswer, NotIssued, Paper, State, Unsent

DOCUMENT_S = 30.0
"""A register prints before a task is ready, and a long receipt takes seconds."""
QUESTION_S = 10.0
MOST_ATTEMPTS = 30
"""Tasks one receipt may come to: each that failed, and each that a question has taken its place."""
MOST_DOCUMENTS_ASKED = 200
FN_STATUS: Task = {"type": "getFnStatus"}
ALL_STATUS: list[Task] = [{"type": "getDeviceStatus"}, {"type": "getFnInfo"}, FN_STATUS, {"type": "getShiftStatus"}]
T = TypeVar("T")


class Atol:
    """A FiscalPort over the web server. A receipt is one task, so there is never one half made."""

    def __init__(
        self,
        link: AtolLink,
        taxation: Taxation = "osn",
        form: Form | None = None,
        new_uuid: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._link = link
        self._taxation = taxation
        self._form = form or Form()
        self._new_uuid = new_uuid
        self._unprinted: Literal["no", "perhaps", "yes"] = "no"
        """After a refusal it may be that a document made before this start waits for paper: nothing else would do."""

    def state(self) -> State:
        device, info, status, shift = self._told(*ALL_STATUS)
        found = _read(device, "deviceStatus", DeviceStatus)
        stands = _read(shift, "shiftStatus", ShiftStatus).shift()
        if stands is None:
            raise NoAnswer
        return State(
            _read(info, "fnInfo", FnInfo).serial,
            _read(status, "fnStatus", FnStatus).fiscal_document_number,
            stands,
            self._paper(found.paper_present),
            local_time=minute(found.current_date_time),
            cover_open=found.cover_opened,
        )

    def cash_sums(self) -> CashSums:
        (outcome,) = self._told({"type": "getShiftTotals"})
        return _read(outcome, "shiftTotals", ShiftTotals).sums()

    def move_cash(self, move: CashMove) -> None:
        move_cash(self._link, move, operator(move.cashier, self._form), self._refused, self.cash_sums)

    def cash_moved(self, move: CashMove, before: CashSums) -> bool:
        """By its uuid, so that a request that is late does nothing; what failed may yet have been counted."""
        for attempt in range(MOST_ATTEMPTS):
            outcome = self._taken_or_found(uuid_of(move.key, attempt))
            if outcome is None:
                break
            if outcome.status == "ready":
                return True
        return self.cash_sums() == before.with_(move)

    def print_copy(self, number: int | None) -> None:
        self._done(copy_task(number))

    def open_shift(self, cashier: str) -> None:
        self._done({"type": "openShift", **operator(cashier, self._form)})

    def close_shift(self, cashier: str) -> None:
        if self.state().shift != "closed":
            self._done({"type": "closeShift", **operator(cashier, self._form)})

    def x_report(self) -> None:
        self._done({"type": "reportX"})

    def clock(self) -> str:
        return self.state().local_time

    def unsent(self) -> Unsent:
        (outcome,) = self._told({"type": "ofdExchangeStatus"})
        found = _read(outcome, "status", OfdStatus)
        return Unsent(found.not_sent_count, minute(found.since) if found.not_sent_count else "")

    def set_clock(self, local_time: str) -> None:
        self._done({"type": "setDateTime", "dateTime": f"{local_time[:16].replace('-', '.').replace('T', ' ')}:00"})

    def issue(self, document: FiscalDocument) -> Issued:
        raise_impossible(document, self._form)
        before = self._last_document()
        task = document_task(document, self._taxation, self._form)
        for attempt in range(MOST_ATTEMPTS):
            uuid = uuid_of(document.key, attempt)
            try:
                put = self._link.put(uuid, [task])
            except InDoubt:
                put = "taken"
            if put == "bad":
                raise NotIssued(sentence("atol.bad_task"), sentence("atol.hint"))
            if put != "known":
                return self._made(uuid, before)
            issued = self._made_before(uuid)
            if issued is not None:
                return issued
        raise NotIssued(sentence("atol.attempts"), sentence("atol.attempts.hint"))

    def find(self, document: FiscalDocument, after: int) -> Issued | None:
        for attempt in range(MOST_ATTEMPTS):
            outcome = self._taken_or_found(uuid_of(document.key, attempt))
            if outcome is None:
                break
            issued = self._issued(outcome)
            if issued is not None and issued.document > after:
                return issued
        return self._in_memory(document, after)

    def cancel_open(self) -> None:
        """There is none: the server gives up what it could not finish."""

    def finish_print(self) -> None:
        was, self._unprinted = self._unprinted, "no"
        try:
            self._done({"type": "continuePrint"})
        except NotIssued:
            self._unprinted = "yes" if was == "yes" else "no"
            if was == "yes":
                raise

    def close(self) -> None:
        self._link.close()

    def _made(self, uuid: str, before: int) -> Issued:
        """What became of a task just sent. That it failed is believed when the memory has no new document."""
        try:
            ended = self._link.wait(uuid, DOCUMENT_S)
            if ended is None or ended[0].status == "blocked":
                raise InDoubt
            issued = self._issued(ended[0])
            if issued is not None:
                return issued
            if ended[0].status == "ready" or self._last_document() != before:
                raise InDoubt
        except NoAnswer:
            raise InDoubt from None
        raise self._refused(ended[0])

    def _made_before(self, uuid: str) -> Issued | None:
        """Of a task that was sent some time before; None: it failed, and was settled as such."""
        try:
            ended = self._link.wait(uuid, DOCUMENT_S)
        except NoAnswer:
            raise InDoubt from None
        return self._issued(ended[0]) if ended else None

    def _issued(self, outcome: Outcome) -> Issued | None:
        if outcome.status != "ready":
            return None
        warnings = (outcome.result or {}).get("warnings")
        if isinstance(warnings, dict) and warnings.get("notPrinted") is True:
            self._unprinted = "yes"
        return issued_of(outcome)

    def _taken_or_found(self, uuid: str) -> Outcome | None:
        """How the task stands that has this uuid; None: none had it, and now a question has."""
        try:
            put = self._link.put(uuid, [FN_STATUS])
        except InDoubt:
            raise NoAnswer from None
        if put == "bad":
            raise NoAnswer
        if put != "known":
            return None
        ended = self._link.wait(uuid, QUESTION_S)
        if not ended:
            raise NoAnswer
        return ended[0]

    def _in_memory(self, document: FiscalDocument, after: int) -> Issued | None:
        last = self._last_document()
        for number in range(after + 1, min(last, after + MOST_DOCUMENTS_ASKED) + 1):
            (outcome,) = self._told({"type": "getFnDocument", "fiscalDocumentNumber": number, "withRawData": False})
            found = _read(outcome, "documentTLV", FnDocument)
            if found.is_of(document):
                return Issued(number, int(found.sign) if str(found.sign).isdigit() else 0, minute(found.at))
        return None

    def _last_document(self) -> int:
        (outcome,) = self._told(FN_STATUS)
        return _read(outcome, "fnStatus", FnStatus).fiscal_document_number

    def _paper(self, is_there: bool) -> Paper:
        if self._unprinted == "yes" or (self._unprinted == "perhaps" and is_there):
            return "waits"
        return "there" if is_there else "none"

    def _told(self, *tasks: Task) -> tuple[Outcome, ...]:
        """Questions: they change nothing, so an answer that is lost is no doubt. Raises NoAnswer."""
        ended = self._ended(list(tasks), QUESTION_S)
        failed = next((each for each in ended if each.status != "ready"), None)
        if failed is not None:
            raise NoAnswer(*_said(failed))
        return ended

    def _done(self, task: Task) -> None:
        """Raises NotIssued, NoAnswer."""
        (ended,) = self._ended([task], DOCUMENT_S)
        if ended.status == "blocked":
            raise NoAnswer(sentence("atol.stopped"), sentence("atol.stopped.hint"))
        if ended.status != "ready":
            raise self._refused(ended)

    def _refused(self, outcome: Outcome) -> NotIssued:
        if self._unprinted == "no":
            self._unprinted = "perhaps"
        return NotIssued(*_said(outcome))

    def _ended(self, tasks: list[Task], most_s: float) -> tuple[Outcome, ...]:
        uuid = self._new_uuid()
        try:
            put = self._link.put(uuid, tasks)
        except InDoubt:
            raise NoAnswer from None
        if put == "stopped":
            raise NoAnswer(sentence("atol.stopped"), sentence("atol.stopped.hint"))
        ended = self._link.wait(uuid, most_s) if put == "taken" else None
        if ended is None or len(ended) != len(tasks):
            raise NoAnswer
        return ended


def _read(outcome: Outcome, name: str, kind: type[T]) -> T:
    try:
        return msgspec.convert((outcome.result or {}).get(name), kind, strict=False)
    except msgspec.ValidationError as error:
        raise NoAnswer(sentence("atol.other_server"), sentence("atol.other_server.hint")) from error


def _said(failed: Outcome) -> tuple[Sentence, Sentence]:
    fault = failed.fault()
    return sentence("atol.refused", text=fault.description or failed.status, number=fault.code), sentence("atol.hint")
