"""A till in memory: the real session and the real rules, with dictionaries for goods, members and receipts."""

from collections.abc import Iterator
from itertools import repeat

import msgspec

from loyalty.basket import Moment
from loyalty.catalogue import Price, Product, price_at
from loyalty.codes import card_number, gtin_check_digit, receipt_number
from loyalty.consents import word_ms
from loyalty.coupons.reading import Shop
from loyalty.documents.programme_file import parse_programme
from loyalty.events import ShiftTotals
from loyalty.gift_card import HeldCard, gift_card
from loyalty.member import Member
from loyalty.programme import Programme
from loyalty.quote import Standing
from loyalty.receipt import Receipt
from loyalty.returns import return_receipt
from loyalty.sale import receipt_from
from loyalty.sentences import sentence
from loyalty.shift import add_receipt
from terminal.session import ShiftInfo, State, Surroundings, step
from terminal.session import commands as c
from tests.support.bank_cards import answer_bank_card

PROGRAMME = """
id = "corner"
version = 1
name = { ru = "Уголок", en = "Corner" }

[codes]
gift_card_prefixes = ["298"]

[[season]]
id = "2026"

[redeem]
max_share_bp = 5000
offline_max_points = 30

[redeem.offline]
member_max_points = 210

[[status]]
id = "basic"
name = { ru = "Базовый", en = "Basic" }
earn_bp = 500
"""
NOON = Moment(1_790_000_000_000, "2026-09-21", 720, 0)


def gtin(number: int) -> str:
    body = f"460{number:09d}"
    return body + gtin_check_digit(body)


TEA = Product(gtin(1), "Чай", (Price(100_00),), category="drinks")
CUP = Product(gtin(2), "Кружка", (Price(450_50),), category="souvenirs")
SWEETS = Product("00123", "Конфеты", (Price(700_00),), unit="kg", vat="10")
UNPRICED = Product(gtin(3), "Новинка", ())
CARD = card_number("299", 1)
PHONE = "+79031234567"
ANNA = Member("aa" * 16, "aa" * 16, "Анна И.", "basic", 200, card=CARD, found_on=NOON.local_date, as_of_ms=NOON.at_ms)
BLOCKED = card_number("299", 2)


class Counter:
    """`do` runs commands with everything they cause; `state` is what the cashier would see."""

    def __init__(self, programme: Programme | None = None) -> None:
        self.programme = programme or parse_programme(PROGRAMME)
        self.goods = {product.code: product for product in (TEA, CUP, SWEETS, UNPRICED)}
        self.members = {
            CARD: ANNA,
            PHONE: msgspec.structs.replace(ANNA, identified_by="phone"),
            BLOCKED: msgspec.structs.replace(ANNA, member_id="bb" * 16, account_id="bb" * 16, blocked=True),
        }
        self.receipts: dict[str, Receipt] = {}
        self.returned: dict[str, dict[int, int]] = {}
        self.gift_cards: dict[str, int] = {}
        self.gifts_as_of_ms = NOON.at_ms
        self.standing = Standing()
        self.shop: Shop | None = None
        self.fails: c.Failed | None = None
        self.receipts_answer: c.Command | None = None
        """What is answered to whoever looks back at the receipts of the shift."""
        self.state = State()
        self.sounds: list[str] = []
        self.asked: list[c.SendCode | c.CheckCode] = []
        """What the head office was asked about phones; a test answers."""
        self.hold_ids: Iterator[str] = repeat("")
        """Without ids no hold is asked for."""
        self.holds: list[c.TakeHold | c.GiveHoldBack] = []
        """What the head office was asked about points; a test answers."""
        self.charge_refs: Iterator[str] = repeat("")
        """Without references no payment terminal is asked."""
        self.bank_cards: dict[str, str] = {}
        """Hash of a bank card's token -> the member's card it stands for."""
        self.bank: list[c.Bank] = []
        """What the payment terminal was asked; a test answers."""
        self.now_ms = NOON.at_ms

    def opened(self) -> "Counter":
        return self.do(c.OpenShift("Ольга"))

    def do(self, *commands: c.Command) -> "Counter":
        todo = list(commands)
        while todo:
            moment = msgspec.structs.replace(NOON, at_ms=self.now_ms)
            hold_id, charge_ref = next(self.hold_ids), next(self.charge_refs)
            around = Surroundings(
                moment, self.programme, "s1", self.standing, self.shop, hold_id, charge_ref=charge_ref
            )
            self.state, effects = step(self.state, todo.pop(0), around)
            todo = [answer for effect in effects if (answer := self._answer(effect)) is not None] + todo
        return self

    @property
    def said(self) -> str:
        return self.state.notice.said.code if self.state.notice else ""

    def _answer(self, effect: c.Effect) -> c.Command | None:  # noqa: PLR0912 - one case for each effect
        if self.fails is not None and not isinstance(effect, c.Signal | c.ReleaseCards):
            return self.fails
        match effect:
            case c.Signal(sound=sound):
                self.sounds.append(sound)
                return None
            case c.FindReceipts() | c.MakeSlip() | c.PrintAgain() | c.SpeakOn():
                return self.receipts_answer
            case c.TakeHold() | c.GiveHoldBack():
                self.holds.append(effect)
                return None
            case (
                c.ChargeCard() | c.CancelCard() | c.AnswerTerminal() | c.ReleaseCards() | c.CheckCard()
            ):  # fmt: skip
                self.bank.append(effect)
                return None
            case c.FindBankCard() | c.AskBankCard() | c.KeepBankCard() | c.DropBankCards():
                return answer_bank_card(effect, self.bank_cards, self.members)
            case c.FindProduct(code=code, qty_milli=qty_milli):
                product = self.goods.get(code)
                price = price_at(product, "s1", NOON.at_ms) if product else None
                if product is None or price is None:
                    return c.ProductUnknown(code, sentence("product.unknown", code=code))
                return c.ProductFound(product, qty_milli, price)
            case c.FindMember(key=key, by=by):
                member = self.members.get(key)
                if member is None:
                    return c.Failed(sentence("member.unknown", key=key))
                return c.MemberFound(msgspec.structs.replace(member, identified_by=by))
            case c.FindCoupon(coupon=coupon, single=single):
                if single and coupon.id in {id for receipt in self.receipts.values() for id in receipt.coupons}:
                    return c.Failed(sentence("coupon.spent", code=coupon.code))
                return c.CouponFree(coupon)
            case c.FindGiftCard(number=number):
                return c.GiftCardFound(HeldCard(gift_card(number), self.gift_cards.get(number, 0), self.gifts_as_of_ms))
            case c.FindReceipt(number=number):
                receipt = self.receipts.get(receipt_number(number, "T1"))
                if receipt is None:
                    return c.Failed(sentence("receipt.unknown", number=number))
                return c.ReceiptFound(receipt, self.returned.get(receipt.receipt_id, {}), programme=self.programme)
            case c.FindGoods(text=text):
                found = tuple(p for p in self.goods.values() if text.casefold() in p.name.casefold())
                return c.GoodsFound(text, found)
            case c.SendCode() | c.CheckCode():
                self.asked.append(effect)
                return c.CodeAsked(f"code {len(self.asked)}") if isinstance(effect, c.SendCode) else None
            case c.ResolveDoubt():
                return c.DoubtEnded()
            case c.AskState() | c.MendRegister():
                return c.RegisterLooked(None, isinstance(effect, c.AskState) and effect.unasked)
            case c.RecordCash(kind=kind, amount_minor=amount_minor):
                assert self.state.shift is not None
                return c.CashRecorded(kind, amount_minor, self.state.shift)
            case c.CopyDocument():
                return c.CopyPrinted()
            case c.IssueCorrection():
                return c.CorrectionIssued("7")
            case c.ChangeShift():
                assert self.state.shift is not None
                return c.ShiftRenewed(self.state.shift.shift_no, self.state.shift)
            case c.CommitSale():
                return self._sold(effect)
            case c.CommitReturn():
                return self._taken_back(effect)
            case c.AskKnown(key=key, wanted=wanted):
                code = "member.no_inviter" if wanted else "member.exists"
                return None if (key in self.members) == wanted else c.Notify("error", sentence(code))
            case c.EnrolMember(phone=phone, name=name):
                new = Member("cc" * 16, "cc" * 16, name, "basic", card=card_number("299", 77), identified_by="phone")
                self.members[phone] = new
                return c.MemberFound(new, enrolled=True)
            case c.RecordConsent(member=who, consent=consent):
                return c.ConsentRecorded(consent, word_ms(who.consents, consent.purpose, self.now_ms))
            case c.StartShift(cashier=cashier):
                return c.ShiftStarted(ShiftInfo("dd" * 16, 1, cashier, NOON.at_ms))
            case c.EndShift():
                return c.ShiftEnded(("Z",))
            case c.MakeXReport():
                return c.ReportMade(("X",))
            case c.BeginEpoch():
                return c.EpochReady(2, 1)

    def _sold(self, effect: c.CommitSale) -> c.Command:
        shift = self._shift()
        number = f"T1-{len(self.receipts) + 1:06d}"
        receipt = receipt_from(
            effect.quote, effect.basket, NOON,
            receipt_id=f"{len(self.receipts) + 1:032x}", number=number,
            store="s1", terminal="ee" * 16, cashier=shift.cashier, shift_id=shift.shift_id, payments=effect.payments,
            series=self.programme.coupons,
        )  # fmt: skip
        return self._completed(msgspec.structs.replace(receipt, hold_id=effect.hold_id, offline=effect.unheld))

    def _taken_back(self, effect: c.CommitReturn) -> c.Command:
        shift = self._shift()
        number = f"T1-{len(self.receipts) + 1:06d}"
        receipt = return_receipt(
            effect.original, effect.returned_milli, effect.wanted_milli, receipt_id=f"{len(self.receipts) + 1:032x}",
            number=number, store="s1", terminal="ee" * 16, cashier=shift.cashier, shift_id=shift.shift_id, moment=NOON,
            payment=effect.kind, parts=effect.parts, programme=effect.programme,
        )  # fmt: skip
        returned = self.returned.setdefault(effect.original.receipt_id, {})
        for line_no, qty_milli in effect.wanted_milli.items():
            returned[line_no] = returned.get(line_no, 0) + qty_milli
        return self._completed(receipt)

    def _completed(self, receipt: Receipt) -> c.Command:
        self.receipts[receipt.number] = receipt
        shift = self._shift()
        totals = add_receipt(shift.totals or ShiftTotals(), receipt)
        return c.Completed(receipt, (receipt.number,), msgspec.structs.replace(shift, totals=totals))

    def _shift(self) -> ShiftInfo:
        assert self.state.shift is not None
        return self.state.shift
