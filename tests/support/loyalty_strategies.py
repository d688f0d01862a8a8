"""Any basket, any programme: hypothesis's material for the laws of a quote.

Every mechanic that a document may name is here under its type, and every way campaigns may stand to one another.
"""

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
    PresentedCoupon,
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
from loyalty.coupons.series import CouponSeries
from loyalty.member import Used
from loyalty.programme import Campaign, Cap, Cost, Group, Label, Programme, Redeem, StoreGroup, Wallet
from loyalty.quote import Standing
from loyalty.quoting.limits import Limit, Room
from loyalty.recurrence import Rule
from loyalty.rewards import (
    Amount,
    BundlePrice,
    FixedPrice,
    FreeItem,
    Gift,
    IssueCoupon,
    NForM,
    Percent,
    PointsByStatus,
    PointsFixed,
    PointsMultiplier,
    PointsPerAmount,
    PointsPercent,
    PointsPerUnit,
    Reward,
    Steps,
    Tell,
)
from loyalty.rewards.gift import Option
from loyalty.rewards.points_by_status import Rate
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


WALLETS = (
    Wallet("stars", Label("Звёзды", "Stars"), Label("звезда|звезды|звёзд", "star|stars"), 150),
    Wallet("promo", Label("Промо", "Promo"), Label("балл|балла|баллов", "point|points"), 100),
)
COUPONS = (
    CouponSeries("spring", "Весна", "Spring", "promo", ("VESNA26", "VESNA27")),
    CouponSeries("friends", "Друзья", "Friends", "promo", ("DRUZYA",), per_member=1),
    CouponSeries("next", "Дальше", "Next", "series", code="NEXT"),
)
IDS = st.sampled_from([f"c{n}" for n in range(6)])
USED = st.builds(
    Used, IDS, st.sampled_from(["2026-11-22", "ever"]), st.integers(0, 2), st.integers(0, 9_000), st.integers(0, 90)
)

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
    wallets=st.sampled_from([{}, {"stars": 3, "promo": 40}, {"stars": 25, "promo": 900}]),
    used=st.lists(USED, max_size=2, unique_by=lambda each: (each.campaign_id, each.period)).map(tuple),
    coupon_uses=st.sampled_from([{}, {"friends": 1}]),
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
        asked=tuple(sorted(draw(st.sets(IDS, max_size=4)))),
        coupons=draw(st.sampled_from([(), (), ("VESNA26", "druzya"), ("VESNA27", "VESNA26", "NOBODY")])),
    )


EVENTS = tuple(Event(day, "Матч", "Match", f"{day}T13:30") for day in ("2026-11-21", "2026-11-22", "2026-12-01"))
STORE_GROUPS = (StoreGroup("north", ("S1",)), StoreGroup("south", ("S2",)))
GOODS_SETS = st.lists(
    st.builds(GoodsSet, st.builds(Products, categories=SOME), st.integers(1, 3)), min_size=1, max_size=3
).map(tuple)
SUMS, OF = st.integers(0, 300_000), st.sampled_from(["running", "original"])


def sums(one: int, other: int, of: Of) -> Condition:
    return (GoodsTotal if one % 2 else ReceiptTotal)(min(one, other), max(one, other, 1), of)


CONDITION_OF: dict[type, st.SearchStrategy[Condition]] = {
    Products: st.builds(Products, categories=SOME, excluded=st.builds(ProductSet, categories=SOME)),
    Combination: st.builds(Combination, GOODS_SETS, st.integers(0, 2), st.sampled_from(["dearest", "cheapest"])),
    Quantity: st.one_of(
        st.builds(Quantity, min_pieces=st.integers(1, 6), max_pieces=st.sampled_from([0, 0, 6, 9])),
        st.builds(Quantity, min_weight_g=st.integers(1, 3000), max_weight_g=st.sampled_from([0, 3000, 5000])),
        st.builds(Quantity, max_pieces=st.integers(1, 9)),
    ),
    ReceiptTotal: st.one_of(st.builds(ReceiptTotal, st.integers(1, 300_000)), st.builds(sums, SUMS, SUMS, OF)),
    GoodsTotal: st.one_of(st.builds(GoodsTotal, st.integers(1, 300_000), of=OF), st.builds(sums, SUMS, SUMS, OF)),
    Hours: st.builds(Hours, st.sampled_from([("12:00-14:00",), ("15:00-16:00",), ("23:00-02:00",)])),
    Weekdays: st.builds(Weekdays, st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple)),
    Recurrence: st.builds(
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
    InSeason: st.builds(InSeason, st.sampled_from([("2025/26",), ("2026/27", "2027/28"), ("gone",)])),
    Dates: st.builds(Dates, first=st.sampled_from(["", "2026-11-22", "2026-11-23"])),
    Who: st.builds(
        Who,
        statuses=st.sampled_from([(), ("fan", "legend")]),
        audiences=st.sampled_from([(), ("vip",)]),
        card_kinds=st.sampled_from([(), (), ("bank",)]),
    ),
    Birthday: st.builds(Birthday, st.integers(0, 5)),
    FirstPurchase: st.builds(FirstPurchase),
    Trial: st.builds(Trial, st.just("salt"), st.integers(1, 10_000), st.sampled_from(["test", "control"])),
    BeforeEvent: st.builds(BeforeEvent, st.sampled_from([each.id for each in EVENTS]), st.sampled_from([None, 0, 3])),
    Stores: st.builds(
        Stores, st.sampled_from([(), ("S1",)]), st.sampled_from([("north",), ("south",), ("north", "south")])
    ),
    Channels: st.builds(Channels, st.sampled_from([("till",), ("app", "online")])),
    Paid: st.builds(Paid, st.sampled_from([("cash",), ("card",), ("cash", "card")])),
    PresentedCoupon: st.builds(PresentedCoupon, st.sampled_from([("spring",), ("friends",), ("spring", "next")])),
}
"""A mechanic -> any condition of it."""
conditions: st.SearchStrategy[Condition] = st.one_of(*CONDITION_OF.values())
on_goods = st.one_of(CONDITION_OF[Products], st.builds(ReceiptTotal, st.integers(1, 20_000)))
"""Conditions that most baskets meet."""
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
WALLET, EARNING = st.sampled_from(["main", "main", "stars"]), st.sampled_from(["earning", "original"])
REWARD_OF: dict[type, st.SearchStrategy[Reward]] = {
    Percent: st.builds(Percent, st.integers(1, 10_000), st.sampled_from([0, 0, 100, 5000]), reaches),
    Amount: st.builds(Amount, st.integers(1, 50_000), st.sampled_from(["receipt", "unit"]), reaches),
    FixedPrice: st.builds(FixedPrice, st.integers(1, 50_000), reaches),
    NForM: n_for_ms,
    BundlePrice: st.builds(BundlePrice, st.integers(1, 50_000)),
    Steps: st.sampled_from(STEPS),
    FreeItem: st.builds(
        FreeItem,
        st.integers(1, 3),
        st.sampled_from(["cheapest", "dearest"]),
        st.one_of(st.none(), st.builds(Products, categories=SOME)),
    ),
    Gift: st.sampled_from([Gift(OPTIONS[:1]), Gift(OPTIONS)]),
    IssueCoupon: st.builds(IssueCoupon, st.just("next"), st.integers(1, 3), st.sampled_from([0, 20_000])),
    Tell: st.just(Tell("Ждём вас", "Come again")),
    PointsPercent: st.builds(PointsPercent, st.integers(1, 20_000), WALLET, EARNING),
    PointsMultiplier: st.builds(PointsMultiplier, st.integers(10_001, 50_000), WALLET),
    PointsFixed: st.builds(PointsFixed, st.integers(1, 500), WALLET),
    PointsPerAmount: st.builds(PointsPerAmount, st.integers(1, 50_000), st.integers(1, 9), WALLET, EARNING),
    PointsPerUnit: st.builds(PointsPerUnit, st.integers(1, 9), WALLET),
    PointsByStatus: st.builds(PointsByStatus, st.just((Rate("novice", 100), Rate("legend", 2_500))), WALLET, EARNING),
}
"""A mechanic -> any reward of it."""
rewards: st.SearchStrategy[Reward] = st.one_of(*REWARD_OF.values())
GROUPS = (
    Group("h", "best", cap_minor=9_000),
    Group("line", "best_line", cap_bp=2_500),
    Group("first", "first"),
    Group("sum", "sum", cap_minor=5_000, cap_bp=50),
)
"""And `g`, which nobody describes."""
IN_GROUPS = ("", "", "g", "h", "line", "first", "sum")
none_often = st.sampled_from([0, 0, 0, 1])
caps = st.builds(
    lambda given, cap: cap if given else Cap(),
    none_often,
    st.builds(
        Cap,
        st.sampled_from([0, 700]),
        st.sampled_from([0, 1, 3_000]),
        st.sampled_from([0, 1_500]),
        st.sampled_from([0, 1, 1_000]),
        st.sampled_from([0, 20]),
    ),
)
limits = st.builds(
    lambda given, limit: (limit,) if given else (),
    none_often,
    st.builds(
        Limit,
        st.sampled_from(["day", "ever"]),
        st.integers(0, 2),
        st.sampled_from([0, 5_000]),
        st.sampled_from([0, 50]),
    ),
)
costs = st.builds(
    lambda given, cost: cost if given else None,
    none_often,
    st.builds(Cost, st.sampled_from([1, 10, 300]), st.sampled_from(["main", "stars"])),
)


@st.composite
def campaigns(draw, number: int, group=None, eager=False) -> Campaign:
    """Any campaign a document may describe; in a group settled line by line only those that can be. An eager one
    applies to most baskets."""
    reward, cost = draw(rewards), draw(costs)
    where = draw(st.sampled_from(IN_GROUPS)) if group is None else group
    return Campaign(
        f"c{number}",
        Label(f"Акция {number}", f"Campaign {number}"),
        reward,
        tuple(draw(st.lists(on_goods if eager else conditions, max_size=1 if eager else 2))),
        where if where != "line" or (reward.by_line and cost is None) else "",
        draw(st.integers(0, 3)),
        draw(st.sampled_from(["running", "running", "original"])),
        draw(caps),
        draw(limits),
        cost=cost,
        asked=not eager and draw(st.sampled_from([False, False, True])),
    )


redeems = st.builds(
    Redeem,
    point_value_minor=st.sampled_from([100, 100, 50, 1]),
    max_share_bp=st.sampled_from([0, 3000, 5000, 10_000]),
    min_points=st.sampled_from([1, 1, 50]),
    step_points=st.sampled_from([1, 1, 10]),
    offline_max_points=st.sampled_from([0, 300]),
    max_points=st.sampled_from([0, 0, 200]),
    wallets=st.sampled_from([("main",), ("main",), ("promo", "main")]),
    excluded=st.sampled_from([ProductSet(), ProductSet(), ProductSet(categories=("books",))]),
)


@st.composite
def programmes(draw, max_campaigns=6, eager=None) -> Programme:
    """Any programme; half of them, unless it is said, have campaigns that apply to most baskets."""
    eager = draw(st.booleans()) if eager is None else eager
    rule, scale = draw(redeems), draw(st.sampled_from([1, 1, 10]))
    if rule.step_points * rule.point_value_minor % scale:  # a step is a whole sum in kopecks
        scale = 1
    return Programme(
        "any",
        1,
        Label("Клуб", "Club"),
        rounding=draw(ROUNDINGS),
        earn_rounding=draw(ROUNDINGS),
        earn_per=draw(st.sampled_from(["receipt", "line"])),
        earn_on_redeemed=draw(st.booleans()),
        earn_before_discounts=draw(st.booleans()),
        point_scale=scale,
        seasons=SEASONS,
        statuses=draw(st.sampled_from([STATUSES, STATUSES, ()])),
        redeem=rule,
        campaigns=tuple(draw(campaigns(n, eager=eager)) for n in range(draw(st.integers(0, max_campaigns)))),
        events=EVENTS,
        store_groups=STORE_GROUPS,
        wallets=WALLETS,
        groups=GROUPS,
        coupons=COUPONS,
    )


moments = st.builds(
    Moment,
    at_ms=st.just(1_795_338_000_000),
    local_date=st.sampled_from(["2026-11-21", "2026-11-22", "2028-02-29"]),
    local_minute=st.integers(0, 1439),
    weekday=st.integers(0, 6),
)
standings = st.builds(
    Standing,
    st.booleans(),
    st.sampled_from([0, 3601]),
    st.sampled_from([{}, {}, {"c0": Room(0), "c1": Room(minor=400), "c2": Room(points=7)}]),
)
