"""Contradictions in a programme are problems with a place and a way to mend them; what is hardly meant is a warning."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loyalty.documents import programme_lint
from loyalty.documents.campaign_file import MAX_CONDITIONS, MAX_NAMED
from loyalty.documents.programme_file import parse_programme
from loyalty.documents.programme_lint import MAX_WALLETS
from loyalty.documents.programme_warnings import warnings
from loyalty.documents.section import MAX_LIST_ITEMS
from loyalty.documents.status_file import MAX_STATUSES
from loyalty.errors import BadProgramme
from loyalty.explain import TEMPLATES
from loyalty.sentences import say

HEAD = 'id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n'
STATUS = '[[status]]\nid = "{}"\nname = {{ ru = "С", en = "S" }}\nearn_bp = 1\nvisits = {}\n'
STATUSES = STATUS.format("novice", 0) + STATUS.format("fan", 1) + STATUS.format("legend", 2)
WALLET = '[[wallet]]\nid = "{}"\nname = {{ ru = "К", en = "W" }}\nunit = {{ ru = "а|б|в", en = "a|b" }}\n'
GROUPS = "".join(
    f'[[store_group]]\nid = "{name}"\nstores = {stores}\n'
    for name, stores in (("north", '["s1", "s2"]'), ("south", '["s3"]'), ("all", '["s1", "s2", "s3"]'))
)
DERBY = '[[event]]\nid = "derby"\nname = { ru = "Д", en = "D" }\nstarts = "2026-12-05T19:00"\n'
TEN = '{ type = "percent", rate_bp = 1000 }'


def campaign(*conditions: str, id: str = "one", reward: str = TEN, more: str = "") -> str:
    written = ", ".join(conditions)
    name = 'name = { ru = "А", en = "A" }'
    return f'[[campaign]]\nid = "{id}"\n{name}\nreward = {reward}\nconditions = [{written}]\n{more}\n'


def trade(id: str, take: int, of: str, give: int, to: str, more: str = "") -> str:
    reward = f'{{ type = "points_fixed", reward_points = {give}, wallet = "{to}" }}'
    return campaign(id=id, reward=reward, more=f'cost = {{ points = {take}, wallet = "{of}" }}\n{more}')


def problems(text: str) -> dict[str, str]:
    """path -> what is wrong there, of a document that is refused; nothing of one that is taken."""
    try:
        parse_programme(text)
    except BadProgramme as bad:
        return {problem.path: problem.what for problem in bad.problems if problem.mend}
    return {}


def paths(*conditions: str) -> list[str]:
    """Within the one campaign that has these conditions."""
    found = problems(HEAD + STATUSES + GROUPS + DERBY + campaign(*conditions))
    return [path.removeprefix("campaign[1].") for path in found]


def day(first: str, last: str) -> str:
    return f'{{ type = "dates", first = {first}, last = {last} }}'


def days(*names: str) -> str:
    return f'{{ type = "weekdays", days = {list(names)} }}'.replace("'", '"')


def hours(*windows: str) -> str:
    return f'{{ type = "hours", windows = {list(windows)} }}'.replace("'", '"')


def of(kind: str, key: str, *values: str) -> str:
    return f'{{ type = "{kind}", {key} = {list(values)} }}'.replace("'", '"')


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        (days("sat", "sun"), days("mon"), "conditions[2].days"),
        (of("channels", "channels", "app"), of("channels", "channels", "till", "online"), "conditions[2].channels"),
        (of("payment", "kinds", "cash"), of("payment", "kinds", "card"), "conditions[2].kinds"),
        (of("who", "statuses", "fan"), of("who", "statuses", "novice", "legend"), "conditions[2].statuses"),
        (of("who", "card_kinds", "bank"), of("who", "card_kinds", "donor"), "conditions[2].card_kinds"),
        (of("products", "categories", "a"), of("products", "categories", "b"), "conditions[2].categories"),
        (of("products", "brands", "a"), of("products", "brands", "b"), "conditions[2].brands"),
        (of("products", "codes", "1"), of("products", "codes", "2"), "conditions[2].codes"),
        (of("stores", "stores", "s1"), of("stores", "stores", "s2"), "conditions[2].stores"),
        (of("stores", "groups", "north"), of("stores", "groups", "south"), "conditions[2].stores"),
        (of("stores", "groups", "north"), of("stores", "stores", "s3"), "conditions[2].stores"),
    ],
)
def test_lists_without_a_common_value_never_hold_together(one: str, other: str, path: str) -> None:
    assert paths(one, other) == [path]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (days("sat", "sun"), days("sun", "mon")),
        (of("who", "statuses", "fan"), of("who", "audiences", "students")),
        (of("who", "audiences", "students"), of("who", "audiences", "donors")),
        (of("products", "tags", "new"), of("products", "tags", "red")),
        (of("products", "categories", "a"), of("products", "brands", "b")),
        (of("stores", "groups", "north"), of("stores", "groups", "all")),
        (of("stores", "groups", "south"), of("stores", "stores", "s3", "s9")),
        (of("payment", "kinds", "card"), of("channels", "channels", "app")),
    ],
)
def test_what_can_hold_together_is_let_be(one: str, other: str) -> None:
    assert paths(one, other) == []


def test_every_contradiction_is_told_at_once_beside_the_other_mistakes() -> None:
    text = HEAD + campaign(days("sat"), days("sun"), id="a") + campaign(id="b", more="prioriti = 1")
    text += campaign(hours("10:00-12:00"), hours("12:00-14:00"), id="c")
    assert list(problems(text)) == ["campaign[2].prioriti", "campaign[1].conditions[2].days", "campaign[3].conditions"]


def test_a_campaign_that_cannot_be_read_is_not_judged_by_what_was_put_in_its_place() -> None:
    assert list(problems(HEAD + campaign('{ type = "weekdays", days = ["sat", "sunn"] }', days("sun")))) == [
        "campaign[1].conditions[1].days[2]"
    ]
    listed = HEAD + "campaign = [1, { id = 'a' }]"
    assert "campaign[1]" in problems(listed)


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        # 23 to 27 November 2026 are Monday to Friday
        ([day("2026-11-23", "2026-11-27"), days("sat", "sun")], ["conditions"]),
        ([day("2026-11-23", "2026-11-28"), days("sat", "sun")], []),
        ([hours("10:00-12:00"), hours("12:00-14:00", "09:00-10:00")], ["conditions"]),
        ([hours("10:00-12:00"), hours("11:59-14:00")], []),
        ([hours("22:00-02:00"), hours("01:00-03:00")], []),
        ([hours("22:00-02:00"), hours("02:00-22:00")], ["conditions"]),
        # the derby is on 5 December at 19:00
        ([day("2026-12-06", "2026-12-31"), '{ type = "before_event", event = "derby" }'], ["conditions"]),
        ([day("2026-12-05", "2026-12-31"), '{ type = "before_event", event = "derby" }'], []),
        ([hours("19:00-23:00"), '{ type = "before_event", event = "derby", days_before = 0 }'], ["conditions"]),
        ([hours("18:59-23:00"), '{ type = "before_event", event = "derby", days_before = 0 }'], []),
        ([hours("19:00-23:00"), '{ type = "before_event", event = "derby", days_before = 1 }'], []),
    ],
)
def test_days_and_hours_that_never_come_are_found(conditions: list[str], found: list[str]) -> None:
    assert paths(*conditions) == found


def test_so_many_days_are_tried_one_by_one_and_not_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    working_week = (day("2026-11-23", "2026-11-27"), days("sat"))
    for limit, found in ((5, ["conditions"]), (4, [])):
        monkeypatch.setattr(programme_lint, "MAX_DAYS", limit)
        assert paths(*working_week) == found


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (['{ type = "receipt_total", min_total_minor = 1000 }', '{ type = "receipt_total", max_total_minor = 999 }'],
         ["conditions[2].max_total_minor"]),
        (['{ type = "receipt_total", max_total_minor = 999 }', '{ type = "receipt_total", min_total_minor = 1000 }'],
         ["conditions[1].max_total_minor"]),
        (['{ type = "receipt_total", min_total_minor = 1000 }', '{ type = "receipt_total", max_total_minor = 1000 }'],
         []),
        (['{ type = "receipt_total", min_total_minor = 1000 }', '{ type = "goods_total", max_total_minor = 999 }'], []),
        (['{ type = "receipt_total", min_total_minor = 1000, of = "original" }',
          '{ type = "receipt_total", max_total_minor = 999 }'], []),
    ],
)  # fmt: skip
def test_a_lower_bound_above_an_upper_one_never_holds(conditions: list[str], found: list[str]) -> None:
    assert paths(*conditions) == found


@pytest.mark.parametrize(
    ("goods", "found"),
    [
        ('categories = ["a"], excluded = { categories = ["a", "b"] }', ["conditions[1].excluded"]),
        ('tags = ["a", "b"], excluded = { tags = ["a", "b"] }', ["conditions[1].excluded"]),
        ('categories = ["a", "b"], excluded = { categories = ["a"] }', []),
        ('categories = ["a"], excluded = { brands = ["a"] }', []),
    ],
)
def test_goods_that_are_all_excluded_are_none(goods: str, found: list[str]) -> None:
    assert paths(f'{{ type = "products", {goods} }}') == found


@pytest.mark.parametrize(
    ("test", "control", "salt", "found"),
    [(1000, 1000, "a", ["conditions[2]"]), (1001, 1000, "a", []), (1000, 1000, "b", [])],
)
def test_nobody_is_in_the_test_and_in_the_control_group(test: int, control: int, salt: str, found: list[str]) -> None:
    one = f'{{ type = "trial", salt = "a", share_bp = {test} }}'
    assert paths(one, f'{{ type = "trial", salt = "{salt}", share_bp = {control}, group = "control" }}') == found


@pytest.mark.parametrize(
    ("give", "more", "found"),
    [
        (100, "", ["campaign[1].cost"]),
        (101, "", ["campaign[1].cost"]),
        (99, "", []),
        (500, "cap = { points = 99 }", []),
        (500, 'limits = [{ period = "ever", times = 1 }]', ["campaign[1].cost"]),
    ],
)
def test_points_are_not_sold_for_as_many_points(give: int, more: str, found: list[str]) -> None:
    assert list(problems(HEAD + trade("a", 100, "main", give, "main", more))) == found


def test_points_that_go_round_wallets_get_fewer() -> None:
    wallets = HEAD + WALLET.format("stars") + WALLET.format("stamps")
    there = trade("a", 10, "main", 3, "stars") + trade("b", 2, "stars", 5, "stamps")
    # 10 points -> 3 stars -> 7.5 stamps; for 3 stamps 4 points are just 10 again, and for 301 stamps 400 are fewer
    assert list(problems(wallets + there + trade("c", 3, "stamps", 4, "main"))) == ["campaign[3].cost"]
    assert "a → b → c" in "".join(problems(wallets + there + trade("c", 3, "stamps", 4, "main")).values())
    assert problems(wallets + there + trade("c", 301, "stamps", 400, "main")) == {}
    bounded = 'limits = [{ period = "ever", times = 1 }]'
    assert problems(wallets + there + trade("c", 3, "stamps", 4, "main", bounded)) == {}


def test_so_many_wallets_are_followed_round_and_not_one_more() -> None:
    def ring(count: int) -> dict[str, str]:
        names = [f"w{number}" for number in range(count)]
        steps = zip(names, [*names[1:], names[0]], strict=True)
        return problems(
            HEAD + "".join(map(WALLET.format, names)) + "".join(trade(f"t-{a}", 1, a, 1, b) for a, b in steps)
        )

    assert list(ring(MAX_WALLETS)) == [f"campaign[{MAX_WALLETS}].cost"]
    assert ring(MAX_WALLETS + 1) == {}


def warned(text: str) -> dict[str, str]:
    found = warnings(parse_programme(HEAD + text))
    return {path: say(what, "en", TEMPLATES) for path, what, mend in found if say(mend, "ru", TEMPLATES)}


def percent(id: str, rate_bp: int, group: str = "best", *conditions: str) -> str:
    reward = f'{{ type = "percent", rate_bp = {rate_bp} }}'
    return campaign(*conditions, id=id, reward=reward, more=f'group = "{group}"' if group else "")


def test_a_campaign_that_never_wins_its_group_is_a_warning() -> None:
    goods, sunday = of("products", "categories", "a"), days("sun")
    both = percent("small", 500, "best", goods, sunday) + percent("large", 700, "best", sunday, goods)
    assert warned(both) == {"campaign[1]": "it never wins in its group: “large” gives more under the same conditions"}
    assert warned(both + "[[group]]\nid = 'best'\nmode = 'sum'") == {}
    assert warned(percent("small", 500, "best", goods) + percent("large", 700, "best", sunday)) == {}
    assert warned(percent("small", 500, "") + percent("large", 700, "")) == {}


def test_a_lower_price_gives_more() -> None:
    def fixed(id: str, price: int) -> str:
        return campaign(id=id, reward=f'{{ type = "fixed_price", price_minor = {price} }}', more='group = "best"')

    assert list(warned(fixed("dear", 200) + fixed("cheap", 100))) == ["campaign[1]"]


def test_two_campaigns_that_are_the_same_are_a_warning() -> None:
    for group in ("", "best"):
        assert warned(percent("a", 500, group) + percent("b", 500, group)) == {"campaign[2]": "the same as “a”"}
    assert warned(percent("a", 500, "") + percent("b", 500, "", days("sun"))) == {}


def test_what_is_named_and_never_mentioned_is_a_warning() -> None:
    named = WALLET.format("stars") + DERBY + GROUPS + "[[group]]\nid = 'goods'\n"
    expected = ["wallet[1]", "group[1]", "event[1]", "store_group[1]", "store_group[2]", "store_group[3]"]
    assert list(warned(named)) == expected
    used = campaign(of("stores", "groups", "north", "south", "all"), '{ type = "before_event", event = "derby" }')
    used += trade("t", 5, "stars", 1, "main", 'group = "goods"')
    assert warned(named + used) == {}


def test_a_group_of_one_that_nobody_describes_is_a_warning() -> None:
    assert list(warned(percent("a", 1, "goods") + percent("b", 2, "goods", days("sun")) + percent("c", 3, "gods"))) == [
        "campaign[3].group"
    ]


def test_a_cap_for_phones_not_confirmed_that_limits_nothing_is_a_warning() -> None:
    path = "redeem.unconfirmed_offline_max_points"
    spending = "[redeem]\noffline_max_points = 100\nunconfirmed_offline_max_points = {}\nidentified_by = {}\n"
    assert warned(spending.format(100, '["card", "phone_code"]')) == {}
    assert list(warned(spending.format(101, '["card", "phone_code"]'))) == [path]
    assert list(warned(spending.format(1, '["card"]'))) == [path]
    assert list(warned(spending.format(1, '["card", "phone", "phone_code"]'))) == [path]
    assert warned(spending.format(0, '["card"]')) == {}


def test_a_season_nobody_names_is_a_warning() -> None:
    limited = campaign(more='limits = [{ period = "day", times = 9 }, { period = "season", times = 9 }]')
    assert list(warned(limited)) == ["campaign[1].limits[2].period"]
    assert warned(limited + '[[season]]\nid = "2026/27"\n') == {}


@pytest.mark.parametrize(
    ("limit", "path", "document"),
    [
        (MAX_CONDITIONS, "campaign[1].conditions", lambda n: campaign(*['{ type = "who" }'] * n)),
        (MAX_NAMED, "wallet", lambda n: "".join(WALLET.format(f"w{number}") for number in range(n))),
        (MAX_NAMED, "group", lambda n: "".join(f"[[group]]\nid = 'g{number}'\n" for number in range(n))),
        (MAX_STATUSES, "status", lambda n: "".join(STATUS.format(f"s{number}", number) for number in range(n))),
        (MAX_LIST_ITEMS, "campaign[1].conditions[1].codes",
         lambda n: campaign(of("products", "codes", *map(str, range(n))))),
    ],
)  # fmt: skip
def test_so_many_are_taken_and_not_one_more(limit: int, path: str, document: Callable[[int], str]) -> None:
    assert problems(HEAD + document(limit)) == {}
    assert problems(HEAD + document(limit + 1)) == {path: f"over the limit: {limit + 1}"}


@pytest.mark.parametrize(
    ("kind", "more"), [("promo", 'words = ["LETO"]'), ("signed", 'code = "AB"'), ("series", 'code = "AB"')]
)
def test_a_campaign_prints_coupons_of_a_series_alone(kind: str, more: str) -> None:
    printed = campaign(reward='{ type = "issue_coupon", series = "c" }')
    coupon = f'[[coupon]]\nid = "c"\nname = {{ ru = "К", en = "C" }}\nkind = "{kind}"\n{more}\n'
    said = f"coupons of “c” cannot be printed: it is of kind {kind}"
    assert problems(HEAD + coupon + printed) == ({} if kind == "series" else {"campaign[1].reward.series": said})
