"""What changed between two programmes: by id and key, with units, and the same in both languages."""

from __future__ import annotations

import pytest

from loyalty.documents.programme_diff import Change, change_text, changes
from loyalty.documents.programme_file import parse_programme
from loyalty.documents.programme_told import world_of
from loyalty.sentences import Lang

BASE = """
id = "p"
version = 1
name = { ru = "П", en = "P" }

[redeem]
max_share_bp = 5000

[[status]]
id = "novice"
name = { ru = "Новичок", en = "Novice" }
earn_bp = 300

[[status]]
id = "fan"
name = { ru = "Болельщик", en = "Fan" }
earn_bp = 500
visits = 2

[[campaign]]
id = "lunch"
name = { ru = "Обед", en = "Lunch" }
reward = { type = "percent", rate_bp = 2000 }
limits = [{ period = "week", times = 2 }, { period = "day", times = 1 }]
conditions = [
    { type = "products", categories = ["food", "drinks"] },
    { type = "hours", windows = ["12:00-14:00"] },
    { type = "who", statuses = ["fan"] },
]

[[campaign]]
id = "more"
name = { ru = "Больше", en = "More" }
reward = { type = "steps", steps = [{ from_minor = 1_000, rate_bp = 100 }, { from_minor = 2_000, rate_bp = 200 }] }
"""
NEW = """
[[campaign]]
id = "gift"
name = { ru = "Подарок", en = "Gift" }
reward = { type = "amount", amount_minor = 30_000 }
"""


def told(*swaps: tuple[str, str], more: str = "", lang: Lang = "en") -> list[str]:
    """The changes that these words of the document make."""
    text = BASE
    for before, after in swaps:
        assert text.count(before) == 1
        text = text.replace(before, after)
    old, new = parse_programme(BASE), parse_programme(text + more)
    return [change_text(each, (world_of(old), world_of(new)), lang) for each in changes(old, new)]


def test_a_programme_is_not_different_from_itself() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("rate_bp = 2000", "rate_bp = 2500", "campaign lunch: reward.rate_bp 20\u00a0% → 25\u00a0%"),
        ("version = 1", "version = 2", "programme: version 1 → 2"),
        ("max_share_bp = 5000", "max_share_bp = 3000", "programme: redeem.max_share_bp 50\u00a0% → 30\u00a0%"),
        ("visits = 2", "spend_minor = 500_000\nvisits = 2", "status fan: spend_minor 0.00 → 5,000.00"),
        ('en = "Lunch"', 'en = "Dinner"', "campaign lunch: name.en Lunch → Dinner"),
        ('["food", "drinks"]', '["food", "bread"]',
         "campaign lunch: conditions.products.categories − drinks, + bread"),
        ('["food", "drinks"]', '["drinks", "food"]',
         "campaign lunch: conditions.products.categories food, drinks → drinks, food"),
        ('statuses = ["fan"]', 'statuses = ["novice"]', "campaign lunch: conditions.who.statuses − Fan, + Novice"),
        ('    { type = "hours", windows = ["12:00-14:00"] },\n', "",
         "campaign lunch: − conditions.hours hours: 12:00-14:00"),
        ('"12:00-14:00"', '"13:00-14:00"', "campaign lunch: conditions.hours.windows − 12:00-14:00, + 13:00-14:00"),
        ("times = 2", "times = 3", "campaign lunch: limits[week].times 2 → 3"),
        (', { period = "day", times = 1 }', "", "campaign lunch: − limits[day] a day, 1 time"),
        ("rate_bp = 200 }", "rate_bp = 250 }", "campaign more: reward.steps[2].rate_bp 2\u00a0% → 2.5\u00a0%"),
        ('{ type = "percent", rate_bp = 2000 }', '{ type = "amount", amount_minor = 500 }',
         "campaign lunch: reward percentage off: 20\u00a0% → sum off: 5.00"),
        ("rate_bp = 2000 }", 'rate_bp = 2000, on = "cheapest" }',
         "campaign lunch: reward.on on all its goods → on the cheapest"),
        ("limits = [{", 'asked = true\ncost = { points = 9 }\nlimits = [{', None),
    ],
)  # fmt: skip
def test_a_change_is_told_by_its_id_and_key_in_its_unit(before: str, after: str, said: str | None) -> None:
    expected = [said] if said else ["campaign lunch: cost — → 9 points", "campaign lunch: asked no → yes"]
    assert told((before, after)) == expected


def test_what_has_come_and_gone_is_told_with_what_it_gives() -> None:
    assert told(more=NEW) == ["+ campaign gift: Gift (sum off: 300.00)"]
    new, old = parse_programme(BASE), parse_programme(BASE + NEW)
    (gone,) = changes(old, new)
    assert change_text(gone, (world_of(old), world_of(new)), "ru") == "− акция gift: Подарок (скидка суммой: 300,00)"


def test_russian_is_russian() -> None:
    assert told(("rate_bp = 2000", "rate_bp = 2500"), ("visits = 2", "visits = 3"), lang="ru") == [
        "статус fan: visits 2 → 3",
        "акция lunch: reward.rate_bp 20\u00a0% → 25\u00a0%",
    ]


def test_two_conditions_of_one_type_are_told_apart() -> None:
    two = ('{ type = "who", statuses = ["fan"] }', '{ type = "products", brands = ["a"] }, { type = "who" }')
    assert told(two) == [
        "campaign lunch: + conditions.products#2 goods: brands a",
        "campaign lunch: conditions.who.statuses − Fan",
    ]


def test_a_change_is_data_too() -> None:
    old = parse_programme(BASE)
    new = parse_programme(BASE.replace("rate_bp = 2000", "rate_bp = 2500"))
    assert changes(old, new) == (Change("changed", "campaign", "lunch", "reward.rate_bp", 2000, 2500),)


def test_the_order_of_campaigns_in_the_document_is_no_change() -> None:
    head, lunch, more = BASE.partition("[[campaign]]")[0], *BASE.split("[[campaign]]")[1:]
    assert changes(parse_programme(BASE), parse_programme(f"{head}[[campaign]]{more}[[campaign]]{lunch}")) == ()
