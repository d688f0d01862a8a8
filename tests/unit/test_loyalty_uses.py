"""What members have had of campaigns with limits: what receipts add, what returns take off, and what is kept."""

from __future__ import annotations

import msgspec

from loyalty.basket import Moment
from loyalty.documents.programme_file import parse_programme
from loyalty.granted import Issue
from loyalty.member import Used
from loyalty.programme import Programme
from loyalty.quoting.uses import KEPT_PERIODS, MAX_USED, Use, used_after, used_at_till, uses_given_back, uses_of
from loyalty.receipt import Applied, Receipt, ReceiptLine

DAY = "2026-11-22"
"""A Sunday, the last day of week 47."""


def programme(**limits: str) -> Programme:
    """A campaign for each: id -> its `limits`."""
    campaigns = "".join(
        f'[[campaign]]\nid = "{name}"\nname = {{ ru = "А", en = "A" }}\n'
        f'reward = {{ type = "percent", rate_bp = 1000 }}\n{f"limits = [{text}]" if text else ""}\n'
        for name, text in limits.items()
    )
    return parse_programme(f"""
id = "corner"
version = 1
name = {{ ru = "Уголок", en = "Corner" }}
[[season]]
id = "autumn"
first = 2026-09-01
last = 2026-11-30
[[season]]
id = "a-later-one"
first = 2026-12-01
[[status]]
id = "basic"
name = {{ ru = "Базовый", en = "Basic" }}
earn_bp = 500
{campaigns}""")


ALL_PERIODS = programme(
    tea='{ period = "day", times = 1 }, { period = "week", times = 2 }, { period = "month", points = 9 },'
    ' { period = "season", minor = 900 }, { period = "ever", times = 9 }'
)


def line(number: int, qty_milli: int, *applied: Applied) -> ReceiptLine:
    return ReceiptLine(number, "00123", "Чай", "piece", "22", qty_milli, 100, 0, 0, 0, 0, 0, 0, applied)


def percent(minor: int, name: str = "tea") -> Applied:
    return Applied(name, "А", "A", minor)


def sale(*lines: ReceiptLine, **more: object) -> Receipt:
    made = Receipt(
        "01" * 16, "T1-000001", "sale", "s1", "t1", "Anna", "shift", Moment(0, DAY, 600, 6), (), lines, 0, 0, 0, 0, 0,
        0, (),
    )  # fmt: skip
    return msgspec.structs.replace(made, **more)


def test_a_sale_uses_each_campaign_once_for_all_its_lines() -> None:
    made = sale(line(1, 1000, percent(500), Applied("cup", "Б", "B", points=7)), line(2, 2000, percent(250)))
    assert uses_of(made) == (Use("cup", DAY, 1, 0, 7), Use("tea", DAY, 1, 750, 0))


def test_a_part_returned_gives_back_its_share_and_not_the_use() -> None:
    made = sale(line(1, 3000, percent(1000)))
    # a third of 10.00 is 3.33, two thirds are 6.67
    assert uses_given_back(made, {}, {1: 1000}) == (Use("tea", DAY, 0, -333),)
    assert uses_given_back(made, {1: 1000}, {1: 2000}) == (Use("tea", DAY, 0, -334),)
    assert uses_given_back(made, {1: 2000}, {1: 3000}) == (Use("tea", DAY, -1, -333),)


def test_a_use_comes_back_with_the_last_of_the_goods_it_was_given_on() -> None:
    made = sale(line(1, 1000, percent(500)), line(2, 1000, percent(300)), line(3, 1000))
    assert uses_given_back(made, {}, {1: 1000}) == (Use("tea", DAY, 0, -500),)
    assert uses_given_back(made, {1: 1000}, {1: 1000, 2: 1000}) == (Use("tea", DAY, -1, -300),)
    assert uses_given_back(made, {1: 1000, 2: 1000}, {1: 1000, 2: 1000, 3: 1000}) == ()


def test_more_back_than_was_sold_is_all_of_it() -> None:
    made = sale(line(1, 1000, percent(500)))
    assert uses_given_back(made, {}, {1: 5000}) == (Use("tea", DAY, -1, -500),)
    assert uses_given_back(made, {1: 1000}, {1: 5000}) == ()


def test_a_coupon_given_with_the_receipt_is_not_given_back_by_a_return() -> None:
    made = sale(line(1, 1000), issues=(Issue("coupon", "TEA"),))
    assert uses_of(made) == (Use("coupon", DAY, 1),)
    assert uses_given_back(made, {}, {1: 1000}) == ()


def test_a_use_counts_in_every_period_the_campaign_has_a_limit_for() -> None:
    assert used_after((), [Use("tea", DAY, 1, 300, 4)], ALL_PERIODS) == tuple(
        Used("tea", period, 1, 300, 4) for period in ("2026-11", "2026-11-22", "2026-W47", "autumn", "ever")
    )


def test_a_campaign_without_limits_and_a_day_that_is_none_count_nowhere() -> None:
    rules = programme(tea='{ period = "day", times = 1 }', cup="")
    held = (Used("tea", "2026-11-21", 1),)
    uses = [Use("cup", DAY, 1), Use("gone", DAY, 1), Use("tea", "2026-11-32", 1), Use("tea", "", 1)]
    assert used_after(held, uses, rules) == held


def test_of_a_campaign_the_last_three_periods_of_a_kind_are_kept() -> None:
    used: tuple[Used, ...] = ()
    for day in ("2026-11-29", "2026-11-30", "2026-12-02", "2026-12-01"):
        used = used_after(used, [Use("tea", day, 1)], ALL_PERIODS)
    kept = [each.period for each in used]
    assert [period for period in kept if len(period) == 10] == ["2026-11-30", "2026-12-01", "2026-12-02"]
    assert {each.period: each.times for each in used}["ever"] == 4, "a dropped day still counts in what is longer"
    assert {each.period: each.times for each in used}["autumn"] == 2
    assert KEPT_PERIODS == 3


def test_of_very_many_sums_the_days_go_first_and_those_without_limits_before_them() -> None:
    names = [f"c{number:03d}" for number in range(MAX_USED)]
    rules = programme(**dict.fromkeys(names, '{ period = "ever", times = 1 }'), day='{ period = "day", times = 1 }')
    full = used_after((), [Use(name, DAY, 1) for name in names], rules)
    assert len(full) == MAX_USED
    assert used_after(full, [Use("day", DAY, 1)], rules) == full
    ended = (*full[:-1], Used("ended", "ever", 1))
    added = used_after(ended, [Use("day", DAY, 1)], rules)
    assert (len(added), added[-1]) == (MAX_USED, Used("day", DAY, 1))


def test_what_comes_to_nothing_stays_and_what_is_below_nothing_is_nothing_to_a_till() -> None:
    rules = programme(tea='{ period = "day", times = 1 }')
    bought = used_after((), [Use("tea", DAY, 1, 500)], rules)
    back = used_after(bought, [Use("tea", DAY, -1, -500)], rules)
    assert back == (Used("tea", DAY),)
    assert used_at_till((), [Use("tea", DAY, -1, -500, -2)], rules) == (Used("tea", DAY),)
    assert used_at_till(bought, [], rules) == bought
