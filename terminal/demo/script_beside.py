"""Two steps of the scripted day: a word that is a coupon; a fiscal register and a payment terminal beside a till."""

from __future__ import annotations

from loyalty.receipt import Receipt
from terminal.demo.beside import Beside
from terminal.demo.goods import COUPON, Goods
from terminal.demo.hands import Hands
from terminal.opened import OpenedTill
from terminal.session import commands as c


def sale_with_coupon(script: Hands, till: OpenedTill, goods: Goods) -> Receipt:
    script.step("A word from the stand, typed at the till, is a coupon")
    for code in goods.pieces[9:11]:
        till.engine.dispatch(c.Scan(code))
    before_minor = till.engine.view().state.total_minor
    view = till.engine.dispatch(c.Type(COUPON["en"]))
    script.must(view.state.total_minor < before_minor, f"{COUPON['en']}: {script.noticed(view)}")
    receipt = script.pay(till)
    script.must(bool(receipt.coupons), "the receipt names the coupon")
    return receipt


def sale_at_register(script: Hands, till: OpenedTill, beside: Beside, goods: Goods) -> Receipt:
    """At a till with both beside it; its shift is open."""
    script.step("A fiscal register and a payment terminal: one document for the receipt, the card charged once")
    for code in goods.pieces[:2]:
        till.engine.dispatch(c.Scan(code))
    till.engine.dispatch(c.Pay())
    till.engine.dispatch(c.Tender("card"))
    script.must(script.soon(lambda: till.engine.view().state.mode == "done"), "the card has paid")
    receipt = till.engine.view().state.receipt
    assert receipt is not None
    (document,) = beside.register.memory.receipts()
    script.must(document.total_minor == receipt.total_minor, f"fiscal document {document.number} has its total")
    script.must(beside.bank.charged() == [("sale", receipt.total_minor)], "the bank was asked once for as much")
    return receipt
