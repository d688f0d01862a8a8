"""New members, and what a member agrees to: a form checked field by field, and consents given and withdrawn."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from loyalty.basket import Basket
from loyalty.codes import CardCode, PhoneCode, classify, parse_phone
from loyalty.consents import Said, agrees, is_given, joined
from loyalty.events import Consent
from loyalty.programme import Programme
from loyalty.sentences import Sentence, sentence
from terminal.session import commands as c
from terminal.session.parts import Step, refuse, refused, told
from terminal.session.state import State, Surroundings

replace = msgspec.structs.replace
MAX_SHOWN_CHARS = 40


def check_field(state: State, command: c.CheckField, around: Surroundings) -> Step:
    """Says what is wrong with a field before the next is asked for; whether a phone is free and who invited known, the
    till's files are asked."""
    wrong = wrong_with(command.field, command.text, around.programme)
    if wrong is not None:
        return refuse(state, *wrong)
    if command.field == "phone":
        return state, (c.AskKnown(parse_phone(command.text) or "", "phone", wanted=False),)
    inviter = _inviter(command.text, around.programme) if command.field == "invited_by" else None
    return state, (c.AskKnown(*inviter, wanted=True),) if inviter else ()


def wrong_with(field: c.Field, text: str, programme: Programme) -> tuple[Sentence, Sentence | None] | None:
    """What is wrong with the text of a field, and what to do; None: nothing that can be seen without looking it up."""
    shown = text[:MAX_SHOWN_CHARS]
    match field:
        case "phone" if parse_phone(text) is None:
            return sentence("code.phone", text=shown), None
        case "name" if text.strip() and not any(char.isalpha() for char in text):
            return sentence("member.name", text=shown), sentence("member.name.hint")
        case "invited_by" if text.strip() and _inviter(text, programme) is None:
            return sentence("member.no_inviter"), sentence("member.no_inviter.hint")
        case _:
            return None


def enrol(state: State, command: c.Enrol, around: Surroundings) -> Step:
    fields: tuple[tuple[c.Field, str], ...] = (
        ("phone", command.phone), ("name", command.name), ("invited_by", command.invited_by)
    )  # fmt: skip
    for field, text in fields:
        if (wrong := wrong_with(field, text, around.programme)) is not None:
            return refuse(state, *wrong)
    if not command.processing:
        return refused(state, "member.needs_consent")
    phone, version = parse_phone(command.phone) or "", around.programme.consent_version
    consents = (Consent("processing", version, True), Consent("advertising", version, command.advertising))
    invited_by = _inviter(command.invited_by, around.programme)
    return state, (c.EnrolMember(phone, " ".join(command.name.split())[:80], consents, invited_by),)


def _inviter(text: str, programme: Programme) -> tuple[str, Literal["card", "phone"]] | None:
    """A card or a phone, as it was typed."""
    match classify(text, programme.codes):
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
    version, held = around.programme.consent_version, member.consents
    if command.given and agrees(held, command.purpose, version):
        return refused(state, "member.consent_already")
    if not command.given:
        if not is_given(held, command.purpose):
            return refused(state, "member.consent_none")
        version = held[command.purpose].version
    consent = Consent(command.purpose, version, command.given)
    return state, (c.RecordConsent(member, consent),)


def consent_recorded(state: State, command: c.ConsentRecorded, around: Surroundings) -> Step:
    """What undo brings back knows of it as well."""
    consent, member = command.consent, state.basket.member
    code = "member.consent_given" if consent.given else "member.consent_withdrawn"
    if member is not None:
        news: dict[str, Said] = {consent.purpose: Said(consent.version, command.at_ms, consent.given)}
        undo = tuple(_heard(each, member.member_id, news) for each in state.undo)
        state = replace(state, basket=_heard(state.basket, member.member_id, news), undo=undo)
    return told(state, "ok", code), ()


def _heard(basket: Basket, member_id: str, news: Mapping[str, Said]) -> Basket:
    member = basket.member
    if member is None or member.member_id != member_id:
        return basket
    return replace(basket, member=replace(member, consents=joined(member.consents, news)))
