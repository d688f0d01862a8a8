"""What the cashier reads of the payment terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalty.sentences import Sentence, sentence
from terminal.session import commands as c

if TYPE_CHECKING:
    from devices.payment.model import DayTotals
    from terminal.charges import DayEnded

SENTENCES = {
    "payment.silent": ("Банковский терминал не отвечает", "The bank terminal does not answer"),
    "payment.silent.hint": (
        "Проверьте питание и кабель, затем оплатите снова. Карта не списана",
        "Check its power and cable, then pay again. The card was not charged",
    ),
    "payment.cancelled": ("Оплата картой отменена", "The card payment is cancelled"),
    "payment.refused": ("Банк отказал", "The bank declines"),
    "payment.no_money": ("Банк отказал: на карте мало денег", "The bank declines: too little on the card"),
    "payment.power": ("Терминал выключался: оплата не прошла", "The terminal lost its power: nothing was paid"),
    "payment.declined": ("Банк отказал: {why}", "The bank declines: {why}"),
    "payment.declined.hint": (
        "Карта не списана: другая карта или наличные", "The card was not charged: another card, or cash",
    ),
    "payment.not_taken": ("Терминал оплату не провёл", "The terminal has not made the payment"),
    "payment.not_taken.hint": ("Карта не списана: оплатите снова", "The card was not charged: pay again"),
    "payment.store": ("Оплата картой не начата: {why}", "The card payment was not begun: {why}"),
    "payment.other_amount": (
        "Сумма возврата за это время изменилась", "The return comes to another amount by now",
    ),
    "payment.other_amount.hint": (
        "Карта ничего не получила: откройте возврат заново", "The card has got nothing: begin the return anew",
    ),
    "payment.undone": ("Деньги вернулись на карту {card}: {amount_minor}", "Back on the card {card}: {amount_minor}"),
    "payment.never_was": ("Карта не была списана: {amount_minor}", "The card was not charged: {amount_minor}"),
    "payment.unsettled": (
        "Не возвращено на карту: {amount_minor}. Терминал не подтверждает отмену",
        "Not back on the card: {amount_minor}. The terminal does not confirm it",
    ),
    "payment.unsettled.hint": (
        "Касса повторит сама. Если терминала больше нет: kopilka payment status",
        "The till tries by itself. If that terminal is gone: kopilka payment status",
    ),
    "payment.unsettled_by_hand": (
        "Отмена на карту отложена: {amount_minor}", "Not given back to the card yet: {amount_minor}",
    ),
    "payment.unsettled_by_hand.hint": (
        "Касса спросит при следующей оплате; что осталось: kopilka payment status",
        "The till asks at the next card payment; what is left: kopilka payment status",
    ),
    "payment.unclear": (
        "Оплата картой {amount_minor}: не видно, какой чек её назвал",
        "Card payment of {amount_minor}: it is not to be seen which receipt names it",
    ),
    "payment.unclear.hint": (
        "Сверьте с отчётом банка: kopilka payment settle", "Compare with the bank's report: kopilka payment settle",
    ),
    "payment.day_agrees": (
        "Банковский терминал сошёлся с чеками: {own_minor}", "The bank terminal agrees with the receipts: {own_minor}",
    ),
    "payment.day_differs": (
        "Терминал: {told_minor} ({told}), чеки: {own_minor} ({own}), разница {difference_minor}",
        "Terminal: {told_minor} ({told}), receipts: {own_minor} ({own}), difference {difference_minor}",
    ),
    "payment.day_differs.hint": (
        "Сверьте чеки банка с чеками кассы; что не решено: kopilka payment status",
        "Compare the bank's slips with the receipts; open: kopilka payment status",
    ),
    "payment.day_by_hand": (
        "Картой по чекам {own_minor}: сверьте с итогами банковского терминала",
        "By card, as the receipts say: {own_minor}. Compare with the totals of the bank terminal",
    ),
    "payment.no_totals": ("Итоги банковского терминала не получены", "The bank terminal has not told its totals"),
    "payment.no_totals.hint": (
        "Касса сверит их при следующем закрытии смены", "They are compared when the next shift is closed",
    ),
    "payment.unread": ("Карта не прочитана", "No card was read"),
    "payment.silent_reading.hint": (
        "Проверьте питание и кабель; участника найдёт карта или телефон",
        "Check its power and cable; a card or a phone finds the member",
    ),
    "payment.no_such": ("Операции {reference} среди нерешённых нет", "No unsettled operation {reference}"),
    "payment.settled": ("Решено: {reference}", "Settled: {reference}"),
}  # fmt: skip
_OWN = ("silent", "cancelled", "not_taken")
_BANKS = ("refused", "no_money", "power")
"""What a terminal says by codes of our protocol (devices.payment.lines); of any other its word is shown as it is."""
_ALIAS = {"undone": "not_taken", "too_long": "silent", "declined": "refused"}


def refusal(code: str) -> tuple[Sentence, Sentence | None]:
    """What is said where no money has moved, and what to do: by the code of the device's error."""
    code = _ALIAS.get(code, code)
    if code in _OWN:
        hint = f"payment.{code}.hint"
        return sentence(f"payment.{code}"), sentence(hint) if hint in SENTENCES else None
    said = sentence(f"payment.{code}") if code in _BANKS else sentence("payment.declined", why=code)
    return said, sentence("payment.declined.hint")


def reading_refused(code: str) -> tuple[Sentence, Sentence | None]:
    """Why no card was read, where nothing was to be paid."""
    if code == "silent":
        return sentence("payment.silent"), sentence("payment.silent_reading.hint")
    return sentence("bank_card.no_terminal" if code == "cannot_read" else "payment.unread"), None


def day_said(ended: DayEnded) -> c.Notify:
    """Whether the terminal has taken what the receipts say; amounts are what was taken less what was given back, beside
    them how many operations that were."""
    own_minor = _net_minor(ended.ours)
    if ended.told is None:
        return c.Notify("info", sentence("payment.day_by_hand", own_minor=own_minor))
    if ended.told == ended.ours:
        return c.Notify("ok", sentence("payment.day_agrees", own_minor=own_minor))
    told_minor = _net_minor(ended.told)
    said = sentence(
        "payment.day_differs", told_minor=told_minor, told=_count(ended.told), own_minor=own_minor,
        own=_count(ended.ours), difference_minor=told_minor - own_minor,
    )  # fmt: skip
    return c.Notify("warn", said, sentence("payment.day_differs.hint"))


def _count(totals: DayTotals) -> int:
    return totals.sales + totals.refunds


def _net_minor(totals: DayTotals) -> int:
    return totals.sales_minor - totals.refunds_minor
