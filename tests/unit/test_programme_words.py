"""A programme in plain words: every question a marketer asks is answered, in both languages, with units."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from loyalty.documents.programme_file import parse_programme
from loyalty.documents.programme_said import described, said, titled, written
from loyalty.documents.programme_told import MAX_RIVALS, tell_campaign, tell_programme, world_of
from loyalty.documents.programme_words import TABLES, WORDS
from loyalty.documents.recurrence_text import read_rule
from loyalty.documents.recurrence_words import rule_text
from loyalty.programme import Campaign, Programme
from loyalty.sentences import Lang

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = """
id = "p"
version = 3
name = { ru = "Клуб", en = "The club" }

[[season]]
id = "2026/27"
first = 2026-06-01

[redeem]
max_share_bp = 3000

[points]
pending_workdays = 5
expire_months = 12
expire_from = "usable"
expire_month_day = "08-31"

[workdays]
weekend = ["fri", "sat"]
holidays = ["01-07"]

[[status]]
id = "novice"
name = { ru = "Новичок", en = "Novice" }
earn_bp = 300

[[status]]
id = "fan"
name = { ru = "Болельщик", en = "Fan" }
earn_bp = 550
spend_minor = 500_000
visits = 1

[[wallet]]
id = "stars"
name = { ru = "Звёзды", en = "Stars" }
unit = { ru = "звезда|звезды|звёзд", en = "star|stars" }

[[event]]
id = "derby"
name = { ru = "Дерби", en = "The derby" }
starts = "2026-12-05T19:00"

[[group]]
id = "best"
mode = "first"
cap_bp = 2000

[[campaign]]
id = "all"
name = { ru = "Всё", en = "All" }
reward = { type = "percent", rate_bp = 1250, cap_minor = 100_000, on = "cheapest", each = 3 }
group = "best"
base = "original"
asked = true
cap = { line_minor = 5_000 }
limits = [{ period = "week", times = 2 }]
cost = { points = 2, wallet = "stars" }
conditions = [
    { type = "dates", first = 2026-11-20, last = 2026-11-30 },
    { type = "weekdays", days = ["sat", "sun"] },
    { type = "before_event", event = "derby", days_before = 20 },
    { type = "who", statuses = ["fan"] },
    { type = "products", categories = ["kit"], excluded = { tags = ["outlet"] } },
    { type = "quantity", min_weight_g = 1500 },
    { type = "receipt_total", min_total_minor = 300_000 },
    { type = "channels", channels = ["app"] },
]

[[campaign]]
id = "plain"
name = { ru = "Просто", en = "Plain" }
reward = { type = "points_fixed", reward_points = 5, wallet = "stars" }
group = "best"
"""
CLUB = parse_programme(DOCUMENT)


def facts(programme: Programme, campaign: Campaign, lang: Lang) -> dict[str, str]:
    return dict(tell_campaign(campaign, programme, world_of(programme), lang).facts)


def test_a_campaign_answers_every_question() -> None:
    assert facts(CLUB, CLUB.campaigns[0], "en") == {
        "When": "dates: from 2026-11-20, to 2026-11-30; days of the week: Sat, Sun; until an event starts: The derby,"
        " no earlier than 20 days before",
        "Where": "where it is bought: in the app",
        "For whom": "members: status Fan",
        "On what": "goods: categories kit, except: tags outlet; quantity: 1.500 kg or more",
        "Provided": "receipt total: 3,000.00 or more",
        "Gives": "percentage off: 12.5\u00a0%, at most 1,000.00, on the cheapest, of each 3 pieces",
        "Limits": "at most: 50.00 a line; for one member at most: a week, 2 times; costs the member 2 stars, from the"
        " wallet Stars; only where the member asks for it",
        "With others": "in group “best” (the first by priority) with: plain, at most 20\u00a0% of the receipt,"
        " priority 100, worked out on the original price",
    }


def test_the_same_in_russian_agrees_with_its_figures() -> None:
    told = facts(CLUB, CLUB.campaigns[0], "ru")
    assert told["Когда"].startswith("даты: с 20.11.2026, по 30.11.2026; дни недели: сб, вс")
    assert told["Даёт"] == "скидка в процентах: 12,5\u00a0%, не больше 1\u00a0000,00, на самые дешёвые, из каждых 3 шт."
    assert "за неделю, 2 раза" in told["Пределы"]
    assert "стоит участнику 2 звезды, из кошелька Звёзды" in told["Пределы"]


def test_what_is_open_is_said_too() -> None:
    told = facts(CLUB, CLUB.campaigns[1], "en")
    assert (told["When"], told["For whom"], told["On what"]) == ("always", "members", "all goods")
    assert told["Gives"] == "points for a receipt: 5 stars, wallet Stars"
    assert set(told) == {"When", "For whom", "On what", "Gives", "With others"}


def test_the_programme_itself_is_told_by_subject() -> None:
    told = {block.title: dict(block.facts) for block in tell_programme(CLUB, world_of(CLUB), "en")}
    assert told["The club (p)"][""] == "version 3; currency RUB; clock of Europe/Moscow"
    assert told["Seasons"] == {"2026/27": "from 2026-06-01"}
    assert told["Statuses"] == {
        "Novice": "3\u00a0% back in points",
        "Fan": "5.5\u00a0% back in points, from 5,000.00 spent in the season, from 1 day with a purchase in the season",
    }
    assert told["When points can be spent"][""] == (
        "can be spent no earlier than 5 working days later, run out after 12 months,"
        " counted from the first day they can be spent, run out each year on 08-31"
    )
    assert told["Working days"][""] == "off on Fri, Sat, holidays 01-07"
    assert told["Events"] == {"The derby": "starts 2026-12-05 19:00"}
    assert "at most 30\u00a0% of the receipt" in told["Spending points"][""]


def test_of_a_large_group_so_many_rivals_are_named_and_not_one_more() -> None:
    def with_rivals(count: int) -> str:
        more = "".join(
            f'[[campaign]]\nid = "r{number:02}"\nname = {{ ru = "А", en = "A" }}\ngroup = "g"\n'
            f'reward = {{ type = "percent", rate_bp = {number + 1} }}\n'
            for number in range(count + 1)
        )
        programme = parse_programme('id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n' + more)
        return facts(programme, programme.campaigns[0], "en")["With others"].partition(" with: ")[2]

    assert MAX_RIVALS == 10
    assert with_rivals(10) == "r01, r02, r03, r04, r05, r06, r07, r08, r09, r10, priority 100"
    assert with_rivals(11) == "r01, r02, r03, r04, r05, r06, r07, r08, r09, r10…, priority 100"


@pytest.mark.parametrize(
    ("key", "value", "english", "russian"),
    [
        ("line_minor", 123_456, "1,234.56", "1\u00a0234,56"),
        ("minor", 500, "5.00", "5,00"),
        ("rate_bp", 1250, "12.5\u00a0%", "12,5\u00a0%"),
        ("factor_bp", 15_000, "×1.500", "×1,500"),
        ("factor_bp", 20_000, "×2", "×2"),
        ("points", 1, "1 point", "1 балл"),
        ("reward_points", 22, "22 points", "22 балла"),
        ("days_before", 3, "3 days", "3 дня"),
        ("before_days", 5, "5 days", "5 дней"),
        ("min_weight_g", 456, "0.456 kg", "0,456 кг"),
        ("pending_workdays", 2, "2 working days", "2 рабочих дня"),
        ("expire_months", 12, "12 months", "12 месяцев"),
        ("weekend", 6, "Sat", "сб"),
        ("max_age_s", 60, "1 minute", "1 минута"),
        ("asked", True, "yes", "да"),
        ("first", "2026-11-30", "2026-11-30", "30.11.2026"),
        ("starts", "2026-11-30T19:00", "2026-11-30 19:00", "30.11.2026 19:00"),
        ("expire_month_day", "08-31", "08-31", "31.08"),
        ("holidays", "01-07", "01-07", "07.01"),
        ("tags", "01-07", "01-07", "01-07"),
        ("anything", "of its own", "of its own", "of its own"),
        ("priority", 7, "7", "7"),
    ],
)
def test_a_value_is_written_in_the_unit_of_its_key(key: str, value: int | str, english: str, russian: str) -> None:
    assert (written(key, value, "en"), written(key, value, "ru")) == (english, russian)


@pytest.mark.parametrize(
    ("text", "english", "russian"),
    [
        ("FREQ=DAILY", "every day", "каждый день"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days", "раз в 3 дня"),
        ("FREQ=WEEKLY;BYDAY=SA,SU", "every week, Saturday, Sunday", "каждую неделю, суббота, воскресенье"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month, the last Friday", "каждый месяц, последняя пятница"),
        ("FREQ=MONTHLY;BYDAY=-2SU", "every month, the 2nd Sunday from the end",
         "каждый месяц, 2-е воскресенье с конца"),
        ("FREQ=MONTHLY;BYDAY=1MO,-1SU", "every month, the 1st Monday, the last Sunday",
         "каждый месяц, 1-й понедельник, последнее воскресенье"),
        ("FREQ=MONTHLY;BYMONTHDAY=5,-1,-3", "every month, the 5th, the last day, the 3rd day from the end",
         "каждый месяц, 5-е число, последний день, 3-й день с конца"),
        ("FREQ=YEARLY;INTERVAL=2", "every 2 years, the 1st, March", "раз в 2 года, 1-е число, март"),
        ("FREQ=YEARLY;BYDAY=12TH", "every year, the 12th Thursday", "каждый год, 12-й четверг"),
        ("FREQ=YEARLY;BYDAY=22WE", "every year, the 22nd Wednesday", "каждый год, 22-я среда"),
    ],
)  # fmt: skip
def test_a_rule_of_days_is_said_in_words(text: str, english: str, russian: str) -> None:
    rule, mistakes = read_rule(text, "2027-03-01")
    assert mistakes == []
    assert rule_text(rule, "en") == f"{english}, from 2027-03-01"
    assert rule_text(rule, "ru") == f"{russian}, с 01.03.2027"


def test_a_rule_says_its_last_day() -> None:
    rule, _ = read_rule("FREQ=DAILY;UNTIL=20270331", "2027-03-01")
    assert rule_text(rule, "en") == "every day, from 2027-03-01, to 2027-03-31"
    assert rule_text(rule, "ru") == "каждый день, с 01.03.2027, по 31.03.2027"


def test_a_rule_stands_where_the_days_of_a_campaign_do() -> None:
    chain = parse_programme((ROOT / "loyalty" / "programmes" / "chain.toml").read_text("utf-8"))
    told = facts(chain, next(each for each in chain.campaigns if each.id == "last-friday"), "en")
    assert told["When"] == "days that come again: every month, the last Friday, from 2027-03-26"


def test_a_word_agrees_with_its_figure() -> None:
    assert [said("visits", count, str(count), "ru") for count in (1, 3, 11)] == [
        "от 1 дня с покупкой за сезон", "от 3 дней с покупкой за сезон", "от 11 дней с покупкой за сезон",
    ]  # fmt: skip


def test_a_key_without_words_is_said_by_its_name() -> None:
    assert said("brand_new", 5, "5", "en") == "brand_new 5"
    assert described("brand_new_days", "en") == "brand_new_days … (in days)"
    assert titled("brand_new", "ru") == "brand_new"


def test_both_languages_have_one_place_for_the_value() -> None:
    def places(words: str) -> int:
        return len(re.findall(r"\{[^}]*\}", words))

    assert {key for key, pair in WORDS.items() if places(pair[0]) != places(pair[1]) or places(pair[0]) > 1} == set()


def test_every_part_of_a_programme_has_a_heading() -> None:
    parts = {key for key, value in zip(Programme.__struct_fields__, msgspec.structs.astuple(CLUB), strict=True)
             if isinstance(value, tuple | msgspec.Struct)}  # fmt: skip
    assert parts - set(TABLES) == {"name", "codes"}


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_programme_that_comes_with_the_product_is_told_without_a_bare_key(lang: Lang) -> None:
    for path in (ROOT / "loyalty" / "programmes").glob("*.toml"):
        if path.name.endswith(".cases.toml"):
            continue
        programme = parse_programme(path.read_text("utf-8"))
        world = world_of(programme)
        told = [*tell_programme(programme, world, lang)]
        told += [tell_campaign(campaign, programme, world, lang) for campaign in programme.campaigns]
        text = "\n".join(fact for block in told for _, fact in block.facts)
        assert re.findall(r"\b[a-z]+_(?:minor|bp|points|days|pieces|milli)\b", text) == []
