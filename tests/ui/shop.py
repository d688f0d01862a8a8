"""A small shop in memory: goods, members and the club's programme, the same in every test of the screen."""

from __future__ import annotations

from pathlib import Path

from loyalty.catalogue import Price, Product
from loyalty.codes import card_number, gtin_check_digit
from loyalty.consents import Said
from loyalty.documents.programme_file import parse_programme
from loyalty.member import Member
from loyalty.programme import Programme
from loyalty.statuses.progress import Progress, SeasonFigures

NOW_MS = 1_795_338_000_000  # 2026-11-22 09:00 UTC, a Sunday
HOUR_MS = 3_600_000
CARD_MADE_MS = NOW_MS - 10 * 24 * HOUR_MS  # 12 November
AUGUST_2 = 20_667
"""The day of a member's first purchase in this season, 2 August 2026, as a number since 1 January 1970."""
CLUB = Path(__file__).parents[2] / "loyalty" / "programmes" / "club.toml"


def ean(body: int) -> str:
    text = f"4600000{body:05d}"
    return text + gtin_check_digit(text)


def _goods(number: int, name: str, price_minor: int, category: str, **more: object) -> Product:
    return Product(ean(number), name, (Price(price_minor),), category=category, **more)  # type: ignore[arg-type]


SCARF = _goods(1, "Шарф «Локомотив» домашний красно-зелёный", 149_000, "scarves", brand="Paravoz")
MUG = _goods(2, "Кружка «Паровоз» 330 мл", 69_900, "souvenirs", brand="Paravoz")
BADGE = _goods(3, "Значок клубный", 19_900, "souvenirs")
WATER = _goods(4, "Вода негазированная 0,5 л", 9_000, "drinks")
SHIRT = _goods(5, "Футболка игровая 2026/27, размер L", 499_000, "kit")
HOSTILE = _goods(6, "Шапка [bold red]ВНИЗ[/] \x1b[2J\u202e зимняя", 99_000, "kit")
CANDY = Product("00123", "Конфеты «Стадион» весовые", (Price(78_000),), unit="kg", category="food")
GOODS = (SCARF, MUG, BADGE, WATER, SHIRT, HOSTILE, CANDY)

CARD = card_number("299", 1)
BLOCKED_CARD = card_number("299", 2)
LEGEND_CARD = card_number("299", 3)
PHONE = "+79031234567"


def _member(
    number: int, name: str, status: str, balance: int, card: str, spend_minor: int, visits: int, **more: object
) -> Member:
    days = (AUGUST_2, *[3] * (visits - 1)) if visits else ()
    progress = Progress((SeasonFigures("2026/27", spend_minor, receipts=visits, days=days),))
    made = Member(f"m{number}", f"a{number}", name, status, balance, card=card, phone_tail="67", progress=progress)
    given = {"as_of_ms": NOW_MS - 60_000, "found_on": "2026-11-22", **more}
    return Member(**{**{f: getattr(made, f) for f in made.__struct_fields__}, **given})


CONSENTS = {"processing": Said("1", CARD_MADE_MS, True), "advertising": Said("1", CARD_MADE_MS, True)}
MARIA = _member(1, "Мария И.", "conductor", 1_250, CARD, 1_850_000, 6, consents=CONSENTS)
BLOCKED = _member(2, "Пётр С.", "novice", 80, BLOCKED_CARD, 0, 0, blocked=True)
LEGEND = _member(3, "Александра К.", "legend", 128_400, LEGEND_CARD, 21_000_000, 24)
MEMBERS = {CARD: MARIA, BLOCKED_CARD: BLOCKED, LEGEND_CARD: LEGEND, PHONE: MARIA}


OFFERS = """
[[wallet]]
id = "stars"
name = { ru = "Звёзды", en = "Stars" }
unit = { ru = "звезда|звезды|звёзд", en = "star|stars" }

[[coupon]]
id = "spring"
name = { ru = "Весна", en = "Spring" }
kind = "promo"
words = ["VESNA26"]

[[coupon]]
id = "own"
name = { ru = "Своим", en = "For our own" }
kind = "promo"
words = ["SVOIM"]
per_member = 1

[[coupon]]
id = "next"
name = { ru = "На следующую покупку", en = "Off the next purchase" }
kind = "series"
code = "NEXT"
uses = "single"
last = 2026-12-31

[[campaign]]
id = "spring"
name = { ru = "Весенняя скидка", en = "Spring discount" }
priority = 80
conditions = [{ type = "coupon", series = ["spring"] }]
reward = { type = "amount", amount_minor = 10_000, per = "receipt" }

[[campaign]]
id = "own"
name = { ru = "Своим", en = "For our own" }
priority = 81
conditions = [{ type = "coupon", series = ["own"] }, { type = "receipt_total", min_total_minor = 1_000_000 }]
reward = { type = "amount", amount_minor = 10_000, per = "receipt" }

[[campaign]]
id = "badge-for-stars"
name = { ru = "Скидка за звёзды", en = "Money off for stars" }
priority = 82
asked = true
cost = { wallet = "stars", points = 10 }
reward = { type = "amount", amount_minor = 20_000, per = "receipt" }

[[campaign]]
id = "cup-for-stars"
name = { ru = "Кубок за звёзды", en = "A cup for stars" }
priority = 83
asked = true
cost = { wallet = "stars", points = 50 }
reward = { type = "amount", amount_minor = 90_000, per = "receipt" }

[[campaign]]
id = "gift"
name = { ru = "К шарфу", en = "With a scarf" }
priority = 84
conditions = [{ type = "products", categories = ["scarves"] }]
reward = { type = "gift", options = [
    { code = "992", name = { ru = "Магнит", en = "A magnet" } },
    { code = "993", name = { ru = "Брелок", en = "A ring" } },
] }

[[campaign]]
id = "by-card"
name = { ru = "Картой дешевле", en = "Cheaper by card" }
priority = 85
conditions = [{ type = "payment", kinds = ["card"] }]
reward = { type = "amount", amount_minor = 5_000, per = "receipt" }

[[campaign]]
id = "come-back"
name = { ru = "Приходите ещё", en = "Come again" }
priority = 86
conditions = [{ type = "products", categories = ["souvenirs"] }]
reward = { type = "issue_coupon", series = "next" }

[[campaign]]
id = "derby"
name = { ru = "Дерби", en = "The derby" }
priority = 87
conditions = [{ type = "products", categories = ["souvenirs"] }]
reward = { type = "message", text = { ru = "Ждём вас на дерби", en = "See you at the derby" } }
"""


def with_offers() -> Programme:
    """The club with coupons, things to ask for and to choose, and a price by card."""
    return parse_programme(CLUB.read_text(encoding="utf-8") + OFFERS)


GIFT_CARD = card_number("298", 1)
GIFT_MINOR = 500_00
"""What is on any gift card."""


def programme() -> Programme:
    return parse_programme(CLUB.read_text(encoding="utf-8"))
