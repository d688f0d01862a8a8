"""A correction receipt as the manager writes it down, and what is not right about it yet."""

from datetime import date
from typing import Literal

import msgspec

from loyalty.money import MAX_MINOR
from loyalty.sentences import Sentence, sentence

CorrectionVat = Literal["22", "20", "10", "7", "5", "0", "none", "22/122", "20/120", "10/110", "7/107", "5/105"]
"""The rates, and those worked out of a sum that has the tax in it."""
MOST_BY, MOST_ORDER, MOST_NAME, MOST_SIGN_DIGITS, MOST_NTH = 40, 32, 128, 10, 99
SENTENCES = {
    "correct.amount": ("Это не сумма: {text}", "That is not an amount: {text}"),
    "correct.sum": ("Укажите, сколько уплачено", "Type how much was paid"),
    "correct.vat": (
        "По ставкам НДС вышло {vat_minor}, а уплачено {paid_minor}",
        "By rates of VAT it comes to {vat_minor}, and {paid_minor} was paid",
    ),
    "correct.date": (
        "Укажите день расчёта, как 20.11.2026, не позже сегодня",
        "Type the day of the settlement, as 20.11.2026, today at the latest",
    ),
    "correct.order": ("Номер предписания — до {limit} знаков", "The order's number has up to {limit} characters"),
    "correct.sign": (
        "Фискальный признак (ФП) — до {limit} цифр", "A fiscal sign has up to {limit} digits",
    ),
    "correct.name": ("Наименование — до {limit} знаков", "The name has up to {limit} characters"),
    "correct.done": ("Чек коррекции пробит: ФД {number}", "The correction receipt is issued: document {number}"),
    "correct.before": (
        "Точно такой чек коррекции уже пробит: ФД {number}",
        "A correction receipt exactly like this is issued already: document {number}",
    ),
    "correct.before.hint": (
        "Если расчётов было два, Enter пробьёт ещё один", "If there were two such settlements, Enter makes another",
    ),
    "correct.not_issued": (
        "Чек коррекции {number} не пробит: при надобности сделайте его снова",
        "Correction receipt {number} was not issued: make it again if it is needed",
    ),
}  # fmt: skip


class CorrectionDraft(msgspec.Struct, frozen=True):
    """`vat_minor`: the sums with the tax in them, by their rates. `date` is ISO; `order` and `wrong_sign` are empty
    where nobody has ordered it, and where the settlement had no document. `name`: what was sold; `by`: who makes it."""

    kind: Literal["sale", "return"]
    cash_minor: int
    card_minor: int
    vat_minor: dict[CorrectionVat, int]
    date: str
    by: str
    order: str = ""
    wrong_sign: str = ""
    name: str = ""

    @property
    def total_minor(self) -> int:
        return self.cash_minor + self.card_minor


def fault_of(draft: CorrectionDraft, today: str) -> Sentence | None:
    """The first thing that is not right; `today` is the store's ISO day."""
    sums = (draft.cash_minor, draft.card_minor, *draft.vat_minor.values())
    by_rates_minor = sum(draft.vat_minor.values())
    if not 0 < draft.total_minor <= MAX_MINOR or min(sums) < 0:
        return sentence("correct.sum")
    if by_rates_minor != draft.total_minor or 0 in draft.vat_minor.values():
        return sentence("correct.vat", vat_minor=by_rates_minor, paid_minor=draft.total_minor)
    if not _is_day(draft.date) or draft.date > today:
        return sentence("correct.date")
    if len(draft.order) > MOST_ORDER:
        return sentence("correct.order", limit=MOST_ORDER)
    sign = draft.wrong_sign
    if sign and not (sign.isascii() and sign.isdigit() and len(sign) <= MOST_SIGN_DIGITS):
        return sentence("correct.sign", limit=MOST_SIGN_DIGITS)
    if len(draft.name) > MOST_NAME:
        return sentence("correct.name", limit=MOST_NAME)
    if not 0 < len(draft.by) <= MOST_BY:
        return sentence("doubt.who")
    return None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
