"""The words a programme is told in: one for each key of the document, each mechanic and each value of a few.

A key's unit is in its name, so a figure is written by it: `_minor` money, `_bp` a percentage, `_points` points, `_g`
weight, `_days` days, an ISO date as a date. A new mechanic is told as soon as its keys have words here; a test of the
house says which have none.
"""

import re
from collections.abc import Callable

from loyalty.money import money_text, percent_text, quantity_text
from loyalty.sentences import Lang, counted

Pair = tuple[str, str]
"""(Russian, English)."""

TITLES: dict[str, Pair] = {
    "programme": ("Программа лояльности", "Loyalty programme"),
    "dates": ("даты", "dates"),
    "hours": ("часы", "hours"),
    "weekdays": ("дни недели", "days of the week"),
    "recurrence": ("повторяющиеся дни", "days that come again"),
    "season": ("сезон", "season"),
    "before_event": ("до начала события", "until an event starts"),
    "who": ("участникам", "members"),
    "birthday": ("день рождения", "birthday"),
    "first_purchase": ("первая покупка", "first purchase"),
    "trial": ("проба", "trial"),
    "stores": ("магазины", "stores"),
    "channels": ("где куплено", "where it is bought"),
    "products": ("товары", "goods"),
    "combination": ("сочетание товаров", "combination of goods"),
    "quantity": ("количество", "quantity"),
    "receipt_total": ("сумма чека", "receipt total"),
    "goods_total": ("сумма этих товаров", "total of these goods"),
    "payment": ("вид оплаты", "kind of payment"),
    "coupon": ("купон", "coupon"),
    "percent": ("скидка в процентах", "percentage off"),
    "amount": ("скидка суммой", "sum off"),
    "fixed_price": ("твёрдая цена", "fixed price"),
    "n_for_m": ("N по цене M", "N for the price of M"),
    "bundle_price": ("цена набора", "price of a set"),
    "steps": ("чем больше, тем дешевле", "the more, the cheaper"),
    "free_item": ("товар из корзины бесплатно", "goods in the basket for free"),
    "gift": ("подарок", "gift"),
    "points_percent": ("баллы с суммы", "points on the amount"),
    "points_multiplier": ("множитель баллов", "points multiplied"),
    "points_fixed": ("баллы за чек", "points for a receipt"),
    "points_per_amount": ("баллы за каждую сумму", "points for each whole sum"),
    "points_per_unit": ("баллы за каждую единицу", "points for each unit"),
    "points_by_status": ("баллы по статусу", "points by status"),
    "issue_coupon": ("купоны с чеком", "coupons with the receipt"),
    "message": ("сообщение", "message"),
}
"""The `type` of a mechanic -> what it is called."""

WORDS: dict[str, Pair] = {
    # The programme
    "id": ("id {}", "id {}"),
    "version": ("версия {}", "version {}"),
    "name": ("{}", "{}"),
    "currency": ("валюта {}", "currency {}"),
    "time_zone": ("часы {}", "clock of {}"),
    "season": ("сезон {}", "season {}"),
    "rounding": ("деньги округляются: {}", "money is rounded: {}"),
    "earn_rounding": ("баллы округляются: {}", "points are rounded: {}"),
    "earn_per": ("баллы считаются: {}", "points are counted: {}"),
    "earn_before_discounts": ("баллы с цен до скидок", "points on prices before discounts"),
    "earn_on_redeemed": ("баллы и с оплаченного баллами", "points also on what is paid with points"),
    "point_scale": ("долей в балле: {}", "parts of a point: {}"),
    "consent_version": ("версия согласий {}", "version of the consent texts {}"),
    "status": ("статус {}", "status {}"),
    "status_criteria": ("статусу нужны {}", "a status takes {}"),
    "status_wallet": ("в счёт статуса идёт кошелёк {}", "the wallet that counts is {}"),
    "status_on_return": ("возвращённое {}", "what is returned {}"),
    "wallet": ("кошелёк {}", "wallet {}"),
    "event": ("событие {}", "event {}"),
    "before_event.event": ("{}", "{}"),
    "store_group": ("группа магазинов {}", "group of stores {}"),
    "group": ("группа {}", "group {}"),
    "campaign": ("акция {}", "campaign {}"),
    "codes": ("коды {}", "codes {}"),
    "card_prefixes": ("карты начинаются на {}", "cards begin with {}"),
    "weighed_prefixes": ("весовой товар начинается на {}", "weighed goods begin with {}"),
    "gift_card_prefixes": ("подарочные карты начинаются на {}", "gift cards begin with {}"),
    "qr_prefix": ("QR карты начинается на {}", "a card's QR begins with {}"),
    "ru": ("по-русски {}", "in Russian {}"),
    "en": ("по-английски {}", "in English {}"),
    # Statuses, wallets, events, groups
    "earn_bp": ("{} баллами", "{} back in points"),
    "spend_minor": ("от покупок на {} за сезон", "from {} spent in the season"),
    "visits": ("от {:дня|дней|дней} с покупкой за сезон", "from {:day|days} with a purchase in the season"),
    "receipts": ("от {:чека|чеков|чеков} за сезон", "from {:receipt|receipts} in the season"),
    "status.points": ("от {} за сезон", "from {} earned in the season"),
    "unit": ("единица {}", "unit {}"),
    "worth_minor": ("ценность {}", "worth {}"),
    "starts": ("начало {}", "starts {}"),
    "stores": ("магазины {}", "stores {}"),
    "mode": ("{}", "{}"),
    "cap_minor": ("не больше {}", "at most {}"),
    "cap_bp": ("не больше {} чека", "at most {} of the receipt"),
    # Spending points
    "redeem": ("оплата баллами: {}", "spending points: {}"),
    "point_value_minor": ("балл стоит {}", "a point is worth {}"),
    "max_share_bp": ("не больше {} чека", "at most {} of the receipt"),
    "redeem.wallets": ("списываются по порядку: {}", "spent in this order: {}"),
    "max_points": ("не больше {} за чек", "at most {} a receipt"),
    "min_points": ("самое меньшее {}", "at least {}"),
    "step_points": ("шаг {}", "in steps of {}"),
    "offline_max_points": ("без связи самое большее {}", "offline at most {}"),
    "unconfirmed_offline_max_points": (
        "без связи по неподтверждённому телефону самое большее {}",
        "offline, for a phone not confirmed, at most {}",
    ),
    "max_age_s": ("баланс не старше {}", "a balance no older than {}"),
    "identified_by": ("узнан {}", "found {}"),
    "gift_cards": ("подарочные карты: {}", "gift cards: {}"),
    "offline_max_minor": ("без связи самое большее {}", "offline at most {}"),
    "returns": ("возврат: {}", "returns: {}"),
    "returns.rule": ("возвращается {}", "given back is {}"),
    "shortfall": ("если начисленных баллов уже нет: {}", "if the points earned are gone: {}"),
    # When points can be spent
    "points": ("баллы: {}", "points: {}"),
    "terms": ("сроки: {}", "terms: {}"),
    "pending_days": ("тратить можно через {}", "can be spent after {}"),
    "pending_workdays": ("тратить можно не раньше чем через {}", "can be spent no earlier than {} later"),
    "expire_days": ("сгорают через {}", "run out after {}"),
    "expire_months": ("сгорают через {}", "run out after {}"),
    "expire_from": ("срок считается {}", "counted from {}"),
    "expire_month_day": ("сгорают каждый год {}", "run out each year on {}"),
    "expire_date": ("сгорают {}", "run out on {}"),
    "idle_days": ("сгорают через {} без покупок", "run out {} after the last purchase"),
    "workdays": ("рабочие дни: {}", "working days: {}"),
    "weekend": ("выходные {}", "off on {}"),
    "holidays": ("праздники {}", "holidays {}"),
    "working": ("рабочие {}", "worked on {}"),
    # A campaign
    "reward": ("даёт: {}", "gives: {}"),
    "conditions": ("условия: {}", "conditions: {}"),
    "priority": ("очередь {}", "priority {}"),
    "base": ("считается {}", "worked out on {}"),
    "cap": ("самое большее: {}", "at most: {}"),
    "cap.line_minor": ("{} с позиции", "{} a line"),
    "cap.line_bp": ("{} цены позиции", "{} of a line's price"),
    "cap.receipt_minor": ("{} с чека", "{} a receipt"),
    "cap.receipt_bp": ("{} цены товаров акции", "{} of the price of its goods"),
    "cap.points": ("{} за чек", "{} a receipt"),
    "limits": ("участнику самое большее: {}", "for one member at most: {}"),
    "limits.period": ("{}", "{}"),
    "limits.times": ("{:раз|раза|раз}", "{:time|times}"),
    "limits.minor": ("{} скидки", "{} off"),
    "limits.points": ("{}", "{}"),
    "budget": ("всем вместе самое большее: {}", "for everybody together at most: {}"),
    "budget.times": ("{:чек|чека|чеков}", "{:receipt|receipts}"),
    "budget.minor": ("{} скидки", "{} off"),
    "budget.points": ("{}", "{}"),
    "per_store": ("в одном магазине: {}", "in one store: {}"),
    "per_store.times": ("{:чек|чека|чеков}", "{:receipt|receipts}"),
    "per_store.minor": ("{} скидки", "{} off"),
    "per_store.points": ("{}", "{}"),
    "cost": ("стоит участнику {}", "costs the member {}"),
    "cost.points": ("{}", "{}"),
    "cost.wallet": ("из кошелька {}", "from the wallet {}"),
    "asked": ("только по просьбе участника", "only where the member asks for it"),
    # Conditions
    "type": ("вид", "kind"),
    "first": ("с {}", "from {}"),
    "last": ("по {}", "to {}"),
    "windows": ("{}", "{}"),
    "days": ("{}", "{}"),
    "seasons": ("в сезон {}", "in the season {}"),
    "rule": ("{}", "{}"),
    "start": ("с {}", "from {}"),
    "days_before": ("не раньше чем за {}", "no earlier than {} before"),
    "statuses": ("статус {}", "status {}"),
    "audiences": ("аудитория {}", "audience {}"),
    "card_kinds": ("карта вида {}", "card of kind {}"),
    "before_days": ("за {} до", "from {} before"),
    "after_days": ("ещё {} после", "to {} after"),
    "salt": ("деление {}", "divided by {}"),
    "share_bp": ("в пробной группе {} участников", "{} of the members in the test group"),
    "stores.stores": ("{}", "{}"),
    "trial.group": ("здесь {}", "here {}"),
    "groups": ("группы магазинов {}", "groups of stores {}"),
    "channels": ("{}", "{}"),
    "categories": ("категории {}", "categories {}"),
    "brands": ("бренды {}", "brands {}"),
    "tags": ("метки {}", "tags {}"),
    "sets.codes": ("коды {}", "codes {}"),
    "combination.pick": ("берутся {}", "takes {}"),
    "excluded": ("кроме: {}", "except: {}"),
    "sets": ("{}", "{}"),
    "sets.name": ("«{}»", "“{}”"),
    "min_pieces": ("от {} шт.", "{} pieces or more"),
    "max_pieces": ("до {} шт.", "{} pieces or fewer"),
    "min_weight_g": ("от {}", "{} or more"),
    "max_weight_g": ("до {}", "{} or less"),
    "min_total_minor": ("от {}", "{} or more"),
    "max_total_minor": ("до {}", "{} or less"),
    "of": ("{}", "{}"),
    "kinds": ("{}", "{}"),
    "series": ("{}", "{}"),
    # Coupons
    "coupon": ("серия купонов {}", "coupon series {}"),
    "kind": ("{}", "{}"),
    "words": ("промокоды {}", "promo codes {}"),
    "code": ("код {}", "code {}"),
    "serial_chars": ("знаков в номере: {}", "characters of a serial: {}"),
    "uses": ("{}", "{}"),
    "per_member": ("участнику самое большее {:раз|раза|раз}", "at most {:time|times} a member"),
    # Rewards
    "rate_bp": ("{}", "{}"),
    "amount_minor": ("{}", "{}"),
    "price_minor": ("{}", "{}"),
    "factor_bp": ("{}", "{}"),
    "reward_points": ("{}", "{}"),
    "per": ("{}", "{}"),
    "reach": ("{}", "{}"),
    "on": ("{}", "{}"),
    "pieces": ("{} шт.", "pieces: {}"),
    "each": ("из каждых {} шт.", "of each {} pieces"),
    "take": ("взять {} шт.", "take {} pieces"),
    "pay": ("заплатить за {} шт.", "pay for {}"),
    "pick": ("бесплатны {}", "free: {}"),
    "max_times": ("самое большее {:раз|раза|раз}", "at most {:time|times}"),
    "steps": ("{}", "{}"),
    "steps.from_minor": ("от {}", "from {}"),
    "steps.from_pieces": ("от {} шт.", "from {} pieces"),
    "goods": ("свои товары: {}", "goods of its own: {}"),
    "options": ("{}", "{}"),
    "options.code": ("код {}", "code {}"),
    "vat": ("НДС {}", "VAT {}"),
    "qty": ("{} шт.", "{} pc."),
    "points_per_amount.amount_minor": ("за каждые {}", "for each {}"),
    "issue_coupon.series": ("серии {}", "of series {}"),
    "issue_coupon.amount_minor": ("за каждые {}", "for each {}"),
    "count": ("{} шт.", "{}"),
    "rates": ("{}", "{}"),
    "rates.status": ("{}", "{}"),
    "text": ("«{}»", "“{}”"),
}  # fmt: skip
"""A key, or a mechanic (or table) and its key -> what it says; `{}` is the value."""

NOUNS: dict[str, Pair] = {
    "name": ("как читают люди", "as people read it"),
    "before_event.event": ("какого события", "which event"),
    "mode": ("как уживаются акции группы", "how its campaigns stand to one another"),
    "period": ("за какое время", "in which period"),
    "cost.points": ("сколько баллов", "how many points"),
    "limits.times": ("на скольких чеках", "on how many receipts"),
    "limits.points": ("сколько баллов", "how many points"),
    "budget.times": ("на скольких чеках всего", "on how many receipts in all"),
    "budget.points": ("сколько баллов всего", "how many points in all"),
    "per_store.times": ("на скольких чеках магазина", "on how many receipts of a store"),
    "per_store.points": ("сколько баллов в магазине", "how many points in a store"),
    "stores.stores": ("какие магазины", "which stores"),
    "kind": ("каких купонов", "which sort of coupons"),
    "uses": ("сколько раз годится", "how often it is good"),
    "of": ("какие цены считаются", "which prices count"),
    "on": ("на какие из товаров", "on which of the goods"),
    "rule": ("правило календаря, RFC 5545", "a calendar's rule, RFC 5545"),
    "per": ("за что", "off what"),
    "steps": ("ступени по порядку", "its steps, in order"),
    "options": ("что дарится", "what is given"),
    "sets": ("что должно быть вместе", "what must be there together"),
    "count": ("сколько купонов", "how many coupons"),
    "rates": ("сколько какому статусу", "how much for which status"),
    "rates.status": ("какому статусу", "for which status"),
}
"""What an editor says of a key that its value alone says to people; of others, the name of the mechanic."""

VALUES: dict[str, Pair] = {
    "half_up": ("половина вверх", "half up"),
    "half_even": ("половина к чётному", "half to even"),
    "floor": ("вниз", "down"),
    "ceil": ("вверх", "up"),
    "earn_per.receipt": ("с чека", "by receipt"),
    "earn_per.line": ("с каждой позиции", "by line"),
    "status_criteria.all": ("все пороги вместе", "all thresholds together"),
    "status_criteria.any": ("любой из порогов", "any one threshold"),
    "status_on_return.recount": ("больше не считается", "counts no longer"),
    "status_on_return.keep": ("остаётся в счёте", "stays counted"),
    "rule.paid": ("уплаченное за товар", "what was paid for the goods"),
    "rule.kept": ("уплаченное без того, что стоит оставшееся", "what was paid less what the rest costs by itself"),
    "shortfall.debt": ("их должен счёт", "the account owes them"),
    "shortfall.refund": ("их стоимость удерживается из возврата", "their worth is kept from the refund"),
    "shortfall.balance": ("снимаются только имеющиеся", "only those there are taken"),
    "mode.best": ("лучшая для участника", "the best for the member"),
    "mode.best_line": ("лучшая для каждой позиции", "the best for each line"),
    "mode.first": ("первая по очереди", "the first by priority"),
    "mode.sum": ("складываются", "add up"),
    "of.running": ("по текущим ценам", "at running prices"),
    "of.original": ("по исходным ценам", "at original prices"),
    "of.earning": ("по ценам, с которых начисляются баллы", "at prices that earn points"),
    "base.running": ("от текущей цены", "the running price"),
    "base.original": ("от исходной цены", "the original price"),
    "period.day": ("за день", "a day"),
    "period.week": ("за неделю", "a week"),
    "period.month": ("за месяц", "a month"),
    "period.season": ("за сезон", "a season"),
    "period.ever": ("за всё время", "ever"),
    "identified_by.card": ("по карте", "by card"),
    "identified_by.phone": ("по телефону", "by phone"),
    "identified_by.phone_code": ("по телефону, подтверждённому кодом", "by a phone confirmed with a code"),
    "identified_by.manual": ("по номеру, набранному вручную", "by a number typed"),
    "expire_from.earned": ("со дня начисления", "the day they are earned"),
    "expire_from.usable": ("с первого дня, когда их можно тратить", "the first day they can be spent"),
    "weekend.1": ("пн", "Mon"),
    "weekend.2": ("вт", "Tue"),
    "weekend.3": ("ср", "Wed"),
    "weekend.4": ("чт", "Thu"),
    "weekend.5": ("пт", "Fri"),
    "weekend.6": ("сб", "Sat"),
    "weekend.7": ("вс", "Sun"),
    "mon": ("пн", "Mon"),
    "tue": ("вт", "Tue"),
    "wed": ("ср", "Wed"),
    "thu": ("чт", "Thu"),
    "fri": ("пт", "Fri"),
    "sat": ("сб", "Sat"),
    "sun": ("вс", "Sun"),
    "till": ("на кассе", "at the till"),
    "online": ("в интернет-магазине", "in the online shop"),
    "app": ("в приложении", "in the app"),
    "stadium": ("на стадионе", "at the stadium"),
    "cash": ("наличными", "cash"),
    "gift_card": ("подарочной картой", "gift card"),
    "card": ("картой", "card"),
    "test": ("пробная группа", "the test group"),
    "control": ("контрольная группа", "the control group"),
    "promo": ("промокод", "promo code"),
    "series": ("с проверочным знаком", "with a check character"),
    "signed": ("подписанные", "signed"),
    "single": ("на один раз", "for one use"),
    "many": ("на много раз", "for many uses"),
    "per.receipt": ("один раз за чек", "once a receipt"),
    "per.unit": ("с каждой единицы", "off each unit"),
    "on.lines": ("на все товары акции", "on all its goods"),
    "on.cheapest": ("на самые дешёвые", "on the cheapest"),
    "on.dearest": ("на самые дорогие", "on the dearest"),
    "pick.cheapest": ("самые дешёвые", "the cheapest"),
    "pick.dearest": ("самые дорогие", "the dearest"),
    "pick.group": ("самые дешёвые в каждой группе", "the cheapest of each group"),
    "pick.same": ("такие же", "the same goods"),
    "none": ("без НДС", "none"),
    "main": ("баллы", "points"),
}  # fmt: skip
"""A value, or a key and its value -> what it is called."""

TABLES: dict[str, Pair] = {
    "seasons": ("Сезоны", "Seasons"),
    "statuses": ("Статусы", "Statuses"),
    "campaigns": ("Акции", "Campaigns"),
    "wallets": ("Кошельки", "Wallets"),
    "groups": ("Группы акций", "Groups of campaigns"),
    "events": ("События", "Events"),
    "store_groups": ("Группы магазинов", "Groups of stores"),
    "coupons": ("Купоны", "Coupons"),
    "redeem": ("Оплата баллами", "Spending points"),
    "gift_cards": ("Подарочные карты", "Gift cards"),
    "returns": ("Возвраты", "Returns"),
    "points": ("Сроки баллов", "When points can be spent"),
    "workdays": ("Рабочие дни", "Working days"),
}
"""What a part of the programme is called."""

UNITS: tuple[tuple[str, Pair], ...] = (
    ("_minor", ("в копейках", "in minor units")),
    ("_bp", ("в сотых долях процента", "in hundredths of a percent")),
    ("_points", ("в баллах", "in points")),
    ("_g", ("в граммах", "in grams")),
    ("_s", ("в секундах", "in seconds")),
    ("_workdays", ("в рабочих днях", "in working days")),
    ("_days", ("в днях", "in days")),
    ("_months", ("в месяцах", "in months")),
)
"""How a key ends -> its unit in the document."""
_POINTS = ("балл|балла|баллов", "point|points")
_DAYS = ("день|дня|дней", "day|days")
_WORKDAYS = ("рабочий день|рабочих дня|рабочих дней", "working day|working days")
_MONTHS = ("месяц|месяца|месяцев", "month|months")
_FORMS = re.compile(r"\{:([^}]*)\}")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?")
_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")
_YEARLY = ("expire_month_day", "holidays", "working")
"""Keys of days that come every year, month first."""


def titled(name: str, lang: Lang) -> str:
    """What a mechanic is called."""
    return TITLES.get(name, (name, name))[lang == "en"]


def worded(key: str, lang: Lang, of: str = "") -> str:
    """What a key says, with `{}` for its value; a key without words is its own name."""
    pair = WORDS.get(f"{of}.{key}") or WORDS.get(key) or (f"{key} {{}}", f"{key} {{}}")
    return pair[lang == "en"]


def said(key: str, value: int | str, text: str, lang: Lang, of: str = "") -> str:
    """What a key says of a value that is written `text`; a place may hold the forms of a word, chosen by the value."""
    words = worded(key, lang, of)
    forms = _FORMS.search(words)
    if forms is None or not isinstance(value, int):
        return words.replace("{}", text)
    return words.replace(forms[0], counted(value, forms[1]))


def described(key: str, lang: Lang, of: str = "") -> str:
    """A key for an editor: what it says, and its unit."""
    unit = next((pair[lang == "en"] for end, pair in UNITS if key.endswith(end)), "")
    words = _FORMS.sub("…", worded(key, lang, of)).replace("{}", "…")
    if words == "…":
        words = (NOUNS.get(f"{of}.{key}") or NOUNS.get(key) or TITLES.get(of) or (key, key))[lang == "en"]
    return f"{words} ({unit})" if unit else words


def written(key: str, value: int | str, lang: Lang) -> str:
    """A value in the unit of its key, for people."""
    if isinstance(value, str):
        return _word(key, value, lang)
    if isinstance(value, bool):
        return {True: ("да", "yes"), False: ("нет", "no")}[value][lang == "en"]
    named = VALUES.get(f"{key}.{value}")
    if named is not None:
        return named[lang == "en"]
    write = next((write for end, write in _WRITERS if key.endswith(end)), None)
    return write(value, lang) if write is not None else str(value)


def _word(key: str, value: str, lang: Lang) -> str:
    pair = VALUES.get(f"{key}.{value}") or VALUES.get(value)
    if pair is not None:
        return pair[lang == "en"]
    yearly = _MONTH_DAY.fullmatch(value) if key in _YEARLY else None
    if yearly is not None and lang == "ru":
        return f"{yearly[2]}.{yearly[1]}"
    day = _DATE.fullmatch(value)
    if day is None or lang == "en":
        return value.replace("T", " ") if day else value
    return f"{day[3]}.{day[2]}.{day[1]}" + (f" {day[4]}" if day[4] else "")


def _of(forms: Pair) -> Callable[[int, Lang], str]:
    return lambda value, lang: counted(value, forms[lang == "en"])


_WRITERS: tuple[tuple[str, Callable[[int, Lang], str]], ...] = (
    ("factor_bp", lambda value, lang: f"×{quantity_text(value // 10, lang)}"),
    ("minor", money_text),
    ("_bp", percent_text),
    ("points", _of(_POINTS)),
    ("_workdays", _of(_WORKDAYS)),
    ("_days", _of(_DAYS)),
    ("days_before", _of(_DAYS)),
    ("_months", _of(_MONTHS)),
    ("_g", lambda value, lang: quantity_text(value, lang) + (" кг" if lang == "ru" else " kg")),
    ("_s", lambda value, lang: f"{value} с" if lang == "ru" else f"{value} s"),
)
"""How a key ends -> how its figure is written; the first that fits."""
