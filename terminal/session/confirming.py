"""Confirming the phone of a member found by it: a code is asked for, typed, and checked by the head office.

The till goes on selling meanwhile. An answer counts only if it is of the confirmation under way, and the member of the
receipt is still the one it was begun for; any other is dropped.
"""

import msgspec

from loyalty.basket import Basket
from loyalty.member import Member
from loyalty.quoting.identified import offline_cap_points
from loyalty.sentences import Sentence, sentence
from terminal.session import commands as c
from terminal.session import payment
from terminal.session.parts import Step, refuse, refused, requoted, told
from terminal.session.state import Confirming, State, Surroundings

replace = msgspec.structs.replace
_BY_THE_KEY = ("redeem.confirm_phone", "cost.confirm_phone")


def begin(state: State, command: c.ConfirmPhone, around: Surroundings) -> Step:
    """Have a code sent; or another one, when the time for it has come."""
    refusal = _refusal(state, around)
    if refusal is not None:
        return refusal
    member, under_way = state.basket.member, state.confirming
    assert member is not None
    if under_way and under_way.stage in ("sending", "checking"):
        return state, ()
    wait_ms = under_way.resend_at_ms - around.moment.at_ms if under_way else 0
    if wait_ms > 0:
        return refused(state, "confirm.wait", seconds=-(-wait_ms // 1000))
    state = replace(state, confirming=Confirming(member.member_id, member.phone_tail))
    return state, (c.SendCode(member.member_id, member.account_id),)


def _refusal(state: State, around: Surroundings) -> Step | None:
    member = state.basket.member
    if member is None:
        return refused(state, "member.none")
    if member.identified_by == "phone_code":
        return told(state, "info", "confirm.already"), ()
    if member.blocked:
        return refused(state, "member.blocked")
    rule = around.programme.redeem.identified_by
    if member.identified_by != "phone" or "phone" in rule or "phone_code" not in rule:
        return refused(state, "confirm.no_need")
    return refused(state, "not_now.pay", hint="not_now.pay.hint") if state.tenders else None


def asked(state: State, command: c.CodeAsked, around: Surroundings) -> Step:
    """The request is on its way, under this id."""
    if state.confirming is None or state.confirming.confirmation_id:
        return state, ()
    return replace(state, confirming=replace(state.confirming, confirmation_id=command.confirmation_id)), ()


def sent(state: State, command: c.CodeSent, around: Surroundings) -> Step:
    of = _of(state, command.confirmation_id)
    if of is None:
        return state, ()
    again_ms = around.moment.at_ms + command.resend_after_s * 1000
    of = replace(of, stage="sent", digits=command.digits, resend_at_ms=again_ms)
    return told(replace(state, confirming=of), "ok", "confirm.sent", tail=of.phone_tail), (c.Signal("ok"),)


def enter(state: State, command: c.EnterCode, around: Surroundings) -> Step:
    """The code as the member said it: spaces and dashes in it do not matter."""
    of = state.confirming
    if of is None:
        return refused(state, "confirm.none")
    if of.stage == "checking":
        return state, ()
    if of.stage == "sending":
        return refused(state, "confirm.sending")
    if of.stage == "ended":
        return refused(state, "confirm.ended", hint="confirm.key")
    code = "".join(char for char in command.code if char not in " -")
    if len(code) != of.digits or not (code.isascii() and code.isdigit()):
        return refused(state, "confirm.digits", digits=of.digits)
    member = state.basket.member
    assert member is not None
    state = replace(state, confirming=replace(of, stage="checking"))
    return state, (c.CheckCode(of.confirmation_id, member.member_id, member.account_id, code),)


def checked(state: State, command: c.CodeChecked, around: Surroundings) -> Step:
    of = _of(state, command.confirmation_id)
    if of is None or of.stage != "checking":
        return state, ()
    match command.state:
        case "confirmed":
            return _confirmed(state, of, around)
        case "wrong":
            state = replace(state, confirming=replace(of, stage="sent", tries_left=command.tries_left))
            return refused(state, "confirm.wrong", tries_left=command.tries_left)
        case "ended":
            state = replace(state, confirming=replace(of, stage="ended"))
            return refused(state, "confirm.ended", hint="confirm.key")


def _confirmed(state: State, of: Confirming, around: Surroundings) -> Step:
    """It holds until the sale ends, whatever is undone in it."""
    undo = tuple(_with_code(basket, of.member_id) for basket in state.undo)
    basket = _with_code(state.basket, of.member_id)
    state = requoted(replace(state, basket=basket, undo=undo, confirming=None), around)
    if state.mode == "pay" and not state.tenders:
        state = payment.quoted_again(state, around)
    return told(state, "ok", "confirm.done"), (c.Signal("ok"),)


def _with_code(basket: Basket, member_id: str) -> Basket:
    member = basket.member
    if member is None or member.member_id != member_id or member.identified_by != "phone":
        return basket
    return replace(basket, member=replace(member, identified_by="phone_code"))


def failed(state: State, command: c.ConfirmFailed, around: Surroundings) -> Step:
    """No code was sent, or none could be checked: then the same one may be entered again."""
    of = _of(state, command.confirmation_id)
    if of is None:
        return state, ()
    kept = replace(of, stage="sent") if of.stage == "checking" else None
    state = replace(state, confirming=kept)
    match command.why:
        case "wait":
            return refused(state, "confirm.wait", seconds=command.retry_after_s)
        case "no_messages":
            return refused(state, "confirm.no_messages", hint="confirm.scan_card")
        case "refused":
            return refused(state, "confirm.refused", hint="confirm.scan_card")
        case "offline":
            return _unreachable(state, around)


def _unreachable(state: State, around: Surroundings) -> Step:
    """What the programme lets a phone spend that cannot be confirmed now."""
    points = offline_cap_points(around.programme.redeem, "phone")
    hint = sentence("confirm.offline_cap", points=points) if points else sentence("confirm.scan_card")
    return refuse(state, sentence("confirm.unreachable"), hint)


def cancel(state: State, command: c.CancelConfirm, around: Surroundings) -> Step:
    """The answer that is still to come is dropped."""
    if state.confirming is None:
        return state, ()
    return told(replace(state, confirming=None), "info", "confirm.cancelled"), ()


def keeps_code(found: Member, before: Member | None) -> Member:
    """The member found again by the phone that was confirmed a moment ago stays confirmed."""
    same = before is not None and (before.member_id, before.identified_by) == (found.member_id, "phone_code")
    return replace(found, identified_by="phone_code") if same and found.identified_by == "phone" else found


def key_for(said: Sentence) -> Sentence | None:
    """The key that mends a refusal, where a code would."""
    return sentence("confirm.key") if said.code in _BY_THE_KEY else None


def _of(state: State, confirmation_id: str) -> Confirming | None:
    of = state.confirming
    return of if of is not None and of.confirmation_id == confirmation_id else None
