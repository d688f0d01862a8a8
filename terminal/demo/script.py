"""The demo shop without a screen: each step is printed as it happens, and the books are compared at the end.

A card is read from a noisy camera frame, goods come byte by byte over a pseudo-terminal, the head office is killed
and comes back; then till, ledger and receipts must agree member by member, with nothing stored twice.
"""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from devices.model import DeviceInfo, Health
from devices.transport.serial import SerialSettings
from devices.virtual.camera import camera_frame
from devices.virtual.printer import VirtualPrinter
from devices.virtual.scanner import VirtualScanner
from loyalty.codes import CardCode, CodeRanges, classify
from loyalty.errors import KopilkaError
from loyalty.gift_pay import paid_by_gift_minor
from loyalty.ledger import MAIN_WALLET
from loyalty.money import money_text
from loyalty.receipt import Receipt
from loyalty.sentences import Lang, say
from terminal.cards import card_png
from terminal.demo.books import Mismatch, compare_books, shown_gift_card, shown_member
from terminal.demo.goods import GIFT_CARDS, NEW_GIFT_CARD, Goods, pick_goods
from terminal.demo.phone import DEMO_PHONE
from terminal.demo.shop import DemoShop
from terminal.opened import OpenedTill, opened_till
from terminal.scanner.camera import decode
from terminal.scanner.framing import Framing
from terminal.scanner.serial_source import SerialSource
from terminal.session import commands as c
from terminal.session.port import View
from terminal.words import TEMPLATES

WAIT_S = 30
NEW_PHONE = "8 (999) 000-11-22"
EXPERIENCE = "stadium-tour"
"""A campaign of the club's: goods with the tag `experience`, for points, from a status on."""
Say = Callable[[str], None]


class StepFailed(Exception):
    """A step of the script did not come out as it must; the text says which and how."""


class Script:
    """One run. `said` takes each line; figures are read from the till as its screen would show them."""

    def __init__(self, folder: Path, lang: Lang, said: Say) -> None:
        self.shop = DemoShop(folder, fresh=True)
        self.lang: Lang = lang
        self.said = said
        self.step_no = 0
        self.cards: dict[str, str] = {}

    def run(self) -> bool:
        """All steps; True only if every check held."""
        printer = VirtualPrinter(DeviceInfo("printer", "printer", "virtual", "memory"), self.shop.slips_folder)
        printer.open(lambda event: None)
        try:
            self.step("Head office starts on loopback with demo data")
            self.shop.start_office()
            self.step("Till enrols with a one-time code and loads the snapshot")
            self.shop.enrol_till()
            with opened_till(self.shop.till_folder, lang=self.lang, printer=printer) as till:
                self._story(till)
            return True
        except (StepFailed, Mismatch) as failure:
            self.said(f"FAILED: {failure}")
            return False
        except KopilkaError as error:
            self.said(f"FAILED: {say(error.said, self.lang, TEMPLATES)}")
            return False
        finally:
            self.shop.close()

    def _story(self, till: OpenedTill) -> None:
        self.must(till.sync.run_until_idle(WAIT_S), "the till is level with the head office")
        goods = pick_goods(self.shop.till_folder)
        self.must(till.engine.dispatch(c.OpenShift("Demo")).state.mode == "sale", "the shift is open")
        receipts = [self._sale_with_camera_and_scanner(till, goods), self._experience(till, goods)]
        receipts += self._gift_cards(till, goods)
        receipts += [self._by_phone(till, goods), self._two_tills(till, goods)]
        self.must(till.sync.run_until_idle(WAIT_S), "the first receipt is at the head office")
        self.step("Head office is killed (SIGKILL)")
        self.shop.kill_office()
        # A kick has it sent at once what waits; with nothing to send, the next exchange could be half a minute away.
        till.sync.run_until_idle(1)
        self.must(self._soon(lambda: not till.engine.view().link.online), "the till has noticed: offline")
        receipts += [self._sale(till, goods.cards[1], goods.pieces[3:6]), self._sale_spending(till, goods)]
        receipts.append(self._partial_return(till, receipts[0]))
        receipts.append(self._enrol_and_sell(till, goods))
        waiting = till.store.journal.pending_count()
        self.must(waiting >= 3, f"{waiting} events wait in the queue")
        self.step("Head office starts again; the queue drains")
        self.shop.start_office()
        till.sync.kick()
        self.must(
            till.sync.run_until_idle(WAIT_S) and till.store.journal.pending_count() == 0, "nothing waits any more"
        )
        self.step("The books, member by member: till = ledger = receipts")
        for line in compare_books(self.shop, till, receipts, self.cards, (*GIFT_CARDS, NEW_GIFT_CARD)):
            self.said(f"   {line}")
        self.must(till.engine.dispatch(c.CloseShift()).state.mode == "closed", "the shift is closed, Z report made")

    def _sale_with_camera_and_scanner(self, till: OpenedTill, goods: Goods) -> Receipt:
        self.step("A member card is printed, held askew before a camera, and read from the frame")
        frame = camera_frame(card_png(goods.cards[0], "", "Kopilka", "both"), angle_deg=17, noise_sigma=12, seed=20)
        reads = decode(frame, "full")
        self.must(bool(reads), "the frame has a code")
        self.said(f"   camera: {reads[0].text} ({reads[0].symbology})")
        till.engine.dispatch(c.Scan(reads[0].text, reads[0].source))
        self._remember(till.engine.view(), goods.cards[0])
        self.step("Goods come byte by byte over a pseudo-terminal through the serial scanner driver")
        self._scan_goods(till, goods)
        self._show_quote(till.engine.view())
        return self._pay(till)

    def _scan_goods(self, till: OpenedTill, goods: Goods) -> None:
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
                    self.must(text == code and view.sound == "ok", f"{code}: {self._noticed(view)}")
            finally:
                source.close()

    def _enrol_and_sell(self, till: OpenedTill, goods: Goods) -> Receipt:
        self.step("A customer without a card is enrolled by phone, offline, and buys at once")
        view = till.engine.dispatch(c.Enrol(NEW_PHONE, "Новикова Вера", processing=True, advertising=False))
        member = view.state.basket.member
        if member is None:
            raise StepFailed(self._noticed(view))
        self.must(classify(member.card, CodeRanges()) == CardCode(member.card), f"card {member.card} is active")
        self._fill(till, member.card, goods.pieces[6:8])
        return self._pay(till)

    def _by_phone(self, till: OpenedTill, goods: Goods) -> Receipt:
        self.step("The card is at home: a member found by phone spends points once a code confirms the phone")
        till.engine.dispatch(c.Type(DEMO_PHONE))
        for code in goods.pieces[2:5]:
            till.engine.dispatch(c.Scan(code))
        view = till.engine.dispatch(c.SpendPoints())
        notice = view.state.notice
        self.must(notice is not None and notice.said.code == "redeem.confirm_phone", self._noticed(view))
        member = view.state.basket.member
        assert member is not None
        self._remember(view, member.card)
        till.engine.dispatch(c.ConfirmPhone())
        code = self._code_sent(till)
        till.engine.dispatch(c.EnterCode("000000" if code != "000000" else "000001"))
        self.must(self._soon(lambda: self._stage(till) == "sent"), self._noticed(till.engine.view()))
        till.engine.dispatch(c.EnterCode(code))
        self.must(self._soon(lambda: self._stage(till) == ""), self._noticed(till.engine.view()))
        view = till.engine.dispatch(c.SpendPoints())
        used = view.state.quote.redemption.used_points if view.state.quote else 0
        self.must(used > 0, f"{used} points are spent")
        receipt = self._pay(till)
        self.must(receipt.identified_by == "phone_code", "the receipt says that a code confirmed the phone")
        return receipt

    def _two_tills(self, till: OpenedTill, goods: Goods) -> Receipt:
        self.step("Two tills, one card: points that the head office holds for one cannot be spent at the other")
        self.shop.enrol_second()
        with opened_till(self.shop.second_folder, lang=self.lang) as other:
            self.must(other.sync.run_until_idle(WAIT_S), "a second till is level with the head office")
            other.engine.dispatch(c.OpenShift("Demo 2"))
            points = self._most_points(till, goods)
            hold = till.engine.view().state.hold
            self.must(hold is not None and hold.stage == "held", f"{points} points are held for the first till")
            member = till.engine.view().state.basket.member
            assert member is not None
            for code in (member.card, *goods.pieces):
                other.engine.dispatch(c.Scan(code))
            other.engine.dispatch(c.SpendPoints())
            self.must(self._soon(lambda: self._code(other) == "points.short"), "the second till is refused")
            self.said(f"   second till: {self._noticed(other.engine.view())}")
            other.engine.dispatch(c.VoidReceipt())
            other.engine.dispatch(c.CloseShift())
            self.must(other.sync.run_until_idle(WAIT_S), "it has told the head office all")
        receipt = self._pay(till)
        self.must(receipt.redeemed_points == points and bool(receipt.hold_id), "the receipt takes what was held for it")
        return receipt

    def _most_points(self, till: OpenedTill, goods: Goods) -> int:
        """A receipt on the screen that spends over half of a member's points; how many."""
        for card in goods.cards:
            for code in (card, *goods.pieces):
                till.engine.dispatch(c.Scan(code))
            self._remember(till.engine.view(), card)
            view = till.engine.dispatch(c.SpendPoints())
            member, quote = view.state.basket.member, view.state.quote
            used = quote.redemption.used_points if quote else 0
            if member and used * 2 > member.balance_points and self._soon(lambda: self._is_held(till)):
                return used
            till.engine.dispatch(c.VoidReceipt())
        raise StepFailed("nobody spends so many points")

    def _is_held(self, till: OpenedTill) -> bool:
        hold = till.engine.view().state.hold
        return hold is not None and hold.stage == "held"

    def _code(self, till: OpenedTill) -> str:
        notice = till.engine.view().state.notice
        return notice.said.code if notice else ""

    def _code_sent(self, till: OpenedTill) -> str:
        """The code, as the member reads it."""
        self.must(self._soon(lambda: self._stage(till) == "sent"), self._noticed(till.engine.view()))
        of = till.engine.view().state.confirming
        assert of is not None
        self.must(self._soon(lambda: bool(self.shop.message(of.confirmation_id))), "the message is written down")
        text = self.shop.message(of.confirmation_id)
        self.said(f"   SMS: {text}")
        found = re.search(r"\b\d{6}\b", text)
        self.must(found is not None, "the message has the code")
        assert found is not None
        return found.group()

    def _stage(self, till: OpenedTill) -> str:
        of = till.engine.view().state.confirming
        return of.stage if of else ""

    def _sale(self, till: OpenedTill, card: str, codes: tuple[str, ...]) -> Receipt:
        self.step("Offline sale")
        self._fill(till, card, codes)
        return self._pay(till)

    def _sale_spending(self, till: OpenedTill, goods: Goods) -> Receipt:
        self.step("Offline sale that spends points, up to the programme's offline limit")
        self._fill(till, goods.cards[2], goods.pieces[1:5])
        view = till.engine.dispatch(c.SpendPoints())
        used = view.state.quote.redemption.used_points if view.state.quote else 0
        self.must(used > 0, f"{used} points are spent offline")
        receipt = self._pay(till)
        self.must(receipt.offline and receipt.redeemed_points == used, "the receipt says they were spent offline")
        return receipt

    def _experience(self, till: OpenedTill, goods: Goods) -> Receipt:
        self.step("Points buy an experience, on request")
        for card in goods.cards[3:]:
            self._fill(till, card, (goods.experience,))
            view = till.engine.dispatch(c.Ask(EXPERIENCE))
            member, quote = view.state.basket.member, view.state.quote
            if member and quote and quote.costs:
                receipt = self._pay(till)
                left = member.balance_points - quote.costs[MAIN_WALLET] + receipt.earned_points
                self.must(
                    shown_member(till, card)[1] == left, f"{quote.costs[MAIN_WALLET]} points paid, {left} are left"
                )
                return receipt
            self.said(f"   {self._noticed(view)}")
            till.engine.dispatch(c.VoidReceipt())
        raise StepFailed("nobody has the points and the status for it")

    def _gift_cards(self, till: OpenedTill, goods: Goods) -> tuple[Receipt, Receipt, Receipt]:
        self.step("A gift card is sold: the card scanned after it is loaded by the receipt")
        self._fill(till, goods.cards[1], (goods.gift_card, NEW_GIFT_CARD))
        loaded = self._pay(till)
        put_minor = loaded.loaded_minor
        self.must(shown_gift_card(till, NEW_GIFT_CARD) == put_minor > 0, f"{self._money(put_minor)} are on it")
        self.step("Another gift card pays a part, cash the rest; what comes back goes back to the card first")
        number = GIFT_CARDS[0]
        had_minor = shown_gift_card(till, number)
        self._fill(till, goods.cards[1], goods.pieces[8:10])
        view = till.engine.dispatch(c.Pay())
        part_minor = min(had_minor, view.state.due_minor - 1, 2500_00)
        for command in (c.Scan(number), c.Tender("gift_card", part_minor)):
            view = till.engine.dispatch(command)
            self.said(f"   {self._noticed(view)}")
        sold = self._done(till.engine.dispatch(c.Tender("cash")))
        self.must(shown_gift_card(till, number) == had_minor - part_minor, f"the card paid {self._money(part_minor)}")
        back = self._partial_return(till, sold)
        back_minor = paid_by_gift_minor(back.payments)
        self.must(back_minor == min(part_minor, back.total_minor), f"{self._money(back_minor)} are on the card again")
        return loaded, sold, back

    def _fill(self, till: OpenedTill, card: str, codes: tuple[str, ...]) -> None:
        for code in (card, *codes):
            view = till.engine.dispatch(c.Scan(code))
            self.must(view.sound == "ok", f"{code} is known")
        self._remember(till.engine.view(), card)

    def _remember(self, view: View, card: str) -> None:
        member = view.state.basket.member
        self.must(member is not None and member.card == card, f"card {card} is on the receipt")
        assert member is not None
        self.cards[member.account_id] = card

    def _partial_return(self, till: OpenedTill, sold: Receipt) -> Receipt:
        self.step(f"Partial return of receipt {sold.number}")
        till.engine.dispatch(c.BeginReturn(sold.number))
        if not self._soon(lambda: till.engine.view().state.mode == "return"):
            raise StepFailed(self._noticed(till.engine.view()))
        line = sold.lines[0]
        till.engine.dispatch(c.SetReturn(line.line_no, 1000))
        view = till.engine.dispatch(c.ConfirmReturn("cash"))
        receipt = self._done(view)
        self.said(
            f"   returned {line.name}: {self._money(receipt.total_minor)}, points taken back {receipt.earned_points}"
        )
        return receipt

    def _pay(self, till: OpenedTill) -> Receipt:
        view = till.engine.dispatch(c.Pay())
        if view.state.mode != "done":
            till.engine.dispatch(c.Tender("cash"))
        self._soon(lambda: till.engine.view().state.mode == "done")
        receipt = self._done(till.engine.view())
        self.said(
            f"   {receipt.number}: total {self._money(receipt.total_minor)},"
            f" discount {self._money(receipt.discount_minor)},"
            f" earned {receipt.earned_points}, spent {receipt.redeemed_points}"
        )
        return receipt

    def _show_quote(self, view: View) -> None:
        quote = view.state.quote
        assert quote is not None
        for line, priced in zip(view.state.basket.lines, quote.lines, strict=True):
            self.said(f"   {line.product.name}: {self._money(priced.base_minor)} -> {self._money(priced.total_minor)}")
            for note in priced.notes:
                self.said(f"      {say(note, self.lang, TEMPLATES)}")
        for hint in quote.hints[:1]:
            self.said(f"   hint: {say(hint.said, self.lang, TEMPLATES)}")

    def _done(self, view: View) -> Receipt:
        if view.state.mode != "done" or view.state.receipt is None:
            raise StepFailed(self._noticed(view))
        self.said(f"   ok: {self._noticed(view)}")
        return view.state.receipt

    def _noticed(self, view: View) -> str:
        return say(view.state.notice.said, self.lang, TEMPLATES) if view.state.notice else ""

    def _money(self, minor: int) -> str:
        return money_text(minor, self.lang)

    def _soon(self, holds: Callable[[], bool]) -> bool:
        until = time.monotonic() + WAIT_S
        while not holds():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def step(self, text: str) -> None:
        self.step_no += 1
        self.said(f"{self.step_no:2}. {text}")

    def must(self, held: bool, what: str) -> None:
        if not held:
            raise StepFailed(what)
        self.said(f"   ok: {what}")
