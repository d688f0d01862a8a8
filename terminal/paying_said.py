"""What the cashier reads of the payment terminal."""

from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "payment.silent": ("Банковский терминал не отвечает", "The bank terminal does not answer"),
    "payment.silent.hint": (
        "Проверьте питание и кабель, затем оплатите снова. Карта не списана",
        "Check its power and cable, then pay again. The card was not charged",
    ),
    "payment.cancelled": ("Оплата картой отменена", "The card payment is cancelled"),
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
        "The till tries again by itself. If that terminal is gone: kopilka payment status",
    ),
    "payment.unsettled_by_hand": (
        "Отмена на карту отложена: {amount_minor}", "Not given back to the card yet: {amount_minor}",
    ),
    "payment.unsettled_by_hand.hint": (
        "Касса спросит при следующей оплате картой; что осталось: kopilka payment status",
        "The till asks again at the next card payment; what is left: kopilka payment status",
    ),
    "payment.unclear": (
        "Оплата картой {amount_minor}: не видно, какой чек её назвал",
        "Card payment of {amount_minor}: it is not to be seen which receipt names it",
    ),
    "payment.unclear.hint": (
        "Сверьте с отчётом банка: kopilka payment settle", "Compare with the bank's report: kopilka payment settle",
    ),
    "payment.no_such": ("Операции {reference} среди нерешённых нет", "No unsettled operation {reference}"),
    "payment.settled": ("Решено: {reference}", "Settled: {reference}"),
}  # fmt: skip
_OWN = ("silent", "cancelled", "not_taken")
_ALIAS = {"undone": "not_taken", "too_long": "silent"}


def refusal(code: str) -> tuple[Sentence, Sentence | None]:
    """What is said where no money has moved, and what to do: by the code of the device's error."""
    code = _ALIAS.get(code, code)
    if code in _OWN:
        hint = f"payment.{code}.hint"
        return sentence(f"payment.{code}"), sentence(hint) if hint in SENTENCES else None
    return sentence("payment.declined", why=code), sentence("payment.declined.hint")
