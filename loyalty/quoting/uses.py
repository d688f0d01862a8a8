"""What members have had of campaigns with limits: what a receipt adds to it, and how it is kept in sums by period.

Everything adds up: any order of receipts and returns, and any split of them over tills, comes to the same, and a till
adds its own to what the head office said.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from loyalty.member import Used
from loyalty.money import divide
from loyalty.programme import Programme
from loyalty.quoting.limits import period_on
from loyalty.receipt import Receipt
from loyalty.statuses.season import day_number, season_id

KEPT_PERIODS = 3
"""Of one campaign and one kind of period, the newest: this one, and two for tills whose date is ahead or behind."""
MAX_USED = 200
"""Sums kept of one account. Those of campaigns without limits go first, then days before weeks, months, seasons."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WEEK = re.compile(r"\d{4}-W\d\d")
_MONTH = re.compile(r"\d{4}-\d\d")
_KINDS = ("day", "week", "month", "season", "ever")
_Key = tuple[str, str]
"""(campaign id, period)."""


class Use(msgspec.Struct, frozen=True, gc=False):
    """What one receipt adds to what a member has had of a campaign; `day` is the day of the sale, for its returns
    too."""

    campaign_id: str
    day: str
    times: int = 0
    minor: int = 0
    points: int = 0


def uses_of(sale: Receipt, returned_milli: Mapping[int, int] | None = None) -> tuple[Use, ...]:
    """What a sale has given of each campaign once so much of it (line_no -> thousandths) is back.

    Money and points go back by cumulative proportion, as lines do. A campaign has been used on the receipt until all
    goods it was given on are back; coupons and messages do not come back.
    """
    minor: dict[str, int] = {}
    points: dict[str, int] = {}
    held = {issue.campaign_id for issue in sale.issues} | {message.campaign_id for message in sale.messages}
    for line in sale.lines:
        gone = min(returned_milli.get(line.line_no, 0), line.qty_milli) if returned_milli else 0
        for each in line.applied:
            name, left_minor, left_points = each.campaign_id, each.discount_minor, each.points
            if gone:
                left_minor -= _share(left_minor, gone, line.qty_milli)
                left_points -= _share(left_points, gone, line.qty_milli)
            minor[name] = minor.get(name, 0) + left_minor
            points[name] = points.get(name, 0) + left_points
            if gone < line.qty_milli:
                held.add(name)
    day = sale.moment.local_date
    return tuple(
        Use(name, day, int(name in held), minor.get(name, 0), points.get(name, 0)) for name in sorted({*minor, *held})
    )


def uses_given_back(sale: Receipt, before: Mapping[int, int], after: Mapping[int, int]) -> tuple[Use, ...]:
    """What one return takes off: `before` and `after` are what of the sale is back without it and with it."""
    rest = {use.campaign_id: use for use in uses_of(sale, after)}
    changes = []
    for use in uses_of(sale, before):
        left = rest[use.campaign_id]
        change = (left.times - use.times, left.minor - use.minor, left.points - use.points)
        if any(change):
            changes.append(Use(use.campaign_id, use.day, *change))
    return tuple(changes)


def used_after(used: Sequence[Used], uses: Iterable[Use], programme: Programme) -> tuple[Used, ...]:
    """With what receipts add; a use of a campaign without limits, or on no date, counts nowhere.

    What is dropped is always lower in one order of all sums than as many that stay, so what stays does not depend on
    the order in which receipts come. A sum of 0 stays too, for the same reason.
    """
    sums: dict[_Key, Used] = {(each.campaign_id, each.period): each for each in used}
    added = False
    for use in uses:
        for period in _periods(use, programme):
            old = sums.get((use.campaign_id, period)) or Used(use.campaign_id, period)
            sums[use.campaign_id, period] = Used(
                use.campaign_id, period, old.times + use.times, old.minor + use.minor, old.points + use.points
            )
            added = True
    return _kept(sums, programme) if added else tuple(used)


def merge_used(one: Sequence[Used], other: Iterable[Used], programme: Programme | None) -> tuple[Used, ...]:
    """What two accounts have had, as if one had had it all; kept as `used_after` keeps it where limits are known."""
    sums: dict[_Key, Used] = {(each.campaign_id, each.period): each for each in one}
    for each in other:
        old = sums.get((each.campaign_id, each.period)) or Used(each.campaign_id, each.period)
        sums[each.campaign_id, each.period] = Used(
            each.campaign_id, each.period, old.times + each.times, old.minor + each.minor, old.points + each.points
        )
    if programme is not None:
        return _kept(sums, programme)
    return tuple(sums[key] for key in sorted(sums))


def used_at_till(used: Sequence[Used], own: Iterable[Use], programme: Programme) -> tuple[Used, ...]:
    """What limits are judged by: nobody has had less than nothing, though a return may come of a sale made before the
    campaign had limits."""
    return tuple(
        Used(each.campaign_id, each.period, max(0, each.times), max(0, each.minor), max(0, each.points))
        for each in used_after(used, own, programme)
    )


def _periods(use: Use, programme: Programme) -> tuple[str, ...]:
    limits = programme.limited.get(use.campaign_id, ())
    if not limits or day_number(use.day) is None:
        return ()
    season = season_id(programme.spans, use.day)
    return tuple(dict.fromkeys(period_on(limit.period, use.day, season) for limit in limits))


def _kept(sums: Mapping[_Key, Used], programme: Programme) -> tuple[Used, ...]:
    order = {season.id: place for place, season in enumerate(programme.spans)}
    ranked = sorted(((_rank(key, order, programme), key) for key in sums), reverse=True)
    newer: Counter[tuple[str, int]] = Counter()
    kept = []
    for (_, kind, *_), (campaign_id, period) in ranked:
        newer[campaign_id, kind] += 1
        if newer[campaign_id, kind] <= KEPT_PERIODS:
            kept.append(sums[campaign_id, period])
    return tuple(sorted(kept[:MAX_USED], key=lambda each: (each.campaign_id, each.period)))


def _rank(key: _Key, order: Mapping[str, int], programme: Programme) -> tuple[bool, int, int, str, str]:
    """Higher stays longer: campaigns with limits, long periods, late ones."""
    campaign_id, period = key
    return campaign_id in programme.limited, _kind(period), order.get(period, -1), period, campaign_id


def _kind(period: str) -> int:
    """The place in _KINDS of what a period's name is the name of."""
    for kind, form in enumerate((_DAY, _WEEK, _MONTH)):
        if form.fullmatch(period):
            return kind
    return _KINDS.index("ever" if period == "ever" else "season")


def _share(figure: int, part: int, whole: int) -> int:
    return divide(figure * part, whole) if part and whole > 0 else 0
