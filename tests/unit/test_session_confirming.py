"""Confirming a phone at the till: asked, sent, typed, checked; every answer that comes too late is dropped."""

from __future__ import annotations

import itertools
from importlib.resources import files

import pytest
from msgspec.structs import replace

from loyalty.basket import Moment
from loyalty.documents.programme_file import parse_programme
from loyalty.member import Member
from loyalty.quote import Standing
from loyalty.sentences import sentence
from terminal.session import TABLE, Surroundings, step
from terminal.session import commands as c
from tests.support.counter import ANNA, BLOCKED, CARD, CUP, NOON, PHONE, PROGRAMME, TEA, Counter

BY_CODE = PROGRAMME.replace(
    "offline_max_points = 30", 'offline_max_points = 30\nidentified_by = ["card", "phone_code"]'
)
SENT = c.CodeSent("code 1", 6, 30)


def counter(programme: str = BY_CODE) -> Counter:
    return Counter(parse_programme(programme)).opened()


def begun() -> Counter:
    """Anna, found by phone, with a code on its way."""
    return counter().do(c.Scan(TEA.code), c.Type(PHONE), c.ConfirmPhone(), SENT)


def found_by(made: Counter) -> str:
    member = made.state.basket.member
    return member.identified_by if member else ""


def confirmed() -> Counter:
    return begun().do(c.EnterCode("123456"), c.CodeChecked("code 1", "confirmed"))


def test_a_code_said_back_lets_points_be_spent() -> None:
    made = counter().do(c.Scan(TEA.code), c.Type(PHONE), c.SpendPoints())
    assert (made.said, made.state.notice and made.state.notice.hint) == (
        "redeem.confirm_phone",
        sentence("confirm.key"),
    )
    made.do(c.ConfirmPhone())
    assert made.asked == [c.SendCode(ANNA.member_id, ANNA.account_id)]
    made.do(SENT)
    assert made.said == "confirm.sent"
    made.do(c.EnterCode(" 123-456 "))
    assert made.asked[-1] == c.CheckCode("code 1", ANNA.member_id, ANNA.account_id, "123456")
    made.do(c.CodeChecked("code 1", "confirmed"))
    assert (made.said, found_by(made), made.state.confirming) == ("confirm.done", "phone_code", None)
    made.do(c.SpendPoints(), c.Pay(), c.Tender("cash"))
    (receipt,) = made.receipts.values()
    assert (receipt.identified_by, receipt.redeemed_points) == ("phone_code", 50)


def test_a_code_is_asked_for_only_where_it_is_of_use() -> None:
    assert counter().do(c.ConfirmPhone()).said == "member.none"
    assert counter().do(c.Scan(CARD), c.ConfirmPhone()).said == "confirm.no_need"
    assert counter().do(c.Type(CARD), c.ConfirmPhone()).said == "confirm.no_need"
    assert counter(PROGRAMME).do(c.Type(PHONE), c.ConfirmPhone()).said == "confirm.no_need"
    both = BY_CODE.replace('["card", "phone_code"]', '["phone", "phone_code"]')
    assert counter(both).do(c.Type(PHONE), c.ConfirmPhone()).said == "confirm.no_need"
    assert confirmed().do(c.ConfirmPhone()).said == "confirm.already"
    blocked = counter()
    blocked.members[PHONE] = replace(blocked.members[BLOCKED], identified_by="phone")
    assert blocked.do(c.Type(PHONE), c.ConfirmPhone()).said == "member.blocked"
    assert blocked.asked == []


def test_a_wrong_code_says_what_is_left_and_another_may_be_typed() -> None:
    made = begun().do(c.EnterCode("000000"), c.CodeChecked("code 1", "wrong", 4))
    assert made.said == "confirm.wrong"
    assert made.state.confirming is not None
    assert (made.state.confirming.tries_left, made.state.confirming.stage) == (4, "sent")
    made.do(c.EnterCode("123456"), c.CodeChecked("code 1", "confirmed"))
    assert found_by(made) == "phone_code"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_what_is_no_code_is_not_sent_to_be_checked(typed: str) -> None:
    made = begun().do(c.EnterCode(typed))
    assert made.said == "confirm.digits"
    assert len(made.asked) == 1


def test_a_code_is_neither_typed_before_it_is_sent_nor_checked_twice() -> None:
    early = counter().do(c.Type(PHONE), c.EnterCode("123456"))
    assert early.said == "confirm.none"
    early.do(c.ConfirmPhone(), c.EnterCode("123456"))
    assert early.said == "confirm.sending"
    made = begun().do(c.EnterCode("123456"), c.EnterCode("123457"))
    assert len(made.asked) == 2


def test_a_code_that_is_over_says_the_key_for_another() -> None:
    made = begun().do(c.EnterCode("123456"), c.CodeChecked("code 1", "ended"))
    for command in (c.Refresh(), c.EnterCode("123456")):
        made.do(command)
        assert made.said == "confirm.ended"
        assert made.state.notice is not None
        assert made.state.notice.hint is not None
    assert found_by(made) == "phone"


def at(made: Counter, seconds: int, command: c.Command) -> None:
    moment = Moment(NOON.at_ms + seconds * 1000, NOON.local_date, 720, 0)
    made.state, effects = step(made.state, command, Surroundings(moment, made.programme, "s1", made.standing))
    for effect in effects:
        if isinstance(effect, c.SendCode):
            made.asked.append(effect)


def test_another_code_waits_its_time() -> None:
    made = begun()
    at(made, 29, c.ConfirmPhone())
    assert made.said == "confirm.wait"
    assert made.state.notice is not None
    assert made.state.notice.said.args == {"seconds": 1}
    at(made, 30, c.ConfirmPhone())
    assert len(made.asked) == 2
    assert made.state.confirming is not None
    assert made.state.confirming.stage == "sending"
    made.do(c.CodeAsked("code 2"), SENT)
    assert made.state.confirming.stage == "sending", "an answer of the first attempt"
    made.do(c.CodeSent("code 2", 6, 30), c.EnterCode("123456"), c.CodeChecked("code 1", "confirmed"))
    assert found_by(made) == "phone"


def test_the_key_pressed_again_while_it_is_asked_asks_nothing_more() -> None:
    made = counter().do(c.Type(PHONE), c.ConfirmPhone(), c.ConfirmPhone())
    assert len(made.asked) == 1


@pytest.mark.parametrize(
    ("why", "said"),
    [("wait", "confirm.wait"), ("no_messages", "confirm.no_messages"), ("refused", "confirm.refused"),
     ("offline", "confirm.unreachable")],
)  # fmt: skip
def test_a_code_that_could_not_be_sent_says_why(why: str, said: str) -> None:
    made = counter().do(c.Type(PHONE), c.ConfirmPhone(), c.ConfirmFailed("code 1", why, 7))  # type: ignore[arg-type]
    assert (made.said, made.state.confirming) == (said, None)


@pytest.mark.parametrize(("cap", "hint"), [(0, "confirm.scan_card"), (20, "confirm.offline_cap")])
def test_out_of_reach_the_till_says_what_the_programme_allows(cap: int, hint: str) -> None:
    programme = BY_CODE.replace("identified_by", f"unconfirmed_offline_max_points = {cap}\nidentified_by")
    made = counter(programme).do(
        c.Scan(TEA.code), c.Type(PHONE), c.ConfirmPhone(), c.ConfirmFailed("code 1", "offline")
    )
    assert made.state.notice is not None
    assert made.state.notice.hint is not None
    assert made.state.notice.hint.code == hint
    made.standing = Standing(online=False)
    made.do(c.Refresh(), c.SpendPoints())
    assert made.state.quote is not None
    assert made.state.quote.redemption.used_points == cap


def test_a_code_that_could_not_be_checked_may_be_entered_again() -> None:
    made = begun().do(c.EnterCode("123456"), c.ConfirmFailed("code 1", "offline"))
    assert made.said == "confirm.unreachable"
    made.do(c.EnterCode("123456"), c.CodeChecked("code 1", "confirmed"))
    assert found_by(made) == "phone_code"


GONE: dict[str, tuple[c.Command, ...]] = {
    "the member is taken off": (c.ForgetMember(),),
    "the receipt is cleared": (c.VoidReceipt(),),
    "the member is taken off and found again": (c.ForgetMember(), c.Type(PHONE)),
    "another member comes": (c.Type("+79990000000"),),
    "the card is scanned": (c.Scan(CARD),),
    "the member is undone": (c.Undo(),),
    "it is left": (c.CancelConfirm(),),
    "the sale is paid": (c.Pay(), c.Tender("cash")),
    "the sale is paid and the next begun": (c.Pay(), c.Tender("cash"), c.Type(PHONE)),
}


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize(
    "late", [c.CodeSent("code 1", 6, 30), c.CodeChecked("code 1", "confirmed"), c.ConfirmFailed("code 1", "offline")]
)
def test_an_answer_for_nobody_is_dropped(gone: str, late: c.Command) -> None:
    made = begun()
    boris = Member("bb" * 16, "bb" * 16, "Борис", "basic", 90, identified_by="phone", as_of_ms=NOON.at_ms)
    made.members["+79990000000"] = boris
    made.do(c.EnterCode("123456"), *GONE[gone])
    before = made.state
    made.do(late)
    assert made.state == before
    assert found_by(made) != "phone_code"


def test_a_code_of_one_member_never_confirms_another() -> None:
    made = begun()
    made.members["+79990000000"] = replace(ANNA, member_id="bb" * 16, account_id="bb" * 16)
    made.do(c.EnterCode("123456"), c.Type("+79990000000"), c.ConfirmPhone(), c.CodeChecked("code 1", "confirmed"))
    assert found_by(made) == "phone"


def test_late_answers_are_nothing_in_any_mode() -> None:
    for mode in ("closed", "sale", "pay", "done", "return"):
        for late in (
            c.CodeAsked("x"),
            c.CodeSent("x", 6, 1),
            c.CodeChecked("x", "ended"),
            c.ConfirmFailed("x", "wait"),
        ):
            assert type(late) in TABLE[mode]


def test_the_confirmation_holds_until_the_sale_ends() -> None:
    made = confirmed().do(c.Scan(CUP.code), c.Undo(), c.Undo())
    assert found_by(made) == "", "the member itself is undone"
    made = confirmed().do(c.Scan(CUP.code), c.Undo())
    assert found_by(made) == "phone_code"
    before = counter().do(c.Scan(TEA.code), c.Type(PHONE), c.Scan(CUP.code), c.ConfirmPhone(), SENT)
    before.do(c.EnterCode("123456"), c.CodeChecked("code 1", "confirmed"), c.Undo())
    assert (len(before.state.basket.lines), found_by(before)) == (1, "phone_code"), "undone to before the code"
    made.do(c.Type(PHONE))
    assert found_by(made) == "phone_code", "found again by the same phone"
    made.do(c.Pay(), c.Back())
    assert found_by(made) == "phone_code"
    made.do(c.Pay(), c.Tender("cash"), c.Type(PHONE))
    assert found_by(made) == "phone", "the next sale begins anew"


def test_the_confirmation_goes_with_the_member() -> None:
    made = confirmed().do(c.ForgetMember(), c.Type(PHONE))
    assert found_by(made) == "phone"


def test_a_phone_is_confirmed_in_payment_before_any_money() -> None:
    made = begun().do(c.Pay(), c.EnterCode("123456"), c.CodeChecked("code 1", "confirmed"))
    assert (made.state.mode, found_by(made)) == ("pay", "phone_code")
    made.do(c.Back(), c.SpendPoints(), c.Pay())
    assert made.state.due_minor == 50_00
    again = counter().do(c.Scan(TEA.code), c.Type(PHONE), c.Pay(), c.Tender("cash", 10_00), c.ConfirmPhone())
    assert (again.said, again.asked) == ("not_now.pay", [])


def test_money_given_meanwhile_stays_given() -> None:
    made = begun().do(c.Pay(), c.EnterCode("123456"), c.Tender("cash", 10_00), c.CodeChecked("code 1", "confirmed"))
    assert (made.state.mode, made.state.due_minor, found_by(made)) == ("pay", 90_00, "phone_code")
    assert made.state.basket.payment == "cash"


def test_no_order_of_answers_but_the_right_one_confirms() -> None:
    """Every order of four answers of other attempts, wrong ones and ends, while a code is being checked."""
    answers: tuple[c.Command, ...] = (
        c.CodeChecked("code 1", "wrong", 4), c.CodeChecked("code 2", "confirmed"), c.CodeChecked("", "confirmed"),
        c.CodeChecked("code 1", "ended"), c.CodeSent("code 2", 6, 30), c.ConfirmFailed("code 2", "offline"),
    )  # fmt: skip
    for order in itertools.permutations(answers, 4):
        assert found_by(begun().do(c.EnterCode("123456"), *order)) == "phone"
    assert found_by(begun().do(c.CodeChecked("code 1", "confirmed"))) == "phone", "nothing was being checked"


def test_the_beauty_chain_takes_a_confirmed_phone_for_the_card() -> None:
    """200 bonuses of 0.10 are 20.00, less than 30 % of 100.00."""
    beauty = files("loyalty").joinpath("programmes", "beauty.toml").read_text("utf-8")
    made = counter(beauty).do(c.Scan(TEA.code), c.Type(PHONE), c.SpendPoints())
    assert (made.said, made.state.total_minor) == ("redeem.confirm_phone", 100_00)
    made.do(c.ConfirmPhone(), SENT, c.EnterCode("123456"), c.CodeChecked("code 1", "confirmed"), c.SpendPoints())
    assert made.state.total_minor == 80_00
