"""The demo shop's 500 products: a football club's shop, by seed. Prices in roubles, codes with right check digits."""

from collections.abc import Iterator, Sequence
from random import Random

import msgspec

from loyalty.codes import gtin_check_digit

PRODUCTS = 500
WEIGHED = 30
BRANDS = ("Loko", "Krasno-Zelyonye", "Paravoz", "Stadion")
EAN_PREFIX = "460"
EAN_COMPANY = "710243"
FIRST_PLU = 101


class Range(msgspec.Struct, frozen=True):
    """One kind of goods: names are `what` with each variant; prices lie between `low` and `high` roubles."""

    category: str
    vat: str
    low: int
    high: int
    what: tuple[str, ...]
    variants: tuple[str, ...]
    tags: str = ""
    flags: tuple[str, ...] = ()


_SIZES = ("XS", "S", "M", "L", "XL", "XXL", "3XL")
_AGES = ("98–104", "110–116", "122–128", "134–140", "146–152")
_RANGES = (
    Range(
        "scarves",
        "22",
        990,
        2490,
        (
            "Шарф «Локо» вязаный",
            "Шарф «Локо» шёлковый",
            "Шарф «Паровоз» шерстяной",
            "Шарф «Черкизово» двусторонний",
            "Шарф «1922» ретро",
        ),
        ("красно-зелёный", "красно-белый", "зелёный", "матчевый", "зимний", "праздничный", "гостевой", "чёрный"),
    ),
    Range(
        "shirts",
        "22",
        1990,
        6990,
        (
            "Футболка игровая домашняя",
            "Футболка игровая гостевая",
            "Футболка «Мы — Локо»",
            "Поло клубное",
            "Лонгслив «Паровоз»",
            "Худи «Красно-зелёные»",
            "Свитшот «Черкизово»",
            "Футболка тренировочная",
            "Ветровка клубная",
            "Жилет утеплённый",
            "Рубашка клубная",
            "Шорты игровые",
        ),
        _SIZES,
    ),
    Range(
        "caps",
        "22",
        890,
        2490,
        (
            "Кепка «Локо»",
            "Бейсболка «Паровоз»",
            "Шапка вязаная",
            "Панама летняя",
            "Шапка с помпоном",
            "Повязка на голову",
        ),
        ("красная", "зелёная", "чёрная", "белая", "серая", "с вышивкой", "матчевая"),
    ),
    Range(
        "souvenirs",
        "22",
        150,
        1990,
        (
            "Кружка",
            "Бутылка для воды",
            "Брелок",
            "Магнит",
            "Значок",
            "Термокружка",
            "Ручка",
            "Чехол для телефона",
            "Зонт",
            "Флаг",
            "Вымпел",
            "Набор наклеек",
            "Часы настенные",
            "Фигурка паровоза",
        ),
        ("«Локо»", "«Паровоз»", "«Черкизово»", "«1922»", "«Кубок»", "с гербом", "«Красно-зелёные»"),
        tags="gift",
    ),
    Range(
        "kids",
        "10",
        490,
        3490,
        (
            "Комплект формы детский",
            "Футболка детская «Паровозик»",
            "Пижама детская",
            "Шапка детская",
            "Толстовка детская",
            "Шорты детские",
        ),
        _AGES,
    ),
    Range(
        "kids",
        "10",
        190,
        1790,
        ("Мяч детский", "Конструктор", "Раскраска", "Пазл", "Мягкая игрушка", "Рюкзак детский"),
        ("«Локо»", "«Паровозик»", "«Стадион»", "«Юный болельщик»"),
        tags="toy",
    ),
    Range(
        "food",
        "10",
        120,
        490,
        (
            "Хот-дог",
            "Бургер",
            "Пирожок",
            "Попкорн",
            "Начос",
            "Шаурма",
            "Картофель фри",
            "Сэндвич",
            "Крылышки",
            "Сырные палочки",
        ),
        ("классика", "с сыром", "с острым соусом", "большая порция", "двойная порция", "детская порция"),
    ),
    Range(
        "drinks",
        "22",
        90,
        390,
        ("Вода 0,5 л", "Лимонад 0,5 л", "Чай", "Кофе", "Квас 0,5 л", "Сок 0,3 л", "Морс 0,4 л", "Какао"),
        ("классический вкус", "лимон", "клюква", "имбирь", "без сахара", "облепиха"),
    ),
    Range(
        "tickets",
        "none",
        500,
        4500,
        ("Билет: Северная трибуна", "Билет: Южная трибуна", "Билет: Западная трибуна", "Билет: Восточная трибуна"),
        ("сектор 1", "сектор 2", "сектор 3", "сектор 4", "сектор 5", "семейный сектор"),
        tags="match|derby",
        flags=("no_discount",),
    ),
    Range(
        "tickets",
        "none",
        900,
        2900,
        ("Экскурсия по стадиону", "Урок футбола", "Посещение музея клуба"),
        ("взрослый билет", "детский билет", "семейный билет"),
        tags="experience",
    ),
    Range(
        "books",
        "10",
        290,
        2490,
        (
            "История клуба",
            "Альбом болельщика",
            "Календарь",
            "Программа матча",
            "Биография капитана",
            "Энциклопедия стадиона",
            "Фотоальбом сезона",
        ),
        ("2024", "2025", "2026", "подарочное издание", "карманное издание", "для детей"),
    ),
)
_SWEETS = (
    "Карамель «Паровозик»", "Конфеты «Красно-зелёные»", "Мармелад «Черкизово»", "Зефир «Вагончик»",
    "Ирис «Золотой гудок»", "Драже «Свисток»",
    "Пастила «Дебют»", "Халва подсолнечная", "Козинаки арахисовые", "Грильяж «Чемпион»", "Трюфели «Кубок»",
    "Леденцы «Светофор»",
    "Печенье «Перрон»", "Пряники «Тендер»", "Вафли «Рельсы»", "Сушки «Колёсико»", "Орехи в шоколаде",
    "Изюм в шоколаде", "Цукаты ассорти",
    "Щербет «Восточный экспресс»", "Суфле «Облако пара»", "Нуга «Депо»", "Батончики «Проводник»", "Крекер солёный",
    "Соломка «Стрелка»",
    "Арахис в глазури", "Семечки жареные", "Фисташки солёные", "Миндаль жареный", "Смесь «Болельщик»",
)  # fmt: skip


def demo_products(random: Random) -> list[dict[str, str]]:
    """Rows as an import takes them: 469 products with EAN-13, a gift card, and 30 sold by weight."""
    rows = list(_goods(random))
    rows = sorted(random.sample(rows, PRODUCTS - WEIGHED), key=lambda row: row["code"])
    return [*rows[:-1], _GIFT_CARD] + [_weighed(random, FIRST_PLU + place, name) for place, name in enumerate(_SWEETS)]


def ean13(number: int) -> str:
    body = f"{EAN_PREFIX}{EAN_COMPANY}{number:03d}"
    return body + gtin_check_digit(body)


_GIFT_CARD = {
    "code": ean13(999), "name": "Подарочная карта 1000 ₽", "price": "1000.00", "vat": "none", "unit": "piece",
    "category": "gift-cards", "brand": "Loko", "gift_card": "1",
}  # fmt: skip


def _goods(random: Random) -> Iterator[dict[str, str]]:
    number = 0
    for goods in _RANGES:
        for what in goods.what:
            price = random.randrange(goods.low, goods.high, 50)
            for variant in goods.variants:
                yield _row(random, goods, ean13(number), f"{what}, {variant}", price + random.choice((0, 0, 50, 100)))
                number += 1


def _row(random: Random, goods: Range, code: str, name: str, price: int) -> dict[str, str]:
    flags = dict.fromkeys(goods.flags, "1")
    return {
        "code": code, "name": name, "price": f"{price}.00", "vat": goods.vat, "unit": "piece",
        "category": goods.category,
        "brand": _brand(random, goods, name), "tags": goods.tags, **flags,
    }  # fmt: skip


def _brand(random: Random, goods: Range, name: str) -> str:
    if "аровоз" in name:
        return "Paravoz"
    if "Красно-зелёные" in name:
        return "Krasno-Zelyonye"
    choices: Sequence[str] = ("Stadion",) if goods.category in ("food", "drinks", "tickets") else BRANDS
    return random.choice(choices)


def _weighed(random: Random, plu: int, name: str) -> dict[str, str]:
    return {
        "code": f"{plu:05d}", "name": f"{name}, вес.", "price": f"{random.randrange(290, 1490, 10)}.00", "vat": "10",
        "unit": "kg",
        "category": "weighed", "brand": "Stadion", "tags": "sweets",
    }  # fmt: skip
