"""What a person does at a till of the demo shop, and sees: each act is checked, and said."""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from devices.model import DeviceInfo, Health
from devices.transport.serial import SerialSettings
from devices.virtual.scanner import VirtualScanner
from loyalty.money import money_text
from loyalty.receipt import Receipt
from loyalty.sentences import Lang, say
from terminal.demo.goods import Goods
from terminal.demo.shop import DemoShop
from terminal.opened import OpenedTill
from terminal.scanner.framing import Framing
from terminal.scanner.serial_source import SerialSource
from terminal.session import commands as c
from terminal.session.port import View
from terminal.words import TEMPLATES

WAIT_S = 30
Say = Callable[[str], None]


class StepFailed(Exception):
    """A step of the script did not come out as it must; the text says which and how."""


class Hands:
    """A cashier, a customer, and who looks on. `said` takes each line; figures are those the till's screen would show.

    What does not come out as it must raises StepFailed.
    """

    def __init__(self, folder: Path, lang: Lang, said: Say) -> None:
        self.shop = DemoShop(folder, fresh=True)
        self.lang: Lang = lang
        self.said = said
        self.step_no = 0
        self.cards: dict[str, str] = {}

    def step(self, text: str) -> None:
        self.step_no += 1
        self.said(f"{self.step_no:2}. {text}")

    def must(self, held: bool, what: str) -> None:
        if not held:
            raise StepFailed(what)
        self.said(f"   ok: {what}")

    def soon(self, holds: Callable[[], bool]) -> bool:
        until = time.monotonic() + WAIT_S
        while not holds():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def scan_goods(self, till: OpenedTill, goods: Goods) -> None:
        scans: queue.Queue[str] = queue.Queue()
        with VirtualScanner() as scanner:
            info = DeviceInfo("demo-scanner", "scanner", "virtual", scanner.port)
            ready = threading.Event()
            source = SerialSource(
                info,
                SerialSettings(scanner.port),
                on_scan=lambda scan: scans.put(scan.text),
                on_status=lambda status: ready.set() if status.health is Health.ENABLED else None,
                framing=Framing(suffix_known=True),
            )
            source.open()
            try:
                self.must(ready.wait(WAIT_S), f"the scanner is open at {scanner.port}")
                for code in (*goods.pieces[:3], goods.weighed):
                    scanner.scan(code)
                    text = scans.get(timeout=WAIT_S)
                    view = till.engine.dispatch(c.Scan(text, "serial:demo-scanner"))
                    self.must(text == code and view.sound == "ok", f"{code}: {self.noticed(view)}")
            finally:
                source.close()

    def fill(self, till: OpenedTill, card: str, codes: tuple[str, ...]) -> None:
        for code in (card, *codes):
            view = till.engine.dispatch(c.Scan(code))
            self.must(view.sound == "ok", f"{code} is known")
        self.remember(till.engine.view(), card)

    def remember(self, view: View, card: str) -> None:
        member = view.state.basket.member
        self.must(member is not None and member.card == card, f"card {card} is on the receipt")
        assert member is not None
        self.cards[member.account_id] = card

    def pay(self, till: OpenedTill) -> Receipt:
        view = till.engine.dispatch(c.Pay())
        if view.state.mode != "done":
            till.engine.dispatch(c.Tender("cash"))
        self.soon(lambda: till.engine.view().state.mode == "done")
        receipt = self.done(till.engine.view())
        self.said(
            f"   {receipt.number}: total {self.money(receipt.total_minor)},"
            f" discount {self.money(receipt.discount_minor)},"
            f" earned {receipt.earned_points}, spent {receipt.redeemed_points}"
        )
        return receipt

    def done(self, view: View) -> Receipt:
        if view.state.mode != "done" or view.state.receipt is None:
            raise StepFailed(self.noticed(view))
        self.said(f"   ok: {self.noticed(view)}")
        return view.state.receipt

    def take_back_part(self, till: OpenedTill, sold: Receipt) -> Receipt:
        self.step(f"Partial return of receipt {sold.number}")
        till.engine.dispatch(c.BeginReturn(sold.number))
        if not self.soon(lambda: till.engine.view().state.mode == "return"):
            raise StepFailed(self.noticed(till.engine.view()))
        line = sold.lines[0]
        till.engine.dispatch(c.SetReturn(line.line_no, 1000))
        view = till.engine.dispatch(c.ConfirmReturn("cash"))
        receipt = self.done(view)
        self.said(
            f"   returned {line.name}: {self.money(receipt.total_minor)}, points taken back {receipt.earned_points}"
        )
        return receipt

    def code_sent(self, till: OpenedTill) -> str:
        """The code, as the member reads it."""
        self.must(self.soon(lambda: self.stage(till) == "sent"), self.noticed(till.engine.view()))
        of = till.engine.view().state.confirming
        assert of is not None
        self.must(self.soon(lambda: bool(self.shop.message(of.confirmation_id))), "the message is written down")
        text = self.shop.message(of.confirmation_id)
        self.said(f"   SMS: {text}")
        found = re.search(r"\b\d{6}\b", text)
        self.must(found is not None, "the message has the code")
        assert found is not None
        return found.group()

    def stage(self, till: OpenedTill) -> str:
        of = till.engine.view().state.confirming
        return of.stage if of else ""

    def is_held(self, till: OpenedTill) -> bool:
        hold = till.engine.view().state.hold
        return hold is not None and hold.stage == "held"

    def notice_code(self, till: OpenedTill) -> str:
        notice = till.engine.view().state.notice
        return notice.said.code if notice else ""

    def noticed(self, view: View) -> str:
        return say(view.state.notice.said, self.lang, TEMPLATES) if view.state.notice else ""

    def show_quote(self, view: View) -> None:
        quote = view.state.quote
        assert quote is not None
        for line, priced in zip(view.state.basket.lines, quote.lines, strict=True):
            self.said(f"   {line.product.name}: {self.money(priced.base_minor)} -> {self.money(priced.total_minor)}")
            for note in priced.notes:
                self.said(f"      {say(note, self.lang, TEMPLATES)}")
        for hint in quote.hints[:1]:
            self.said(f"   hint: {say(hint.said, self.lang, TEMPLATES)}")

    def money(self, minor: int) -> str:
        return money_text(minor, self.lang)
