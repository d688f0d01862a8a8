"""A till in memory for tests of the screen: the real session, with goods, members and receipts kept in dictionaries.

It keeps the port's promises: `post` never blocks or raises, commands run in order on the till's own thread (or, with
`threaded` off, at once), every watcher gets every picture.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import msgspec

from loyalty.basket import Basket, Moment
from loyalty.catalogue import price_at
from loyalty.codes import card_number
from loyalty.consents import Said, word_ms
from loyalty.gift_card import HeldCard, gift_card
from loyalty.member import mask_name
from loyalty.quoted import Standing
from loyalty.receipt import Receipt
from loyalty.returns import return_receipt
from loyalty.sale import receipt_from
from loyalty.sentences import sentence
from loyalty.shift import add_receipt
from terminal.session import Link, ShiftInfo, State, Surroundings, step
from terminal.session import commands as c
from terminal.session.health import DeviceHealth
from terminal.session.port import View
from terminal.session.receipts import ReceiptRow, row_of
from terminal.session.state import Asked, Doubt, RegisterSeen
from tests.support.bank_cards import answer_bank_card
from tests.ui import shop

STORE = "loko"
replace = msgspec.structs.replace


class FakeTill:
    def __init__(self, *, open_shift: bool = True, threaded: bool = False, link: Link | None = None) -> None:
        self.programme = shop.programme()
        self.link = link or Link(online=True, as_of_ms=shop.NOW_MS - 120_000, last_contact_ms=shop.NOW_MS)
        self.devices: tuple[DeviceHealth, ...] = ()
        self.now_ms = shop.NOW_MS
        self.members = dict(shop.MEMBERS)
        self.receipts: list[Receipt] = []
        self.posted: list[c.Command] = []
        self.consents: list[tuple[str, bool]] = []
        self.asked: list[c.SendCode | c.CheckCode] = []
        """What the head office was asked about phones; a test answers."""
        self.charge_ref = ""
        """With one, bank cards are asked for at a payment terminal, and a test answers."""
        self.bank: list[c.Bank] = []
        self.bank_cards: dict[str, str] = {}
        """What the payment terminal was asked."""
        self.more_rows: tuple[ReceiptRow, ...] = ()
        self.reprinted: list[str] = []
        self.fails: c.Failed | None = None
        """What the next commit answers instead of doing it."""
        self.register: RegisterSeen | None = None
        self.at_register: list[c.RecordCash | c.CopyDocument] = []
        self.mended: list[c.MendRegister] = []
        self.corrections: list[c.IssueCorrection] = []
        self.asked_now: Asked = ""
        """What the register is asked, as if on a thread of its own."""
        self.doubt: Doubt | None = None
        """A receipt in doubt; `resolved` is what asking about it comes to, after which it stands no more."""
        self.doubt_next: Doubt | None = None
        """What the next commit that fails leaves in doubt."""
        self.resolved: c.DoubtEnded | c.DoubtStands | c.CorrectionSettled = c.DoubtEnded()
        self.asked_register: list[c.ResolveDoubt] = []
        shift = ShiftInfo("s1", 12, "Анна", shop.NOW_MS - 3 * shop.HOUR_MS) if open_shift else None
        self._state = State(mode="sale" if shift else "closed", shift=shift, basket=Basket(store=STORE))
        self._watchers: list[Callable[[View], None]] = []
        self._returned: dict[str, dict[int, int]] = {}
        self._queue: queue.Queue[tuple[c.Command, threading.Event | None] | None] = queue.Queue()
        self._view = self._picture("")
        self.held = threading.Event()
        self.held.set()
        self._thread = threading.Thread(target=self._run, daemon=True) if threaded else None
        if self._thread:
            self._thread.start()

    # -- the port

    def view(self) -> View:
        return self._view

    def post(self, command: c.Command) -> None:
        self.posted.append(command)
        if self._thread:
            self._queue.put((command, None))
        else:
            self._take(command)

    def dispatch(self, command: c.Command) -> View:
        if not self._thread:
            self._take(command)
            return self._view
        done = threading.Event()
        self._queue.put((command, done))
        done.wait()
        return self._view

    def watch(self, painted: Callable[[View], None]) -> Callable[[], None]:
        self._watchers.append(painted)
        return lambda: self._watchers.remove(painted)

    def link_is(self, link: Link) -> None:
        self.link = link
        self.post(c.Refresh())

    def devices_are(self, *devices: DeviceHealth) -> None:
        self.devices = devices
        self.post(c.Refresh())

    def stop(self) -> None:
        self._queue.put(None)

    # -- the loop

    def _run(self) -> None:
        while (taken := self._queue.get()) is not None:
            self.held.wait()
            self._take(taken[0])
            if taken[1]:
                taken[1].set()

    def _take(self, command: c.Command) -> None:
        sound, todo = "", [command]
        while todo:
            self._state, effects = step(self._state, todo.pop(0), self._around())
            for effect in effects:
                if isinstance(effect, c.Signal):
                    sound = effect.sound
                elif (answer := self._carry_out(effect)) is not None:
                    todo.append(answer)
        self._view = self._picture(sound)
        for painted in tuple(self._watchers):
            painted(self._view)

    def _around(self) -> Surroundings:
        minutes = (self.now_ms // 60_000 + 180) % 1440
        moment = Moment(self.now_ms, "2026-11-22", minutes, 6)
        member = self._state.basket.member
        age_s = (self.now_ms - member.as_of_ms) // 1000 if member else 0
        standing = Standing(self.link.online, age_s)
        return Surroundings(
            moment, self.programme, STORE, standing, is_fiscal=self.register is not None, charge_ref=self.charge_ref,
            asked=self.asked_now,
        )  # fmt: skip

    def _picture(self, sound: str) -> View:
        return View(
            self._state,
            self.link,
            self.programme,
            "Локо-магазин",
            "T1",
            sound,
            self.doubt,
            self.devices,
            self.asked_now,
        )

    # -- effects

    def _carry_out(self, effect: c.Effect) -> c.Command | None:  # noqa: PLR0912  # one case per effect
        match effect:
            case c.FindProduct(code=code, qty_milli=qty_milli, qty_said=qty_said):
                return self._product(code, qty_milli, qty_said)
            case c.FindMember(key=key, by=by):
                member = self.members.get(key)
                if member is None:
                    return c.Failed(sentence("member.unknown", key=f"••{key[-4:]}"), sentence("member.unknown.hint"))
                return c.MemberFound(replace(member, identified_by=by))
            case c.FindCoupon(coupon=coupon):
                return c.CouponFree(coupon)
            case c.FindGoods(text=text):
                found = tuple(goods for goods in shop.GOODS if text.casefold() in goods.name.casefold())
                return c.GoodsFound(text, found)
            case c.FindGiftCard(number=number):
                return c.GiftCardFound(HeldCard(gift_card(number), shop.GIFT_MINOR, self.now_ms))
            case c.FindReceipts():
                rows = [row_of(receipt) for receipt in reversed(self.receipts)]
                return c.ReceiptsFound((*rows, *self.more_rows))
            case c.MakeSlip(number=number):
                return c.SlipMade(number, next(slip_of(each) for each in self.receipts if each.number == number))
            case c.PrintAgain(number=number):
                self.reprinted.append(number)
                return c.PrintedAgain(number, "printer")
            case c.SpeakOn(lang=lang):
                return c.Spoken((f"in {lang}",))
            case c.FindReceipt(number=number):
                return self._receipt(number)
            case c.SendCode() | c.CheckCode():
                self.asked.append(effect)
                return c.CodeAsked(f"code {len(self.asked)}") if isinstance(effect, c.SendCode) else None
            case (
                c.ChargeCard() | c.CancelCard() | c.AnswerTerminal() | c.ReleaseCards() | c.CheckCard()
            ):  # fmt: skip
                self.bank.append(effect)
                return None
            case c.FindBankCard() | c.AskBankCard() | c.KeepBankCard() | c.DropBankCards():
                return answer_bank_card(effect, self.bank_cards, self.members)
            case c.CommitSale() | c.CommitReturn() if self.fails:
                failed, self.fails = self.fails, None
                self.doubt, self.doubt_next = self.doubt_next, None
                return failed
            case c.AskState(unasked=unasked):
                return c.RegisterLooked(self.register, unasked)
            case c.MendRegister():
                self.mended.append(effect)
                return c.RegisterLooked(self.register)
            case c.RecordCash(kind=kind, amount_minor=amount_minor):
                self.at_register.append(effect)
                return c.CashRecorded(kind, amount_minor, self._shift())
            case c.CopyDocument():
                self.at_register.append(effect)
                return c.CopyPrinted()
            case c.IssueCorrection(nth=nth):
                if self.fails:
                    return self.fails
                self.corrections.append(effect)
                return c.CorrectionIssued("20462", nth, before=self.corrections.count(effect) > 1)
            case c.ChangeShift():
                shift = self._shift()
                return c.ShiftRenewed(shift.shift_no, replace(shift, shift_no=shift.shift_no + 1))
            case c.ResolveDoubt():
                self.asked_register.append(effect)
                self.doubt = self.doubt if isinstance(self.resolved, c.DoubtStands) else None
                return self.resolved
            case c.CommitSale():
                return self._sold(effect)
            case c.CommitReturn():
                return self._taken_back(effect)
            case c.AskKnown(key=key, wanted=wanted):
                if (key in self.members) == wanted:
                    return None
                code = "member.no_inviter" if wanted else "member.exists"
                said = sentence(code) if wanted else sentence(code, name=self.members[key].name_masked)
                return c.Notify("error", said, sentence(f"{code}.hint"))
            case c.EnrolMember():
                card = card_number("299", 900 + len(self.members))
                name = mask_name(effect.name)
                made = replace(
                    shop.MARIA, member_id=card, name_masked=name, card=card, balance_points=0, status="novice",
                    consents={each.purpose: Said(each.version, self.now_ms, each.given) for each in effect.consents},
                )  # fmt: skip
                self.members[effect.phone] = made
                self.consents += [(consent.purpose, consent.given) for consent in effect.consents]
                return c.MemberFound(made, enrolled=True)
            case c.RecordConsent(member=who, consent=consent):
                self.consents.append((consent.purpose, consent.given))
                return c.ConsentRecorded(consent, word_ms(who.consents, consent.purpose, self.now_ms))
            case c.StartShift(cashier=cashier):
                return c.ShiftStarted(ShiftInfo("s2", 13, cashier, self.now_ms))
            case c.EndShift():
                return c.ShiftEnded(self._report("Z-ОТЧЁТ"))
            case c.BeginEpoch():
                return c.EpochReady(2, 3)
            case c.MakeXReport():
                return c.ReportMade(self._report("X-ОТЧЁТ"))
            case _:
                return None

    def _product(self, code: str, qty_milli: int, qty_said: bool) -> c.Command:
        product = next((goods for goods in shop.GOODS if goods.code == code), None)
        if product is None:
            return c.ProductUnknown(code, sentence("product.unknown", code=code))
        price_minor = price_at(product, STORE, self.now_ms)
        assert price_minor is not None
        return c.ProductFound(product, qty_milli, price_minor, qty_said=qty_said)

    def _receipt(self, number: str) -> c.Command:
        found = next((receipt for receipt in self.receipts if receipt.number == number), None)
        if found is None:
            return c.Failed(sentence("receipt.unknown", number=number))
        before = self._returned.get(found.receipt_id, {})
        return c.ReceiptFound(found, before, programme=self.programme, elsewhere_known=self.link.online)

    def _sold(self, effect: c.CommitSale) -> c.Command:
        shift = self._shift()
        number = f"T1-{len(self.receipts) + 1}"
        receipt = receipt_from(
            effect.quote, effect.basket, self._around().moment, receipt_id=number, number=number,
            store=STORE, terminal="T1", cashier=shift.cashier, shift_id=shift.shift_id, payments=effect.payments,
            series=self.programme.coupons,
        )  # fmt: skip
        return self._completed(receipt, shift)

    def _taken_back(self, effect: c.CommitReturn) -> c.Command:
        shift = self._shift()
        number = f"T1-{len(self.receipts) + 1}"
        receipt = return_receipt(
            effect.original, effect.returned_milli, effect.wanted_milli, receipt_id=number, number=number, store=STORE,
            terminal="T1", cashier=shift.cashier, shift_id=shift.shift_id, moment=self._around().moment,
            payment=effect.kind, parts=effect.parts, programme=effect.programme,
        )  # fmt: skip
        before = self._returned.setdefault(effect.original.receipt_id, {})
        for line_no, qty_milli in effect.wanted_milli.items():
            before[line_no] = before.get(line_no, 0) + qty_milli
        return self._completed(receipt, shift)

    def _completed(self, receipt: Receipt, shift: ShiftInfo) -> c.Command:
        self.receipts.append(receipt)
        return c.Completed(receipt, slip_of(receipt), replace(shift, totals=add_receipt(shift.totals, receipt)))

    def _shift(self) -> ShiftInfo:
        assert self._state.shift is not None
        return self._state.shift

    def _report(self, title: str) -> tuple[str, ...]:
        totals = self._shift().totals
        return (
            "Локо-магазин", title, f"Смена {self._shift().shift_no}", f"Кассир {self._shift().cashier}",
            f"Продаж {totals.sales:>10}", f"Возвратов {totals.returns:>7}", f"Наличными {totals.cash_minor / 100:.2f}",
        )  # fmt: skip


def slip_of(receipt: Receipt) -> tuple[str, ...]:
    """A slip 32 characters wide, as a small printer gives it."""
    lines = [f"{'Локо-магазин':^32}", f"Чек {receipt.number}    22.11.2026 12:00", "-" * 32]
    for line in receipt.lines:
        lines += [
            line.name[:32],
            f"{f'{line.qty_milli / 1000:g} x {line.price_minor / 100:.2f}':>20}{line.total_minor / 100:>12.2f}",
        ]
    lines += ["-" * 32, f"{'ИТОГО':<16}{receipt.total_minor / 100:>16.2f}"]
    lines += [f"{payment.kind:<16}{payment.amount_minor / 100:>16.2f}" for payment in receipt.payments]
    if receipt.change_minor:
        lines.append(f"{'СДАЧА':<16}{receipt.change_minor / 100:>16.2f}")
    return (*lines, f"Баллов начислено: {receipt.earned_points}")
