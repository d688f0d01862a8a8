"""The fiscal register as the cashier sees it: how it stands, what is wrong, and what the till can do about it."""

import msgspec

from loyalty.money import MAX_MINOR
from terminal.session import commands as c
from terminal.session.doubts import MAX_DOCUMENT, MAX_NAME_CHARS
from terminal.session.parts import Step, refused, say, told
from terminal.session.state import State, Surroundings

replace = msgspec.structs.replace


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
    return state, (c.RecordCash(command.kind, command.amount_minor),)


def cash_recorded(state: State, command: c.CashRecorded, around: Surroundings) -> Step:
    said = told(replace(state, shift=command.shift), "ok", f"cash.{command.kind}", amount_minor=command.amount_minor)
    return said, (c.Signal("ok"),)


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
