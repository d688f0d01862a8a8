"""The shift and its reports; what came to nothing."""

import msgspec

from loyalty.sentences import sentence
from terminal.session import commands as c
from terminal.session.parts import Step, fresh, refused, say, told
from terminal.session.state import State, Surroundings

replace = msgspec.structs.replace
MAX_CASHIER_CHARS = 40


def open_shift(state: State, command: c.OpenShift, around: Surroundings) -> Step:
    cashier = command.cashier.strip()
    if not cashier or len(cashier) > MAX_CASHIER_CHARS:
        return refused(state, "shift.cashier")
    return state, (c.StartShift(cashier),)


def started(state: State, command: c.ShiftStarted, around: Surroundings) -> Step:
    opened = fresh(replace(state, shift=command.shift), around.store)
    return told(opened, "ok", "shift.opened", number=command.shift.shift_no), (c.AskState(unasked=True),)


def close_shift(state: State, command: c.CloseShift, around: Surroundings) -> Step:
    if state.basket.lines:
        return refused(state, "shift.basket")
    return state, (c.EndShift(),)


def ended(state: State, command: c.ShiftEnded, around: Surroundings) -> Step:
    number = state.shift.shift_no if state.shift else 0
    closed = replace(fresh(replace(state, shift=None), around.store), slip=command.slip, is_report=True)
    return told(closed, "ok", "shift.closed", number=number), ()


def x_report(state: State, command: c.XReport, around: Surroundings) -> Step:
    return state, (c.MakeXReport(),)


def report_made(state: State, command: c.ReportMade, around: Surroundings) -> Step:
    state = replace(state, slip=command.slip, is_report=True)
    if command.without is not None:
        return say(state, "warn", command.without, sentence("shift.report_ours")), ()
    return state, ()


def mend(state: State, command: c.Mend, around: Surroundings) -> Step:
    return state, (c.BeginEpoch(command.by),)


def epoch_ready(state: State, command: c.EpochReady, around: Surroundings) -> Step:
    return told(state, "ok", "mend.done", reissued=command.reissued), ()


def failed(state: State, command: c.Failed, around: Surroundings) -> Step:
    return say(replace(state, multiplier_milli=0), "error", command.said, command.hint), (c.Signal("error"),)
