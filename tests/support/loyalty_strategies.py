"""Any basket, any programme: hypothesis's material for the laws of a quote."""

from hypothesis import strategies as st

from loyalty.basket import Basket, BasketLine, Moment
from loyalty.conditions import (
    BeforeEvent,
    Birthday,
    Channels,
    Combination,
    Condition,
    Dates,
    FirstPurchase,
    GoodsSet,
    GoodsTotal,
    Hours,
    InSeason,
    Paid,
    Products,
    ProductSet,
    Quantity,
    ReceiptTotal,
    Recurrence,
    Stores,
    Trial,
    Weekdays,
    Who,
)
from loyalty.conditions.sums import Of
from loyalty.conditions.weekdays import DAYS
from loyalty.programme import Campaign, Label, Programme, Redeem, StoreGroup
from loyalty.quote import Standing
from loyalty.recurrence import Rule
from loyalty.rewards import (
    Amount,
    BundlePrice,
    FixedPrice,
    FreeItem,
    Gift,
    NForM,
    Percent,
    PointsFixed,
    PointsMultiplier,
    PointsPercent,
    Reward,
    Steps,
)
from loyalty.rewards.gift import Option
from loyalty.rewards.reach import Reach
from loyalty.rewards.steps import Step
from loyalty.scene import Event
from tests.support.loyalty_samples import SEASONS, STATUSES, line, member

ROUNDINGS = st.sampled_from(["half_up", "half_even", "floor", "ceil"])
CATEGORIES = ("scarves", "food", "books")
SOME = st.lists(st.sampled_from(CATEGORIES), max_size=2, unique=True).map(tuple)


GOODS: tuple[dict, ...] = (
    {},
    {},
    {"min_price_minor": 150},
    {"min_price_minor": 20_000},
    {"unit": "kg"},
    {"no_discount": True},
    {"no_earn": True},
    {"no_redeem": True, "min_price_minor": 1},
)


@st.composite
def lines(draw, line_id: int) -> BasketLine:
    """A line of a small shop: the same goods often come twice."""
    number = draw(st.integers(0, len(GOODS) - 1))
    goods = GOODS[number]
    price_minor = draw(st.one_of(st.sampled_from([1, 333, 9_999]), st.integers(0, 300), st.integers(0, 500_000)))
    qty_milli = draw(st.integers(1, 3000)) if "unit" in goods else 1000 * draw(st.integers(1, 4))
    return line(line_id, price_minor, qty_milli, code=f"46{number:011d}", category=CATEGORIES[number % 3], **goods)


members = st.builds(
    member,
    status=st.sampled_from([status.id for status in STATUSES] + ["gone"]),
    balance_points=st.integers(-50, 5000),
    blocked=st.sampled_from([False, False, False, True]),
    identified_by=st.sampled_from(["card", "card", "phone"]),
    audiences=st.sampled_from([(), ("vip",)]),
    birthday_md=st.sampled_from([None, "11-22", "02-29"]),
    card_kind=st.sampled_from(["", "bank"]),
    receipts=st.sampled_from([None, 0, 1]),
)


@st.composite
def baskets(draw, max_lines=6) -> Basket:
    count = draw(st.integers(0, max_lines))
    who = draw(st.one_of(st.none(), members, members))
    return Basket(
        tuple(draw(lines(n)) for n in range(1, count + 1)),
        who,
        redeem_points=draw(st.integers(0, 3000)),
        choices=draw(st.sampled_from([{}, {}, {"c0": "992", "c1": "991", "c2": "993"}])),
        store=draw(st.sampled_from(["", "S1", "S2"])),
        channel=draw(st.sampled_from(["till", "till", "app"])),
        payment=draw(st.sampled_from(["", "cash", "card", "mixed"])),
    )


EVENTS = tuple(Event(day, "Матч", "Match", f"{day}T13:30") for day in ("2026-11-21", "2026-11-22", "2026-12-01"))
STORE_GROUPS = (StoreGroup("north", ("S1",)), StoreGroup("south", ("S2",)))
GOODS_SETS = st.lists(
    st.builds(GoodsSet, st.builds(Products, categories=SOME), st.integers(1, 3)), min_size=1, max_size=3
).map(tuple)
SUMS, OF = st.integers(0, 300_000), st.sampled_from(["running", "original"])


def sums(one: int, other: int, of: Of) -> Condition:
    return (GoodsTotal if one % 2 else ReceiptTotal)(min(one, other), max(one, other, 1), of)


conditions: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Products, categories=SOME, excluded=st.builds(ProductSet, categories=SOME)),
    st.builds(Combination, GOODS_SETS, st.integers(0, 2), st.sampled_from(["dearest", "cheapest"])),
    st.builds(Quantity, min_pieces=st.integers(1, 6), max_pieces=st.sampled_from([0, 0, 6, 9])),
    st.builds(Quantity, min_weight_g=st.integers(1, 3000), max_weight_g=st.sampled_from([0, 3000, 5000])),
    st.builds(Quantity, max_pieces=st.integers(1, 9)),
    st.builds(ReceiptTotal, st.integers(1, 300_000)),
    st.builds(sums, SUMS, SUMS, OF),
    st.builds(GoodsTotal, st.integers(1, 300_000), of=OF),
    st.builds(Hours, st.sampled_from([("12:00-14:00",), ("15:00-16:00",), ("23:00-02:00",)])),
    st.builds(Weekdays, st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple)),
    st.builds(
        Recurrence,
        st.builds(
            Rule,
            st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
            st.just("2026-01-01"),
            st.integers(1, 3),
            weekdays=st.sampled_from([((0, 6),), ((-1, 5), (4, 6))]),
            last=st.sampled_from(["", "2026-11-21"]),
        ),
    ),
    st.builds(InSeason, st.sampled_from([("2025/26",), ("2026/27", "2027/28"), ("gone",)])),
    st.builds(Dates, first=st.sampled_from(["", "2026-11-22", "2026-11-23"])),
    st.builds(
        Who,
        statuses=st.sampled_from([(), ("fan", "legend")]),
        audiences=st.sampled_from([(), ("vip",)]),
        card_kinds=st.sampled_from([(), (), ("bank",)]),
    ),
    st.builds(Birthday, st.integers(0, 5)),
    st.builds(FirstPurchase),
    st.builds(Trial, st.just("salt"), st.integers(1, 10_000), st.sampled_from(["test", "control"])),
    st.builds(BeforeEvent, st.sampled_from([each.id for each in EVENTS]), st.sampled_from([None, 0, 3])),
    st.builds(Stores, st.sampled_from([(), ("S1",)]), st.sampled_from([("north",), ("south",), ("north", "south")])),
    st.builds(Channels, st.sampled_from([("till",), ("app", "online")])),
    st.builds(Paid, st.sampled_from([("cash",), ("card",), ("cash", "card")])),
)
reaches = st.one_of(
    st.just(Reach()),
    st.builds(Reach, st.sampled_from(["cheapest", "dearest"]), st.integers(1, 2), st.sampled_from([0, 2, 3])),
)
n_for_ms = st.builds(
    lambda take, free, pick, max_times: NForM(take, max(1, take - free), pick, max_times),
    st.integers(2, 4),
    st.integers(1, 2),
    st.sampled_from(["cheapest", "group", "same"]),
    st.sampled_from([0, 0, 1, 2]),
)
STEPS = (
    Steps((Step(from_minor=500, rate_bp=333), Step(from_minor=20_000, amount_minor=2_001))),
    Steps(
        (Step(from_pieces=2, amount_minor=77), Step(from_pieces=4, rate_bp=1_500), Step(from_pieces=7, rate_bp=9_999))
    ),
)
OPTIONS = (Option("991", "Значок", "A badge", worth_minor=5_000), Option("992", "Магнит", "A magnet", "10", 700, 2))
rewards: st.SearchStrategy[Reward] = st.one_of(
    st.builds(Percent, st.integers(1, 10_000), st.sampled_from([0, 0, 100, 5000]), reaches),
    st.builds(Amount, st.integers(1, 50_000), st.sampled_from(["receipt", "unit"]), reaches),
    st.builds(FixedPrice, st.integers(1, 50_000), reaches),
    n_for_ms,
    st.builds(BundlePrice, st.integers(1, 50_000)),
    st.sampled_from(STEPS),
    st.builds(
        FreeItem,
        st.integers(1, 3),
        st.sampled_from(["cheapest", "dearest"]),
        st.one_of(st.none(), st.builds(Products, categories=SOME)),
    ),
    st.sampled_from([Gift(OPTIONS[:1]), Gift(OPTIONS)]),
    st.builds(PointsPercent, st.integers(1, 20_000)),
    st.builds(PointsMultiplier, st.integers(10_001, 50_000)),
    st.builds(PointsFixed, st.integers(1, 500)),
)


@st.composite
def campaigns(draw, number: int, group=None) -> Campaign:
    return Campaign(
        f"c{number}",
        Label(f"Акция {number}", f"Campaign {number}"),
        draw(rewards),
        tuple(draw(st.lists(conditions, max_size=2))),
        draw(st.sampled_from(["", "", "g", "h"])) if group is None else group,
        draw(st.integers(0, 3)),
    )


redeems = st.builds(
    Redeem,
    point_value_minor=st.sampled_from([100, 100, 50, 1]),
    max_share_bp=st.sampled_from([0, 3000, 5000, 10_000]),
    min_points=st.sampled_from([1, 1, 50]),
    step_points=st.sampled_from([1, 1, 10]),
    offline_max_points=st.sampled_from([0, 300]),
)


@st.composite
def programmes(draw, max_campaigns=6) -> Programme:
    return Programme(
        "any",
        1,
        Label("Клуб", "Club"),
        rounding=draw(ROUNDINGS),
        earn_rounding=draw(ROUNDINGS),
        earn_per=draw(st.sampled_from(["receipt", "line"])),
        earn_on_redeemed=draw(st.booleans()),
        seasons=SEASONS,
        statuses=draw(st.sampled_from([STATUSES, STATUSES, ()])),
        redeem=draw(redeems),
        campaigns=tuple(draw(campaigns(n)) for n in range(draw(st.integers(0, max_campaigns)))),
        events=EVENTS,
        store_groups=STORE_GROUPS,
    )


moments = st.builds(
    Moment,
    at_ms=st.just(1_795_338_000_000),
    local_date=st.sampled_from(["2026-11-21", "2026-11-22", "2028-02-29"]),
    local_minute=st.integers(0, 1439),
    weekday=st.integers(0, 6),
)
standings = st.builds(Standing, st.booleans(), st.sampled_from([0, 3601]))
