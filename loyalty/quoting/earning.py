"""Points a basket earns: by the member's status, then by the campaigns with a reward in points."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.ledger import MAIN_WALLET
from loyalty.member import Member
from loyalty.programme import Programme
from loyalty.quoting.judging import Judged
from loyalty.quoting.turns import Course, Deed, Stop, capped_points
from loyalty.rewards.mechanic import PointsMechanic
from loyalty.scene import Scene, points_for, points_worth, share_points


class Earned(msgspec.Struct, frozen=True):
    """Points of the main wallet by place from the status, and what each campaign added."""

    base: tuple[int, ...]
    deeds: tuple[Deed, ...]
    stopped: dict[str, Stop]

    @property
    def total(self) -> int:
        """Points of the main wallet."""
        return sum(self.base) + sum(deed.total for deed in self.deeds if deed.wallet == MAIN_WALLET)

    @property
    def wallets(self) -> dict[str, int]:
        """wallet -> points, of the wallets beside the main one."""
        found: dict[str, int] = {}
        for deed in self.deeds:
            if deed.wallet != MAIN_WALLET and deed.total:
                found[deed.wallet] = found.get(deed.wallet, 0) + deed.total
        return found


def earn(ready: Iterable[Judged], scene: Scene, paid: Scene, course: Course) -> Earned:
    """What the basket earns; `scene` is the basket after all discounts, `paid` has the amounts that earn."""
    deeds: list[Deed] = []
    stopped: dict[str, Stop] = {}
    for judged in ready:
        if not isinstance(judged.campaign.reward, PointsMechanic):
            continue
        stop = course.stop(judged, judged.scene(scene))
        if stop is not None:
            stopped[judged.campaign.id] = stop
            continue
        deed = points_deed(judged, paid, course)
        course.note(deed)
        deeds.append(deed)
    return Earned(paid.base_points, tuple(deeds), stopped)


def points_deed(judged: Judged, paid: Scene, course: Course) -> Deed:
    """What one campaign gives in points; `paid` is the scene with the amounts that earn."""
    campaign = judged.campaign
    assert isinstance(campaign.reward, PointsMechanic)
    seen = judged.scene(paid)
    points = capped_points(campaign.reward.points(seen), campaign.cap, course.room(campaign, seen))
    return Deed(campaign, dict(zip(judged.selected, points, strict=True)))


def earning_scene(programme: Programme, scene: Scene, redeemed_minor: Sequence[int]) -> Scene:
    """The scene rewards in points work on: amounts that earn, and the points they earn by status."""
    prices = scene.original_minor if programme.earn_before_discounts else scene.running_minor
    amounts = [
        0 if line.product.no_earn else max(0, minor - (0 if programme.earn_on_redeemed else redeemed))
        for line, minor, redeemed in zip(scene.lines, prices, redeemed_minor, strict=True)
    ]
    rate_bp = earn_rate_bp(programme, scene.member)
    if programme.earn_per == "line":
        base = [points_for(scene.terms, amount, rate_bp) for amount in amounts]
    else:
        base = share_points(points_for(scene.terms, sum(amounts), rate_bp), amounts)
    return replace(scene, running_minor=tuple(amounts), base_points=tuple(base))


def earn_rate_bp(programme: Programme, member: Member | None) -> int:
    """The rate of the member's status; a status the programme no longer has counts as the lowest."""
    if member is None or member.blocked or not programme.statuses:
        return 0
    known = {status.id: status.earn_bp for status in programme.statuses}
    return known.get(member.status, programme.statuses[0].earn_bp)


def worth_minor(programme: Programme, deeds: Iterable[Deed], points: int = 0) -> int:
    """What campaigns gave, in minor units: discounts, goods, and points at their value, less the points they took;
    with so many main points beside them."""
    minor, by_wallet = 0, {MAIN_WALLET: points}
    for deed in deeds:
        minor += deed.total if deed.in_price else deed.granted.worth_minor
        if deed.wallet:
            by_wallet[deed.wallet] = by_wallet.get(deed.wallet, 0) + deed.total
        cost = deed.campaign.cost
        if cost is not None and deed.done:
            by_wallet[cost.wallet] = by_wallet.get(cost.wallet, 0) - cost.points
    return minor + sum(points_minor(programme, wallet, some) for wallet, some in by_wallet.items() if some)


def points_minor(programme: Programme, wallet: str, points: int) -> int:
    """What points of a wallet are worth in minor units, rounded down."""
    if wallet == MAIN_WALLET:
        return points_worth(programme.terms, points)
    return sum(points * each.worth_minor for each in programme.wallets if each.id == wallet)
