"""The shift, its reports, new members and consents."""

from typing import Literal

import msgspec

from loyalty.codes import CardCode, PhoneCode, classify, parse_phone
from loyalty.events import Consent
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
    closed = replace(fresh(replace(state, shift=None), around.store), slip=command.slip)
    return told(closed, "ok", "shift.closed", number=number), ()


def x_report(state: State, command: c.XReport, around: Surroundings) -> Step:
    return state, (c.MakeXReport(),)


def report_made(state: State, command: c.ReportMade, around: Surroundings) -> Step:
    state = replace(state, slip=command.slip)
    if command.without is not None:
        return say(state, "warn", command.without, sentence("shift.report_ours")), ()
    return state, ()


def mend(state: State, command: c.Mend, around: Surroundings) -> Step:
    return state, (c.BeginEpoch(command.by),)


def epoch_ready(state: State, command: c.EpochReady, around: Surroundings) -> Step:
    return told(state, "ok", "mend.done", reissued=command.reissued), ()


def enrol(state: State, command: c.Enrol, around: Surroundings) -> Step:
    phone = parse_phone(command.phone)
    if phone is None:
        return refused(state, "code.phone", text=command.phone[:40])
    if not command.processing:
        return refused(state, "member.needs_consent")
    version = around.programme.consent_version
    consents = (Consent("processing", version, True), Consent("advertising", version, command.advertising))
    invited_by = _inviter(command.invited_by, around)
    if invited_by is None and command.invited_by.strip():
        return refused(state, "member.no_inviter", hint="member.no_inviter.hint")
    return state, (c.EnrolMember(phone, " ".join(command.name.split())[:80], consents, invited_by),)


def _inviter(text: str, around: Surroundings) -> tuple[str, Literal["card", "phone"]] | None:
    """A card or a phone, as it was typed."""
    match classify(text, around.programme.codes):
        case CardCode(number):
            return number, "card"
        case PhoneCode(e164):
            return e164, "phone"
        case _:
            return None


def change_consent(state: State, command: c.ChangeConsent, around: Surroundings) -> Step:
    member = state.basket.member
    if member is None:
        return refused(state, "member.none")
    if command.purpose == "processing" and not command.given:
        return refused(state, "member.processing_kept")
    consent = Consent(command.purpose, around.programme.consent_version, command.given)
    return state, (c.RecordConsent(member, consent),)


def consent_recorded(state: State, command: c.ConsentRecorded, around: Surroundings) -> Step:
    code = "member.consent_given" if command.consent.given else "member.consent_withdrawn"
    return told(state, "ok", code), ()


def failed(state: State, command: c.Failed, around: Surroundings) -> Step:
    return say(replace(state, multiplier_milli=0), "error", command.said, command.hint), (c.Signal("error"),)
