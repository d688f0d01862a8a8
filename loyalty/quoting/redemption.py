"""Spending points on a basket: how many may be spent now, what limits them, and how they fall on the lines."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from loyalty.member import Member
from loyalty.money import part_bp, share, share_capped
from loyalty.programme import Redeem
from loyalty.quoted import Redemption, Standing
from loyalty.quoting.identified import Unproven, allowance_for, unproven
from loyalty.scene import Scene, points_worth
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "redeem.no_member": ("Отсканируйте карту, чтобы списать баллы", "Scan a card to pay with points"),
    "redeem.blocked": ("Карта заблокирована: баллы не списываются", "The card is blocked: no points can be spent"),
    "redeem.card_only": ("Для списания отсканируйте карту", "Scan the card itself to spend points"),
    "redeem.confirm_phone": (
        "Чтобы списать баллы, подтвердите телефон кодом",
        "Confirm the phone with a code to spend points",
    ),
    "redeem.confirm_offline": (
        "Нет связи: телефон не подтвердить, баллы не списываются",
        "Offline: the phone cannot be confirmed, no points can be spent",
    ),
    "redeem.unconfirmed": (
        "Телефон не подтверждён, нет связи: до {limit_points:балла|баллов|баллов} за чек",
        "Offline, the phone is not confirmed: up to {limit_points:point|points} a receipt",
    ),
    "redeem.balance": (
        "Весь баланс: {limit_points:балл|балла|баллов}",
        "The whole balance: {limit_points:point|points}",
    ),
    "redeem.earn_only": (
        "Касса ждёт управляющего: баллы начисляются, но не списываются",
        "The till waits for the manager: points are earned, none can be spent",
    ),
    "redeem.no_points": ("На карте нет баллов", "No points on the card"),
    "redeem.share": (
        "Баллами — до {share_bp} чека: {limit_points:балл|балла|баллов}",
        "Up to {share_bp} of the receipt: {limit_points:point|points}",
    ),
    "redeem.minimum": (
        "Ниже минимальной цены нельзя: до {limit_points:балла|баллов|баллов}",
        "Not below the minimum price: up to {limit_points:point|points}",
    ),
    "redeem.max": (
        "За чек — до {limit_points:балла|баллов|баллов}",
        "Up to {limit_points:point|points} a receipt",
    ),
    "redeem.no_goods": ("На эти товары баллы не списываются", "Points cannot pay for these goods"),
    "redeem.offline": (
        "Нет связи: до {limit_points:балла|баллов|баллов} за чек",
        "Offline: up to {limit_points:point|points} a receipt",
    ),
    "redeem.offline_none": ("Нет связи: списать баллы нельзя", "Offline: points cannot be spent"),
    "redeem.stale": (
        "Баланс давно не обновлялся: до {limit_points:балла|баллов|баллов} за чек",
        "The balance is old: up to {limit_points:point|points} a receipt",
    ),
    "redeem.stale_none": (
        "Баланс давно не обновлялся: списать баллы нельзя",
        "The balance is old: points cannot be spent",
    ),
    "redeem.from": (
        "Списание — от {min_points:балла|баллов|баллов}",
        "At least {min_points:point|points} can be spent",
    ),
}  # fmt: skip


_MISSING: dict[Unproven, str] = {
    "card_only": "redeem.card_only",
    "confirm_phone": "redeem.confirm_phone",
    "confirm_offline": "redeem.confirm_offline",
}


class Spent(msgspec.Struct, frozen=True):
    """The redemption of a basket and its parts by place."""

    redemption: Redemption
    minor: tuple[int, ...]
    points: tuple[int, ...]


def redeem(
    scene: Scene, rule: Redeem, asked_points: int, standing: Standing, purse: Mapping[str, int], taken_points: int = 0
) -> Spent:
    """Spend what was asked, as far as it may be; `scene` is the basket after all discounts, `purse` holds by wallet
    what campaigns that cost points have left, `taken_points` is what they took."""
    have = [max(0, purse.get(wallet, 0)) for wallet in rule.wallets]
    allowed, limit = allow(scene, rule, standing, have, taken_points)
    used = min(asked_points, allowed)
    used -= used % rule.step_points
    if used < rule.min_points:
        used = 0
    used_minor = points_worth(scene.terms, used)
    weights = [_redeemable(scene, rule, place) for place in range(len(scene.lines))]
    caps = [scene.room_minor(place) for place in range(len(scene.lines))]
    minor = share_capped(used_minor, [min(weight, cap) for weight, cap in zip(weights, caps, strict=True)], caps)
    redemption = Redemption(allowed, used, used_minor, limit, dict(_by_wallet(used, rule.wallets, have)))
    return Spent(redemption, tuple(minor), tuple(share(used, minor)))


def allow(
    scene: Scene, rule: Redeem, standing: Standing, have_points: Sequence[int], taken_points: int = 0
) -> tuple[int, Sentence | None]:
    """How many points may be spent on the basket now, and the tightest limit; `have_points` are in its wallets."""
    if not scene.lines:
        return 0, None
    refused = _refusal(scene, rule, standing, sum(have_points))
    if refused or scene.member is None:
        return 0, refused
    limits = [
        *_limits(scene, rule, sum(have_points)),
        *_offline(scene.member, rule, standing, have_points, taken_points),
    ]
    points, limit = min(limits, key=lambda each: each[0])
    least = -(-rule.min_points // rule.step_points) * rule.step_points
    if points < least:
        return 0, limit if points == 0 else sentence("redeem.from", min_points=least)
    return points - points % rule.step_points, limit


def _by_wallet(points: int, wallets: Sequence[str], have: Sequence[int]) -> Iterator[tuple[str, int]]:
    """What each wallet gives, the first as much as it can."""
    for wallet, balance in zip(wallets, have, strict=True):
        taken = min(points, balance)
        points -= taken
        if taken:
            yield wallet, taken


def _refusal(scene: Scene, rule: Redeem, standing: Standing, balance_points: int) -> Sentence | None:
    """Nobody is asked for a card or a code to spend points they do not have."""
    member = scene.member
    if member is None:
        return sentence("redeem.no_member")
    if member.blocked:
        return sentence("redeem.blocked")
    stopped = standing.stops.of_redemption()
    if stopped is not None:
        return stopped
    if standing.earn_only:
        return sentence("redeem.earn_only")
    missing = unproven(rule, member.identified_by, standing)
    if missing is None:
        return None
    return sentence(_MISSING[missing]) if balance_points > 0 else sentence("redeem.no_points")


def _limits(scene: Scene, rule: Redeem, balance_points: int) -> list[tuple[int, Sentence]]:
    """Every limit in points with its sentence, but those of a till that is offline; of equal ones the first is told."""
    places = range(len(scene.lines))
    whole = sum(_redeemable(scene, rule, place) for place in places)
    room = sum(scene.room_minor(place) for place in places if _redeemable(scene, rule, place))
    limits = [_by_balance(max(0, balance_points))]
    if room == 0:
        limits.append((0, sentence("redeem.minimum", limit_points=0) if whole else sentence("redeem.no_goods")))
    by_share = _points_in(scene, rule, part_bp(whole, rule.max_share_bp, "floor"))
    limits.append((by_share, sentence("redeem.share", share_bp=rule.max_share_bp, limit_points=by_share)))
    by_room = _points_in(scene, rule, room)
    limits.append((by_room, sentence("redeem.minimum", limit_points=by_room)))
    if rule.max_points:
        limits.append((rule.max_points, sentence("redeem.max", limit_points=rule.max_points)))
    return limits


def _by_balance(points: int) -> tuple[int, Sentence]:
    said = sentence("redeem.balance", limit_points=points) if points else sentence("redeem.no_points")
    return points, said


def _offline(
    member: Member, rule: Redeem, standing: Standing, have_points: Sequence[int], taken_points: int
) -> list[tuple[int, Sentence]]:
    """What campaigns took in points counts towards the cap. What is set aside is of the wallet that is spent first."""
    if standing.fresh(rule.max_age_s):
        return [(0, sentence("rights.revoked"))] if standing.rights.revoked else []
    may = allowance_for(rule, member.identified_by, standing, taken_points)
    aside = min(may.escrow_points, have_points[0])
    return [(may.credit_points + aside, may.said)]


def _points_in(scene: Scene, rule: Redeem, amount_minor: int) -> int:
    """Points an amount can take, in whole steps."""
    points = amount_minor * scene.terms.point_scale // scene.terms.point_value_minor
    return points - points % rule.step_points


def _redeemable(scene: Scene, rule: Redeem, place: int) -> int:
    product = scene.lines[place].product
    return 0 if product.no_redeem or rule.excluded.touches(product) else scene.running_minor[place]
