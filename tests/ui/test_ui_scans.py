"""A scanner that types like a keyboard: its code goes to the till whatever is on the screen, and into no field."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input

from loyalty.coupons.codes import Ticket, shop_mark, signed_code, ticket_bytes
from loyalty.sentences import sentence
from terminal.scanner.wedge import WedgeProfile
from terminal.session import commands as c
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, pictures, play


class Modal(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Input(id="field")


def scans(till: FakeTill) -> list[str]:
    return [command.text for command in till.posted if isinstance(command, c.Scan)]


@pytest.mark.parametrize("keys", [[], ["f3"], ["f4"], ["f6"], ["f12"], ["f1"], ["f11"], ["tab"]])
def test_a_scan_is_goods_whatever_the_line_asks_for_and_no_character_is_typed(keys: list[str]) -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press(*keys)
        asked = cashier.row_of("command")
        await cashier.burst(shop.WATER.code)
        assert [line.product for line in cashier.state.basket.lines] == [shop.WATER]
        assert cashier.typed in ("", asked.partition(" › ")[2].replace("▏", "").rstrip())

    till = play(story, gate=True)
    assert scans(till) == [shop.WATER.code]


def test_a_scan_over_the_form_of_a_new_member_leaves_the_form_as_it_was() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f6")
        await cashier.type("+7926")
        await cashier.rested()
        await cashier.burst(shop.CARD)
        cashier.sees("Новый участник", "+7926▏")
        cashier.sees_not(shop.CARD)
        assert cashier.state.basket.member == shop.MARIA

    till = play(story, gate=True)
    assert scans(till) == [shop.CARD]


def test_a_scan_over_a_modal_with_a_focused_field_goes_to_the_till_and_typing_to_the_field() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.app.push_screen(Modal())
        await cashier.burst(shop.WATER.code)
        field = cashier.app.screen.query_one(Input)
        assert field.has_focus
        assert field.value == ""
        for char in "да":
            await cashier.type(char)
            await cashier.rested()
        await cashier.until(lambda: field.value == "да")
        assert len(cashier.state.basket.lines) == 1

    play(story, gate=True)


def test_what_was_typed_before_a_scan_stays_typed() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("шар")
        await cashier.rested()
        await cashier.burst(shop.WATER.code)
        assert cashier.typed == "шар"

    till = play(story, gate=True)
    assert scans(till) == [shop.WATER.code]


def test_two_scans_one_after_another_are_two() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.keys_ahead(shop.WATER.code, "enter")
        await cashier.burst(shop.MUG.code)
        assert [line.product for line in cashier.state.basket.lines] == [shop.WATER, shop.MUG]

    play(story, gate=True)


def test_a_pasted_code_is_a_scan_and_any_other_paste_is_typed_without_enter() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.paste(shop.WATER.code + "\r\n")
        assert len(cashier.state.basket.lines) == 1
        assert cashier.typed == ""
        await cashier.paste("кружка\nвторая строка")
        assert cashier.typed == "кружка"

    till = play(story, gate=True)
    assert scans(till) == [shop.WATER.code]


def test_a_multiplier_typed_ahead_of_a_scan_is_for_that_scan() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("3*")
        await cashier.rested()
        cashier.keys_ahead("", "enter")
        await cashier.burst(shop.WATER.code)
        assert cashier.state.basket.lines[0].qty_milli == 3000

    play(story, gate=True)


def test_a_multiplier_holds_for_a_scanner_on_a_port_too() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("3*")
        await cashier.settled()
        await brought(cashier, c.Scan(shop.WATER.code, "serial"))
        assert cashier.state.basket.lines[0].qty_milli == 3000
        assert cashier.typed == ""

    till = play(story)
    assert [command.source for command in till.posted if isinstance(command, c.Scan)] == ["serial"]


def test_a_return_takes_its_number_from_a_scanner_on_a_port_too() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f11")
        await brought(cashier, c.Scan("KR:T1-000001", "serial"))

    till = play(story)
    assert c.BeginReturn("T1-000001") in till.posted


def test_what_a_scanner_on_a_port_says_beside_codes_goes_to_the_till() -> None:
    said = c.Notify("warn", sentence("scan.gone", port="/dev/ttyACM0"))

    async def story(cashier: Cashier) -> None:
        await brought(cashier, said)

    assert play(story).posted == [said]


async def brought(cashier: Cashier, command: c.Command) -> None:
    """From another thread, as scanners do."""
    await asyncio.to_thread(cashier.app.bring, command)
    await cashier.settled()


def test_keys_typed_ahead_of_a_slow_till_act_on_the_picture_they_were_typed_for() -> None:
    till = FakeTill(threaded=True)

    async def story(cashier: Cashier) -> None:
        till.post(c.Scan(shop.WATER.code))
        await cashier.settled()
        till.held.clear()
        cashier.keys_ahead("", "f2")
        cashier.keys_ahead("10000", "enter")
        cashier.keys_ahead(shop.MUG.code, "enter")
        cashier.keys_ahead("5", "f4")
        await cashier.painted()
        assert not till.receipts
        till.held.set()
        await cashier.settled()
        assert [(p.kind, p.amount_minor) for p in till.receipts[0].payments] == [("cash", 10_000)]
        assert [(line.product, line.qty_milli) for line in cashier.state.basket.lines] == [(shop.MUG, 5000)]

    play(story, till)
    till.stop()


def test_keys_of_one_burst_are_kept_in_their_order() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.keys_ahead("вода абвгдеёжз 0123456789")
        await cashier.rested()
        assert cashier.typed == "вода абвгдеёжз 0123456789"

    play(story, gate=True)


PATIENT = WedgeProfile(hold_s=30, mean_gap_s=30, pause_s=30)
"""Holds keys longer than any test takes, so that what is on the screen is what a held key shows."""


def test_a_letter_is_on_the_screen_before_the_gate_lets_it_in() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.app.post_message(events.Key("ч", "ч"))
        await cashier.painted()
        assert cashier.row_of("command").rstrip().endswith("› ч▏")
        cashier.app.post_message(events.Key("а", "а"))
        await cashier.painted()
        assert cashier.row_of("command").rstrip().endswith("› ▏")

    play(story, gate=PATIENT)


def test_the_first_key_of_a_scan_is_taken_back_from_the_screen_with_the_second() -> None:
    async def story(cashier: Cashier) -> None:
        before = cashier.row_of("command")
        first, *rest = list(shop.WATER.code)
        cashier.app.post_message(events.Key(first, first))
        await cashier.painted()
        assert cashier.row_of("command") != before
        for char in rest:
            cashier.app.post_message(events.Key(char, char))
            await cashier.painted()
            assert cashier.row_of("command") == before
        cashier.app.post_message(events.Key("enter", "\r"))
        await cashier.painted()
        await cashier.settled()
        assert cashier.row_of("command") == before
        assert [line.product for line in cashier.state.basket.lines] == [shop.WATER]

    till = play(story, gate=PATIENT)
    assert scans(till) == [shop.WATER.code]


def test_a_burst_is_painted_once_as_the_line_it_became(monkeypatch: pytest.MonkeyPatch) -> None:
    painted = pictures(monkeypatch)

    async def story(cashier: Cashier) -> None:
        painted.clear()
        await cashier.burst(shop.WATER.code)

    play(story, gate=True)
    (sight,) = painted
    assert [line.product for line in sight.view.state.basket.lines] == [shop.WATER]
    assert sight.desk.line.text == ""


def test_three_star_and_a_scan_is_three_without_enter_between() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("3*")
        await cashier.rested()
        await cashier.burst(shop.WATER.code)
        assert [(line.product, line.qty_milli) for line in cashier.state.basket.lines] == [(shop.WATER, 3000)]
        assert cashier.typed == ""

    play(story, gate=True)


@pytest.mark.parametrize("end", ["enter", "tab"])
def test_a_signed_coupon_is_one_scan_however_long_and_its_suffix_opens_no_list(end: str) -> None:
    code = signed_code(ticket_bytes(Ticket("GIFT", "00" * 6, "", "", shop_mark("ab" * 32))), bytes(64))

    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.burst(code, end)
        assert (cashier.typed, cashier.state.offers) == ("", None)

    till = play(story, gate=True)
    assert scans(till) == [shop.WATER.code, code]
    assert [type(command) for command in till.posted if isinstance(command, c.ListOffers)] == []
