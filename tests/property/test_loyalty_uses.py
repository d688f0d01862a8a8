"""What is kept of a member's uses is the same for any order of receipts, any grouping, and any split over tills."""

from __future__ import annotations

from collections import Counter
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from loyalty.documents.programme_file import parse_programme
from loyalty.member import Used
from loyalty.quoting import uses
from loyalty.quoting.uses import Use, used_after

LIMITS = {
    "a": '{ period = "day", times = 1 }, { period = "ever", times = 1 }',
    "b": '{ period = "week", times = 1 }, { period = "season", times = 1 }',
    "c": '{ period = "month", times = 1 }, { period = "day", times = 1 }',
}
RULES = parse_programme(
    'id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n'
    + "".join(
        f'[[season]]\nid = "{name}"\nfirst = {first}\n'
        + (f"last = {last}\n" if last else "")
        for name, first, last in [
            ("zeta", "2026-10-01", "2026-10-31"), ("eta", "2026-11-01", "2026-11-20"),
            ("beta", "2026-11-21", "2026-11-25"), ("alpha", "2026-11-26", ""),
        ]
    )
    + "".join(
        f'[[campaign]]\nid = "{name}"\nname = {{ ru = "А", en = "A" }}\nlimits = [{limits}]\n'
        'reward = { type = "percent", rate_bp = 1000 }\n'
        for name, limits in LIMITS.items()
    )
)  # fmt: skip
DAYS = st.sampled_from(
    ["2026-10-05", "2026-11-02", "2026-11-20", "2026-11-22", "2026-11-23", "2026-11-30", "2026-12-07"]
)
USES = st.builds(Use, st.sampled_from("abcd"), DAYS, st.integers(-1, 2), st.integers(-5, 9), st.integers(-5, 9))


@given(st.lists(USES, max_size=40), st.randoms(use_true_random=False), st.integers(1, 12))
def test_any_order_and_any_grouping_of_receipts_come_to_the_same(made, random, limit):
    with patch.object(uses, "MAX_USED", limit):
        at_once = used_after((), made, RULES)
        shuffled = random.sample(made, len(made))
        used: tuple[Used, ...] = ()
        while shuffled:
            cut = random.randint(1, len(shuffled))
            used, shuffled = used_after(used, shuffled[:cut], RULES), shuffled[cut:]
        assert used == at_once
        assert len(used) <= limit


@given(st.lists(USES, max_size=40))
def test_what_is_kept_is_the_whole_sum_of_its_period(made):
    """A month's sum is that of all uses of the month, whatever came between; the sums are made here by hand."""
    by_hand: Counter[str] = Counter()
    for use in made:
        if use.campaign_id == "c":
            by_hand[use.day[:7]] += use.minor
    kept = {each.period: each.minor for each in used_after((), made, RULES) if each.campaign_id == "c"}
    assert {period: minor for period, minor in kept.items() if len(period) == 7} == dict(by_hand)


def test_seasons_are_kept_by_their_dates_and_not_by_their_names():
    made = [Use("b", day, 1) for day in ("2026-11-30", "2026-10-05", "2026-11-22", "2026-11-02")]
    kept = {each.period for each in used_after((), made, RULES)}
    assert kept - {"2026-W45", "2026-W47", "2026-W49"} == {"eta", "beta", "alpha"}
