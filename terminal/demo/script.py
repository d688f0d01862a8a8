"""The demo shop without a screen: each step is printed as it happens, and the books are compared at the end.

A card is read from a noisy camera frame, goods come byte by byte over a pseudo-terminal, the head office is killed
and comes back; then till, ledger and receipts must agree member by member, with nothing stored twice.
"""

from __future__ import annotations

from devices.model import DeviceInfo
from devices.virtual.camera import camera_frame
from devices.virtual.printer import VirtualPrinter
from loyalty.codes import CardCode, CodeRanges, classify
from loyalty.errors import KopilkaError
from loyalty.gift_pay import paid_by_gift_minor
from loyalty.ledger import MAIN_WALLET
from loyalty.receipt import Receipt
from loyalty.sentences import say
from terminal.cards import card_png
from terminal.demo.beside import played_beside
from terminal.demo.books import Mismatch, compare_books, shown_gift_card, shown_member
from terminal.demo.goods import GIFT_CARDS, NEW_GIFT_CARD, Goods, pick_goods
from terminal.demo.hands import WAIT_S, Hands, StepFailed
from terminal.demo.phone import DEMO_PHONE
from terminal.demo.script_beside import sale_at_register, sale_with_coupon
from terminal.opened import OpenedTill, opened_till
from terminal.scanner.camera import decode
from terminal.session import commands as c
from terminal.words import TEMPLATES

NEW_PHONE = "8 (999) 000-11-22"
EXPERIENCE = "stadium-tour"
"""A campaign of the club's: goods with the tag `experience`, for points, from a status on."""


class Script(Hands):
    """One run of the whole day."""

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
        receipts += [self._by_phone(till, goods), *self._two_tills(till, goods), sale_with_coupon(self, till, goods)]
        self.must(till.sync.run_until_idle(WAIT_S), "the first receipt is at the head office")
        self.step("Head office is killed (SIGKILL)")
        self.shop.kill_office()
        # A kick has it sent at once what waits; with nothing to send, the next exchange could be half a minute away.
        till.sync.run_until_idle(1)
        self.must(self.soon(lambda: not till.engine.view().link.online), "the till has noticed: offline")
        receipts += [self._sale(till, goods.cards[1], goods.pieces[3:6]), self._sale_spending(till, goods)]
        receipts.append(self.take_back_part(till, receipts[0]))
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
        self.remember(till.engine.view(), goods.cards[0])
        self.step("Goods come byte by byte over a pseudo-terminal through the serial scanner driver")
        self.scan_goods(till, goods)
        self.show_quote(till.engine.view())
        return self.pay(till)

    def _enrol_and_sell(self, till: OpenedTill, goods: Goods) -> Receipt:
        self.step("A customer without a card is enrolled by phone, offline, and buys at once")
        view = till.engine.dispatch(c.Enrol(NEW_PHONE, "Новикова Вера", processing=True, advertising=False))
        member = view.state.basket.member
        if member is None:
            raise StepFailed(self.noticed(view))
        self.must(classify(member.card, CodeRanges()) == CardCode(member.card), f"card {member.card} is active")
        self.fill(till, member.card, goods.pieces[6:8])
        return self.pay(till)

    def _by_phone(self, till: OpenedTill, goods: Goods) -> Receipt:
        self.step("The card is at home: a member found by phone spends points once a code confirms the phone")
        till.engine.dispatch(c.Type(DEMO_PHONE))
        for code in goods.pieces[2:5]:
            till.engine.dispatch(c.Scan(code))
        view = till.engine.dispatch(c.SpendPoints())
        notice = view.state.notice
        self.must(notice is not None and notice.said.code == "redeem.confirm_phone", self.noticed(view))
        member = view.state.basket.member
        assert member is not None
        self.remember(view, member.card)
        till.engine.dispatch(c.ConfirmPhone())
        code = self.code_sent(till)
        till.engine.dispatch(c.EnterCode("000000" if code != "000000" else "000001"))
        self.must(self.soon(lambda: self.stage(till) == "sent"), self.noticed(till.engine.view()))
        till.engine.dispatch(c.EnterCode(code))
        self.must(self.soon(lambda: self.stage(till) == ""), self.noticed(till.engine.view()))
        view = till.engine.dispatch(c.SpendPoints())
        used = view.state.quote.redemption.used_points if view.state.quote else 0
        self.must(used > 0, f"{used} points are spent")
        receipt = self.pay(till)
        self.must(receipt.identified_by == "phone_code", "the receipt says that a code confirmed the phone")
        return receipt

    def _two_tills(self, till: OpenedTill, goods: Goods) -> tuple[Receipt, Receipt]:
        self.step("Two tills, one card: points that the head office holds for one cannot be spent at the other")
        self.shop.enrol_second()
        with (
            played_beside(self.shop.folder, self.lang, register=True, bank=True) as beside,
            opened_till(self.shop.second_folder, lang=self.lang, beside=beside.devices) as other,
        ):
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
            self.must(self.soon(lambda: self.notice_code(other) == "points.short"), "the second till is refused")
            self.said(f"   second till: {self.noticed(other.engine.view())}")
            other.engine.dispatch(c.VoidReceipt())
            receipt = self.pay(till)
            held = receipt.redeemed_points == points and bool(receipt.hold_id)
            self.must(held, "the receipt takes what was held for it")
            by_card = sale_at_register(self, other, beside, goods)
            other.engine.dispatch(c.CloseShift())
            self.must(other.sync.run_until_idle(WAIT_S), "it has told the head office all")
        return receipt, by_card

    def _most_points(self, till: OpenedTill, goods: Goods) -> int:
        """A receipt on the screen that spends over half of a member's points; how many."""
        for card in goods.cards:
            for code in (card, *goods.pieces):
                till.engine.dispatch(c.Scan(code))
            self.remember(till.engine.view(), card)
            view = till.engine.dispatch(c.SpendPoints())
            member, quote = view.state.basket.member, view.state.quote
            used = quote.redemption.used_points if quote else 0
            if member and used * 2 > member.balance_points and self.soon(lambda: self.is_held(till)):
                return used
            till.engine.dispatch(c.VoidReceipt())
        raise StepFailed("nobody spends so many points")

    def _sale(self, till: OpenedTill, card: str, codes: tuple[str, ...]) -> Receipt:
        self.step("Offline sale")
        self.fill(till, card, codes)
        return self.pay(till)

    def _sale_spending(self, till: OpenedTill, goods: Goods) -> Receipt:
        self.step("Offline sale that spends points, up to the programme's offline limit")
        self.fill(till, goods.cards[2], goods.pieces[1:5])
        view = till.engine.dispatch(c.SpendPoints())
        used = view.state.quote.redemption.used_points if view.state.quote else 0
        self.must(used > 0, f"{used} points are spent offline")
        receipt = self.pay(till)
        self.must(receipt.offline and receipt.redeemed_points == used, "the receipt says they were spent offline")
        return receipt

    def _experience(self, till: OpenedTill, goods: Goods) -> Receipt:
        self.step("Points buy an experience, on request")
        for card in goods.cards[3:]:
            self.fill(till, card, (goods.experience,))
            view = till.engine.dispatch(c.Ask(EXPERIENCE))
            member, quote = view.state.basket.member, view.state.quote
            if member and quote and quote.costs:
                receipt = self.pay(till)
                left = member.balance_points - quote.costs[MAIN_WALLET] + receipt.earned_points
                self.must(
                    shown_member(till, card)[1] == left, f"{quote.costs[MAIN_WALLET]} points paid, {left} are left"
                )
                return receipt
            self.said(f"   {self.noticed(view)}")
            till.engine.dispatch(c.VoidReceipt())
        raise StepFailed("nobody has the points and the status for it")

    def _gift_cards(self, till: OpenedTill, goods: Goods) -> tuple[Receipt, Receipt, Receipt]:
        self.step("A gift card is sold: the card scanned after it is loaded by the receipt")
        self.fill(till, goods.cards[1], (goods.gift_card, NEW_GIFT_CARD))
        loaded = self.pay(till)
        put_minor = loaded.loaded_minor
        self.must(shown_gift_card(till, NEW_GIFT_CARD) == put_minor > 0, f"{self.money(put_minor)} are on it")
        self.step("Another gift card pays a part, cash the rest; what comes back goes back to the card first")
        number = GIFT_CARDS[0]
        had_minor = shown_gift_card(till, number)
        self.fill(till, goods.cards[1], goods.pieces[8:10])
        view = till.engine.dispatch(c.Pay())
        part_minor = min(had_minor, view.state.due_minor - 1, 2500_00)
        for command in (c.Scan(number), c.Tender("gift_card", part_minor)):
            view = till.engine.dispatch(command)
            self.said(f"   {self.noticed(view)}")
        sold = self.done(till.engine.dispatch(c.Tender("cash")))
        self.must(shown_gift_card(till, number) == had_minor - part_minor, f"the card paid {self.money(part_minor)}")
        back = self.take_back_part(till, sold)
        back_minor = paid_by_gift_minor(back.payments)
        self.must(back_minor == min(part_minor, back.total_minor), f"{self.money(back_minor)} are on the card again")
        return loaded, sold, back
