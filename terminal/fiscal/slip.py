"""Receipts and shift reports as lines of text, for paper of 32, 42 or 48 columns and for the screen's preview."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from loyalty.basket import Moment
from loyalty.coupons.issuing import IssuedCoupon
from loyalty.dates import clock_text, date_text
from loyalty.events import ShiftTotals
from loyalty.ledger import MAIN_WALLET
from loyalty.money import money_text, points_text, quantity_text
from loyalty.points.earned import balance_after, pending
from loyalty.receipt import Payment, Receipt, ReceiptLine
from loyalty.returns import SENTENCES, returned_said
from loyalty.sentences import Lang, say
from loyalty.shift import in_drawer_minor
from terminal.fiscal.columns import centred, pair, rule, wrapped
from terminal.fiscal.slip_words import WORDS, Words

WIDTHS = (32, 42, 48)
DEFAULT_WIDTH = 42
SCREEN_REPORT_WIDTH = 36
"""Two columns of it, with their margins, are a screen of 80."""
ONE_PIECE_MILLI = 1000


def receipt_slip(
    receipt: Receipt,
    lang: Lang,
    *,
    store_name: str = "",
    width: int = DEFAULT_WIDTH,
    wallets: Mapping[str, str] = {},
    copy: bool = False,
) -> tuple[str, ...]:
    """The slip of a sale or a return; every line is at most `width` characters. `wallets` are their names, by id. A
    `copy` says so above and below, since goods are given and taken back by slips."""
    words = WORDS[lang]
    said = centred(words.copy, width) if copy else ()
    return tuple(line for part in (
        said,
        _head(receipt, lang, words, store_name, width),
        *(_line(line, lang, words, width) for line in receipt.lines),
        _sums(receipt, lang, words, width),
        _reasons(receipt, lang, width),
        _loyalty(receipt, lang, words, wallets, width),
        _messages(receipt, lang, width),
        *(_coupon(coupon, lang, words, width) for coupon in receipt.issued),
        _foot(receipt, words, width),
        said,
    ) for line in part)  # fmt: skip


def report_slip(
    kind: Literal["X", "Z"],
    totals: ShiftTotals,
    lang: Lang,
    *,
    shift_no: int,
    cashier: str,
    moment: Moment,
    store_name: str = "",
    terminal: int | str = "",
    width: int = DEFAULT_WIDTH,
) -> tuple[str, ...]:
    """An X or Z report: what the drawer is counted against first, then counts; each from the shift's receipts alone."""
    words = WORDS[lang]
    cash_minor = totals.cash_minor - totals.returned_cash_minor
    card_minor = totals.card_minor - totals.returned_card_minor
    money = [
        (words.takings, cash_minor + card_minor),
        (words.cash_left, cash_minor),
        (words.card_left, card_minor),
        *_drawer(totals, words),
        (words.cash_in, totals.cash_minor),
        (words.card_in, totals.card_minor),
        (words.cash_out, -totals.returned_cash_minor),
        (words.card_out, -totals.returned_card_minor),
        (words.discount, totals.discount_minor),
    ]
    money += [(name, minor) for name, minor in _gift_cards(totals, words) if minor]
    counts = [
        (words.sales, totals.sales),
        (words.returns, totals.returns),
        (words.with_card, totals.members),
        (words.earned, totals.earned_points),
        (words.spent, totals.redeemed_points),
    ]
    return (
        *centred(store_name, width),
        *centred(words.x_report if kind == "X" else words.z_report, width),
        *pair(f"{words.till} {terminal}", f"{words.shift} {shift_no}", width),
        *pair(f"{words.cashier} {cashier}", when(moment, lang), width),
        rule(width),
        *(line for name, minor in money for line in pair(name, money_text(minor, lang), width)),
        rule(width),
        *(line for name, count in counts for line in pair(name, points_text(count, lang), width)),
        rule(width),
        *centred(words.not_fiscal, width),
    )


def cash_slip(
    kind: Literal["in", "out"],
    amount_minor: int,
    lang: Lang,
    *,
    cashier: str,
    moment: Moment,
    store_name: str = "",
    terminal: int | str = "",
    width: int = DEFAULT_WIDTH,
) -> tuple[str, ...]:
    """That cash was put into the drawer or taken out of it, with a line to sign on."""
    words = WORDS[lang]
    return (
        *centred(store_name, width),
        *centred(words.put_in if kind == "in" else words.taken_out, width),
        rule(width),
        *pair(f"{words.till} {terminal}", when(moment, lang), width),
        *wrapped(f"{words.cashier} {cashier}", width),
        *pair(words.total, money_text(amount_minor, lang), width),
        "",
        *pair(words.signature, "_" * (width // 2), width),
        rule(width),
        *centred(words.not_fiscal, width),
    )


def _drawer(totals: ShiftTotals, words: Words) -> tuple[tuple[str, int], ...]:
    """Where cash was put in or taken out beside sales: how much, and what the drawer has more than at the opening."""
    if not (totals.cash_in_minor or totals.cash_out_minor):
        return ()
    return (
        (words.put_in, totals.cash_in_minor),
        (words.taken_out, -totals.cash_out_minor),
        (words.in_drawer, in_drawer_minor(totals)),
    )


def _gift_cards(totals: ShiftTotals, words: Words) -> tuple[tuple[str, int], ...]:
    """No takings of the shift: their money was taken when the cards were sold."""
    return (
        (words.gift_in, totals.gift_card_minor),
        (words.gift_out, -totals.returned_gift_card_minor),
        (words.loaded, totals.loaded_minor),
        (words.loaded_back, -totals.loaded_back_minor),
    )


def when(moment: Moment, lang: Lang) -> str:
    """`22.11.2026 14:05` or `22 Nov 2026 14:05`, by the store's clock."""
    return f"{date_text(moment.local_date, lang)} {clock_text(moment.local_minute)}"


def _head(receipt: Receipt, lang: Lang, words: Words, store_name: str, width: int) -> Iterator[str]:
    yield from centred(store_name, width)
    title = words.sale if receipt.kind == "sale" else words.return_
    yield from pair(f"{title} {receipt.number}", when(receipt.moment, lang), width)
    if receipt.original_number:
        yield from wrapped(f"{words.of_receipt} {receipt.original_number}", width)
    yield from wrapped(f"{words.cashier} {receipt.cashier}", width)
    yield rule(width)


def _line(line: ReceiptLine, lang: Lang, words: Words, width: int) -> Iterator[str]:
    """Name, then quantity x price with the full amount, then each reason with what it took off; for a gift, why."""
    yield from wrapped((lang == "en" and line.name_en) or line.name, width)
    unit = words.kg if line.unit == "kg" else words.piece if line.qty_milli == ONE_PIECE_MILLI else words.pieces
    figures = f"  {quantity_text(line.qty_milli, lang)} {unit} × {money_text(line.price_minor, lang)}"
    yield from pair(figures, money_text(line.base_minor, lang), width)
    if line.gift_card is not None:
        yield from wrapped(f"  {words.card_no} *{line.gift_card.tail}", width)
    for applied in line.applied:
        name = applied.name_ru if lang == "ru" else applied.name_en
        if applied.discount_minor:
            yield from pair(f"  {name}", money_text(-applied.discount_minor, lang), width)
        elif line.is_gift:
            yield from wrapped(f"  {name}", width)
    unnamed_minor = line.discount_minor - sum(applied.discount_minor for applied in line.applied)
    if unnamed_minor:
        # A part that comes back has what was taken off it, and no shares of campaigns in that.
        yield from pair(f"  {words.discount}", money_text(-unnamed_minor, lang), width)
    if line.redeemed_minor:
        yield from pair(f"  {words.by_points}", money_text(-line.redeemed_minor, lang), width)
    if line.total_minor != line.base_minor:
        yield from pair("", money_text(line.total_minor, lang), width)


def _sums(receipt: Receipt, lang: Lang, words: Words, width: int) -> Iterator[str]:
    yield rule(width)
    if receipt.total_minor != receipt.base_minor:
        yield from pair(words.before, money_text(receipt.base_minor, lang), width)
    if receipt.discount_minor:
        yield from pair(words.discount, money_text(-receipt.discount_minor, lang), width)
    if receipt.redeemed_minor:
        yield from pair(words.by_points, money_text(-receipt.redeemed_minor, lang), width)
    if receipt.short_minor:
        yield from pair(words.for_missing, money_text(-receipt.short_minor, lang), width)
    yield from pair(
        words.total if receipt.kind == "sale" else words.total_back, money_text(receipt.settled_minor, lang), width
    )
    for payment in receipt.payments:
        yield from _payment(payment, lang, words, width)
    if receipt.change_minor:
        yield from pair(words.change, money_text(receipt.change_minor, lang), width)


def _payment(payment: Payment, lang: Lang, words: Words, width: int) -> Iterator[str]:
    if payment.gift_card is None:
        name = words.cash if payment.kind == "cash" else words.card
        yield from pair(name, money_text(payment.amount_minor, lang), width)
        yield from _bank(payment, words, width)
        return
    yield from pair(f"{words.gift_card} *{payment.gift_card.tail}", money_text(payment.amount_minor, lang), width)
    if payment.left_minor is not None:
        yield from pair(f"  {words.gift_left}", money_text(payment.left_minor, lang), width)


def _bank(payment: Payment, words: Words, width: int) -> Iterator[str]:
    """What the bank's own slip says: the card, its authorisation code, its reference number."""
    bank = payment.bank
    if bank is None:
        return
    if bank.code or bank.tail:
        code = f"{words.bank_code} {bank.code}" if bank.code else ""
        yield from pair(f"  {bank.scheme} {bank.masked}".rstrip(), code, width)
    if bank.rrn:
        yield from pair("  RRN", bank.rrn, width)


def _reasons(receipt: Receipt, lang: Lang, width: int) -> Iterator[str]:
    """Why a return gives back another sum than was paid."""
    for said in returned_said(receipt):
        yield from wrapped(say(said, lang, SENTENCES), width)


def _loyalty(receipt: Receipt, lang: Lang, words: Words, wallets: Mapping[str, str], width: int) -> Iterator[str]:
    if receipt.member_id is None:
        return
    yield rule(width)
    yield from pair(words.member, receipt.member_name or words.no_name, width)
    sign = 1 if receipt.kind == "sale" else -1
    if receipt.redeemed_points:
        sold = words.spent_offline if receipt.rights else words.spent
        yield from pair(sold if sign == 1 else words.spent_back, points_text(receipt.redeemed_points, lang), width)
    name = words.earned if sign == 1 else words.earned_back
    yield from pair(name, points_text(receipt.earned_points, lang), width)
    yield from _dates(receipt, lang, words, wallets, width)
    taken = receipt.costs.get(MAIN_WALLET, 0)
    if taken:
        yield from pair(words.for_offers if sign == 1 else words.for_offers_back, points_text(taken, lang), width)
    after = balance_after(receipt)
    if after is not None:
        yield from pair(words.balance, points_text(after, lang), width)
    earned = words.wallet_earned if sign == 1 else words.wallet_earned_back
    spent = words.wallet_taken if sign == 1 else words.wallet_taken_back
    for said, moved in ((earned, receipt.wallets), (spent, receipt.costs)):
        for wallet, points in moved.items():
            if points and wallet != MAIN_WALLET:
                yield from pair(f"{wallets.get(wallet, wallet)}: {said}", points_text(points, lang), width)


def _dates(receipt: Receipt, lang: Lang, words: Words, wallets: Mapping[str, str], width: int) -> Iterator[str]:
    """From when and until when what was earned can be spent."""
    for lot in receipt.lots if receipt.kind == "sale" else ():
        name = "" if lot.wallet == MAIN_WALLET else f"{wallets.get(lot.wallet, lot.wallet)}: "
        if pending(lot, receipt):
            yield from pair(f"  {name}{words.usable_from}", date_text(lot.usable_from_date, lang), width)
        if lot.expires_date:
            yield from pair(f"  {name}{words.until}", date_text(lot.expires_date, lang), width)


def _messages(receipt: Receipt, lang: Lang, width: int) -> Iterator[str]:
    for message in receipt.messages:
        yield rule(width)
        yield from wrapped(message.ru if lang == "ru" else message.en, width)


def _coupon(coupon: IssuedCoupon, lang: Lang, words: Words, width: int) -> Iterator[str]:
    """A coupon to cut off: its name, its code, until when."""
    yield rule(width)
    yield from centred(f"{words.coupon}: {coupon.name_ru if lang == 'ru' else coupon.name_en}", width)
    yield from centred(coupon.code, width)
    if coupon.last:
        yield from centred(f"{words.until} {date_text(coupon.last, lang)}", width)


def _foot(receipt: Receipt, words: Words, width: int) -> Iterator[str]:
    yield rule(width)
    for programme in receipt.programmes:
        yield from wrapped(f"{words.programme} {programme.id}, {words.version} {programme.version}", width)
    yield from centred(words.not_fiscal, width)
