"""The receipts of the shift: listed, looked at, printed again; and the language they are in."""

import msgspec

from terminal.session import commands as c
from terminal.session.parts import Step, refused, told
from terminal.session.receipts import MOST_LISTED, ReceiptList
from terminal.session.state import State, Surroundings

replace = msgspec.structs.replace


def ask(state: State, command: c.ListReceipts, around: Surroundings) -> Step:
    if state.shift is None:
        return refused(state, "not_now.closed", hint="not_now.closed.hint")
    return state, (c.FindReceipts(state.shift.shift_id),)


def found(state: State, command: c.ReceiptsFound, around: Surroundings) -> Step:
    """An empty list says so instead."""
    if not command.rows:
        return told(replace(state, receipts=None), "info", "receipts.none"), ()
    state = replace(state, receipts=ReceiptList(command.rows, command.more))
    return (told(state, "info", "receipts.more", count=MOST_LISTED) if command.more else state), ()


def look(state: State, command: c.LookAtReceipt, around: Surroundings) -> Step:
    return state, (c.MakeSlip(command.number),)


def made(state: State, command: c.SlipMade, around: Surroundings) -> Step:
    if state.receipts is None:
        return state, ()
    return replace(state, receipts=replace(state.receipts, number=command.number, slip=command.slip)), ()


def reprint(state: State, command: c.ReprintReceipt, around: Surroundings) -> Step:
    return state, (c.PrintAgain(command.number),)


def printed(state: State, command: c.PrintedAgain, around: Surroundings) -> Step:
    return told(state, "ok", f"receipts.copy_{command.by}", number=command.number), (c.Signal("ok"),)


def speak(state: State, command: c.Speak, around: Surroundings) -> Step:
    return state, (c.SpeakOn(command.lang),)


def spoken(state: State, command: c.Spoken, around: Surroundings) -> Step:
    return (replace(state, slip=command.slip) if state.slip and command.slip else state), ()
