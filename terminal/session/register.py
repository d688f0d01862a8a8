"""The fiscal register as the cashier sees it: how it stands, what is wrong, and what the till can do about it."""

import msgspec

from loyalty.money import MAX_MINOR
from loyalty.sentences import sentence
from loyalty.shift import in_drawer_minor
from terminal.session import asked
from terminal.session import commands as c
from terminal.session.correction import MOST_NTH, fault_of
from terminal.session.doubts import MAX_DOCUMENT, MAX_NAME_CHARS
from terminal.session.parts import Step, refuse, refused, say, told
from terminal.session.state import State, Surroundings

replace = msgspec.structs.replace


def waiting(state: State, command: object, around: Surroundings) -> Step | None:
    """While the register is asked, nothing else is asked of it, and nothing is sold that it would have to issue; while
    it closes the shift nothing begins at all. How it stands is asked beside everything."""
    match around.asked:
        case "look":
            # Its answer is on its way.
            return (state, ()) if isinstance(command, c.LookAtRegister) else None
        case "command" if isinstance(command, _OF_REGISTER):
            return refused(state, "register.asked", hint="register.asked.hint")
        case "shift" if type(command) in _BY_PEOPLE and not isinstance(command, c.Refresh):
            return refused(state, "register.asked", hint="register.asked.hint")
        case _:
            return None


_BY_PEOPLE = frozenset(
    each for each in vars(asked).values() if isinstance(each, type) and each.__module__ == asked.__name__
)
_OF_REGISTER = (
    c.LookAtRegister, c.PutRight, c.MoveCash, c.MakeCorrection, c.PrintCopy, c.ReprintReceipt, c.RenewShift, c.XReport,
    c.CloseShift, c.AskRegister, c.SettleDoubt, c.Tender, c.ConfirmReturn,
)  # fmt: skip


def look(state: State, command: c.LookAtRegister, around: Surroundings) -> Step:
    return state, (c.AskState(),)


def looked(state: State, command: c.RegisterLooked, around: Surroundings) -> Step:
    """Unasked, as at the opening of a shift, only what is wrong is said; nobody is told that all is well."""
    seen = command.seen
    if seen is None:
        # No mistake: cash in and out are recorded without a register too.
        return (state, ()) if command.unasked else (told(replace(state, register=None), "info", "register.none"), ())
    state = replace(state, register=seen)
    if not seen.troubles:
        return (state, ()) if command.unasked else (told(state, "ok", "register.well"), ())
    first = seen.troubles[0]
    return say(state, "warn", first.said, first.hint), ()


def put_right(state: State, command: c.PutRight, around: Surroundings) -> Step:
    by = " ".join(command.by.split())
    if command.way == "accept_memory" and (not by or len(by) > MAX_NAME_CHARS):
        return refused(state, "doubt.who")
    return state, (c.MendRegister(command.way, by),)


def move_cash(state: State, command: c.MoveCash, around: Surroundings) -> Step:
    if state.shift is None:
        return refused(state, "not_now.closed", hint="not_now.closed.hint")
    if not 0 < command.amount_minor <= MAX_MINOR:
        return refused(state, "pay.amount")
    drawer_minor = in_drawer_minor(state.shift.totals)
    if command.kind == "out" and not around.is_fiscal and command.amount_minor > drawer_minor:
        # A register counts its own drawer, over shifts too, and says no itself.
        return refused(state, "cash.too_much", hint="cash.too_much.hint", drawer_minor=max(0, drawer_minor))
    return state, (c.RecordCash(command.kind, command.amount_minor, command.id),)


def cash_recorded(state: State, command: c.CashRecorded, around: Surroundings) -> Step:
    said = told(replace(state, shift=command.shift), "ok", f"cash.{command.kind}", amount_minor=command.amount_minor)
    return said, (c.Signal("ok"),)


def make_correction(state: State, command: c.MakeCorrection, around: Surroundings) -> Step:
    if state.shift is None:
        return refused(state, "not_now.closed", hint="not_now.closed.hint")
    if not around.is_fiscal:
        return refused(state, "register.none")
    fault = fault_of(command.draft, around.moment.local_date)
    if fault is not None or not 0 < command.nth <= MOST_NTH:
        return refuse(state, fault or sentence("correct.sum"))
    return state, (c.IssueCorrection(command.draft, command.nth),)


def correction_issued(state: State, command: c.CorrectionIssued, around: Surroundings) -> Step:
    if not command.before:
        if state.register is not None and command.fiscal_number.isdigit():
            seen = replace(state.register, last_document=int(command.fiscal_number), shift="open")
            state = replace(state, register=seen)
        return told(state, "ok", "correct.done", number=command.fiscal_number), (c.Signal("ok"),)
    said = sentence("correct.before", number=command.fiscal_number, nth=command.nth + 1)
    return say(state, "warn", said, sentence("correct.before.hint")), (c.Signal("error"),)


def correction_settled(state: State, command: c.CorrectionSettled, around: Surroundings) -> Step:
    if command.fiscal_number:
        return told(state, "ok", "correct.done", number=command.fiscal_number), (c.Signal("ok"),)
    return told(state, "ok", "correct.not_issued", number=command.number), (c.Signal("ok"),)


def print_copy(state: State, command: c.PrintCopy, around: Surroundings) -> Step:
    if command.document is not None and not 0 < command.document <= MAX_DOCUMENT:
        return refused(state, "doubt.document")
    return state, (c.CopyDocument(command.document),)


def copy_printed(state: State, command: c.CopyPrinted, around: Surroundings) -> Step:
    return told(state, "ok", "register.copied"), (c.Signal("ok"),)


def renew_shift(state: State, command: c.RenewShift, around: Surroundings) -> Step:
    return state, (c.ChangeShift(),)


def renewed(state: State, command: c.ShiftRenewed, around: Surroundings) -> Step:
    """The receipt goes on where it was."""
    state = replace(state, shift=command.shift, register=None)
    hint = "shift.renewed.pay" if state.mode == "pay" else ""
    said = told(state, "ok", "shift.renewed", hint=hint, closed=command.closed, number=command.shift.shift_no)
    return said, (c.Signal("ok"),)
