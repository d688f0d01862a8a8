"""New members and consents in the session: checked field by field, recorded where something changes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from loyalty.consents import Said
from terminal.session import commands as c
from tests.support.counter import ANNA, CARD, NOON, PHONE, TEA, Counter

GIVEN = {"advertising": Said("7", NOON.at_ms - 1000, True)}


def held_by(till: Counter) -> dict[str, Said]:
    assert till.state.basket.member is not None
    return till.state.basket.member.consents


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("phone", "", "code.phone"),
        ("phone", "5551234", "code.phone"),
        ("phone", "9161112233", ""),
        ("phone", PHONE, "member.exists"),
        ("name", "", ""),
        ("name", "  ", ""),
        ("name", "5551234", "member.name"),
        ("name", "+7 916 111-22-33", "member.name"),
        ("name", "Анна 2", ""),
        ("invited_by", "", ""),
        ("invited_by", "кто-то", "member.no_inviter"),
        ("invited_by", "9161112233", "member.no_inviter"),
        ("invited_by", CARD, ""),
    ],
)
def test_a_field_is_checked_by_itself(field: c.Field, text: str, said: str) -> None:
    assert Counter().opened().do(c.CheckField(field, text)).said == (said or "shift.opened")


def test_a_field_is_checked_after_a_sale_without_beginning_the_next() -> None:
    till = Counter().opened().do(c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert till.state.mode == "done"
    till.do(c.CheckField("phone", "12"))
    assert (till.said, till.state.mode) == ("code.phone", "done")


def test_a_card_is_not_made_for_a_name_without_a_letter() -> None:
    till = Counter().opened().do(c.Enrol("9161112233", "5551234", processing=True))
    assert (till.said, till.state.basket.member) == ("member.name", None)


def test_what_holds_is_not_given_again_and_what_does_not_is_not_withdrawn() -> None:
    till = Counter()
    version = till.programme.consent_version
    till.members[CARD] = replace(ANNA, consents={"processing": Said(version, NOON.at_ms, True)})
    till.opened().do(c.Scan(CARD))
    assert till.do(c.ChangeConsent("processing", True)).said == "member.consent_already"
    assert till.do(c.ChangeConsent("advertising", False)).said == "member.consent_none"
    assert held_by(till) == {"processing": Said(version, NOON.at_ms, True)}


def test_a_withdrawal_is_of_the_text_that_was_agreed_to() -> None:
    till = Counter()
    till.members[CARD] = replace(ANNA, consents=GIVEN)
    till.opened().do(c.Scan(CARD), c.ChangeConsent("advertising", False))
    assert held_by(till) == {"advertising": Said("7", NOON.at_ms, False)}


def test_what_undo_brings_back_knows_of_a_consent_withdrawn_meanwhile() -> None:
    till = Counter()
    till.members[CARD] = replace(ANNA, consents=GIVEN)
    till.opened().do(c.Scan(CARD), c.Scan(TEA.code), c.ChangeConsent("advertising", False), c.Undo())
    assert till.state.basket.lines == ()
    assert not held_by(till)["advertising"].given
