"""The receipt on the screen and the money given for it, kept over a stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from loyalty.bank_card import BankSlip
from loyalty.basket import Basket, BasketLine
from loyalty.catalogue import Product
from loyalty.gift_card import GiftCard
from loyalty.receipt import Payment
from loyalty.sentences import Sentence, sentence
from terminal.open_basket import OpenBasket, by_hand, taken_said

CASH, CARD = Payment("cash", 20_00), Payment("card", 5_00)
TEA = Basket(lines=(BasketLine(1, Product("1", "Чай", ()), 1000, 100_00),))


def test_money_given_in_parts_is_kept_with_the_basket_and_forgotten_when_it_goes_back(tmp_path: Path) -> None:
    kept = OpenBasket(tmp_path)
    kept.keep(TEA, "shift", 2)
    kept.keep(TEA, "shift", 3, (CASH, CARD))
    found = OpenBasket(tmp_path).kept("shift", 1)
    assert found is not None
    assert found.taken == (CASH, CARD)
    kept.keep(TEA, "shift", 4)
    found = OpenBasket(tmp_path).kept("shift", 1)
    assert found is not None
    assert found.taken == ()


def test_only_money_that_nobody_else_gives_back_is_told() -> None:
    by_terminal = Payment("card", 7_00, bank=BankSlip("r1"))
    from_gift_card = Payment("gift_card", 9_00, GiftCard("aa" * 16, "0010"))
    assert by_hand((by_terminal, CASH, from_gift_card, CARD)) == (CASH, CARD)


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ((), None),
        ((CASH, CASH), sentence("till.taken_cash", cash_minor=40_00)),
        ((CARD,), sentence("till.taken_card", card_minor=5_00)),
        ((CARD, CASH), sentence("till.taken_both", cash_minor=20_00, card_minor=5_00)),
    ],
)
def test_what_was_given_is_said_by_its_kind(taken: tuple[Payment, ...], said: Sentence | None) -> None:
    assert taken_said(taken) == said
