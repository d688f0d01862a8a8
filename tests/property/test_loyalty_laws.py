"""Laws of a quote that bind campaigns, wallets and limits together: nothing is lost, nothing is given twice."""

import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.basket import Basket, BasketLine
from loyalty.catalogue import Price, Product
from loyalty.conditions import CONDITIONS
from loyalty.money import part_bp
from loyalty.programme import Campaign, Programme
from loyalty.quote import quote
from loyalty.quoted import Quote
from loyalty.quoting.limits import period_key
from loyalty.quoting.matching import Index
from loyalty.receipt import Receipt
from loyalty.rewards import REWARDS
from loyalty.rewards.mechanic import PriceMechanic
from tests.support.loyalty_samples import receipt
from tests.support.loyalty_strategies import (
    CONDITION_OF,
    REWARD_OF,
    baskets,
    campaigns,
    moments,
    programmes,
    standings,
)


def test_every_mechanic_a_document_may_name_takes_part_in_the_laws():
    assert set(CONDITION_OF) == set(CONDITIONS.values())
    assert set(REWARD_OF) == set(REWARDS.values())


@given(baskets(), programmes(), moments, standings)
def test_points_of_every_wallet_and_what_they_cost_come_to_the_sums_of_the_lines(of, rules, at, standing):
    made = quote(of, rules, at, standing)
    assert made.wallets == summed(line.wallets for line in made.lines)
    on_lines = summed(line.costs for line in made.lines)
    taken = {campaign.id: campaign.cost for campaign in rules.campaigns if campaign.cost is not None}
    extras, issues, messages = made.granted.extras, made.granted.issues, made.granted.messages
    beside = {e.campaign_id for e in extras} | {i.campaign_id for i in issues} | {m.campaign_id for m in messages}
    for campaign_id in beside & set(taken):
        cost = taken[campaign_id]
        on_lines[cost.wallet] = on_lines.get(cost.wallet, 0) + cost.points
    assert made.costs == on_lines
    for line in made.lines:
        main = sum(done.points for done in line.applied if done.wallet == "main")
        assert main <= line.earned_points
        assert all(points > 0 for points in (*line.wallets.values(), *line.costs.values()))


def summed(parts) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        for wallet, points in part.items():
            found[wallet] = found.get(wallet, 0) + points
    return found


@given(baskets(), programmes(), moments, standings)
def test_no_wallet_gives_more_than_it_holds(of, rules, at, standing):
    made = quote(of, rules, at, standing)
    taken = summed((made.costs, made.redemption.wallets))
    assert made.redeemed_points == sum(made.redemption.wallets.values())
    if of.member is None or of.member.blocked:
        assert not taken
        return
    have = {"main": of.member.balance_points, **of.member.wallets}
    assert all(points <= have.get(wallet, 0) for wallet, points in taken.items())
    if taken:
        assert of.member.identified_by in rules.redeem.identified_by
        if not standing.fresh(rules.redeem.max_age_s):
            assert sum(taken.values()) <= rules.redeem.offline_max_points


@given(baskets(), programmes(), moments, standings)
def test_caps_limits_and_budgets_hold(of, rules, at, standing):
    made = quote(of, rules, at, standing)
    base = {line.line_id: line.base_minor for line in made.lines}
    by_id = {campaign.id: campaign for campaign in rules.campaigns}
    given_by = {campaign_id: gave(made, campaign_id) for campaign_id in by_id}
    for told in made.explanations:
        if told.outcome != "applied":
            continue
        campaign, lines = by_id[told.campaign_id], given_by[told.campaign_id]
        cap, in_price = campaign.cap, isinstance(campaign.reward, PriceMechanic)
        minor, points = (sum(lines.values()), 0) if in_price else (0, sum(lines.values()))
        for line_id, off in lines.items() if in_price else ():
            assert not cap.line_minor or off <= cap.line_minor
            assert not cap.line_bp or off <= part_bp(base[line_id], cap.line_bp, "floor")
        assert not cap.receipt_minor or minor <= cap.receipt_minor
        assert not cap.receipt_bp or minor <= part_bp(sum(base.values()), cap.receipt_bp, "floor")
        assert not cap.points or points <= cap.points
        left = standing.left.get(campaign.id)
        if left is not None:
            assert left.times != 0
            assert left.minor is None or minor <= left.minor
            assert left.points is None or points <= left.points
        for limit in campaign.limits:
            had = next((u for u in of.member.used if used_here(u, campaign, limit, at)), None)
            assert not limit.times or (had.times if had else 0) < limit.times
            assert not limit.minor or minor <= max(0, limit.minor - (had.minor if had else 0))
            assert not limit.points or points <= max(0, limit.points - (had.points if had else 0))
    for group in rules.groups:
        members = [each for each in rules.campaigns if each.group == group.id]
        off = sum(sum(given_by[each.id].values()) for each in members if isinstance(each.reward, PriceMechanic))
        assert not group.cap_minor or off <= group.cap_minor
        assert not group.cap_bp or off <= part_bp(made.base_minor, group.cap_bp, "floor")
        applied = {told.campaign_id for told in made.explanations if told.outcome == "applied"}
        if group.mode in ("best", "first"):
            assert len(applied & {each.id for each in members}) <= 1
        if group.mode == "best_line":
            for line in made.lines:
                assert sum(by_id[done.campaign_id].group == group.id for done in line.applied) <= 1


def gave(made: Quote, campaign_id: str) -> dict[int, int]:
    """line_id -> what a campaign took off it, or gave in points."""
    return {
        line.line_id: done.discount_minor or done.points
        for line in made.lines
        for done in line.applied
        if done.campaign_id == campaign_id
    }


def used_here(used, campaign, limit, at) -> bool:
    return (used.campaign_id, used.period) == (campaign.id, period_key(limit.period, at, ""))


@given(baskets(), programmes(), moments, standings)
def test_guests_and_blocked_cards_get_no_points_and_pay_none(of, rules, at, standing):
    if of.member is None or of.member.blocked:
        made = quote(of, rules, at, standing)
        assert (made.earned_points, made.wallets, made.costs, made.redeemed_points) == (0, {}, {}, 0)
        assert not any(done.points for line in made.lines for done in line.applied)


class Everyone(Index[Campaign]):
    """Every campaign is tried on every basket."""

    def candidates(self, scene):
        return iter(self._items)


@given(baskets(), programmes(max_campaigns=8), moments, standings)
def test_no_campaign_is_lost_by_looking_up_what_could_match(of, rules, at, standing):
    plain = replace(rules)
    in_order = sorted(plain.campaigns, key=lambda each: (each.priority, each.id))
    plain.__dict__["index"] = Everyone((each, each.conditions) for each in in_order)
    assert quote(of, plain, at, standing) == quote(of, rules, at, standing)


@given(baskets(), programmes(max_campaigns=4, eager=True), moments, standings, st.data())
def test_one_more_campaign_in_a_best_group_never_makes_the_member_worse_off(of, rules, at, standing, data):
    more = data.draw(campaigns(99, group=data.draw(st.sampled_from(["g", "h", "new"])), eager=True))
    wider = replace(rules, campaigns=(*rules.campaigns, more))
    assert worth(quote(of, wider, at, standing), wider) >= worth(quote(of, rules, at, standing), rules)


def worth(made: Quote, rules: Programme) -> int:
    """What the member gains, in minor units: discounts, goods, and points at their value, less what is taken for
    them; of a gift still to be chosen, the least, less its cost."""
    waiting = {choice.campaign_id for choice in made.granted.choices}
    costs = [each.cost for each in rules.campaigns if each.id in waiting and each.cost]
    wallets = summed((made.wallets, {}))
    for wallet, points in (*made.costs.items(), *((cost.wallet, cost.points) for cost in costs)):
        wallets[wallet] = wallets.get(wallet, 0) - points
    main = made.earned_points + wallets.pop("main", 0)
    each_minor = {wallet.id: wallet.worth_minor for wallet in rules.wallets}
    others = sum(points * each_minor[wallet] for wallet, points in wallets.items())
    points_minor = main * rules.redeem.point_value_minor // rules.point_scale
    return made.discount_minor + points_minor + others + made.granted.worth_minor


@given(baskets(), programmes(), moments, standings)
def test_a_receipt_is_worked_out_again_from_what_it_says(of, rules, at, standing):
    """With the member as of that day, the coupons as read, and the points that could be spent."""
    paid = replace(of, payment="card" if of.payment == "" else of.payment)
    asked = replace(paid, redeem_points=quote(paid, rules, at, standing).redeemed_points)
    made = quote(asked, rules, at, standing)
    if not of.lines:
        return
    kept = receipt(made, asked, series=rules.coupons)
    again = Basket(
        tuple(sold(line) for line in kept.lines if not line.is_gift),
        asked.member,
        asked.coupons,
        kept.redeemed_points,
        asked.store,
        kept.channel,
        paid.payment,
        kept.asked,
        kept.choices,
    )
    if made.redeemed_points == asked.redeem_points:
        assert same(receipt(quote(again, rules, at, standing), again, series=rules.coupons), kept)


def sold(line) -> BasketLine:
    goods = Product(
        line.code,
        line.name,
        (Price(line.price_minor),),
        line.vat,
        line.unit,
        line.category,
        line.brand,
        line.tags,
        line.no_discount,
        line.no_earn,
        line.no_redeem,
        line.min_price_minor,
    )
    return BasketLine(line.line_no, goods, line.qty_milli, line.price_minor)


def same(one: Receipt, other: Receipt) -> bool:
    return one == other


_ELSEWHERE = """
import hashlib, random, sys
from pathlib import Path
import msgspec
from loyalty.documents.programme_file import parse_programme
from loyalty.quote import quote
from tests.support.loyalty_samples import CLUB, SUNDAY, basket, line, member, moment

found, dice = hashlib.sha256(), random.Random(int(sys.argv[1]))
for path in sorted(CLUB.parent.glob("*.toml")):
    if path.name.endswith(".cases.toml"):
        continue
    rules = parse_programme(path.read_text(encoding="utf-8"))
    sets = [c for each in rules.campaigns for c in each.conditions if hasattr(c, "categories")]
    kinds = [name for each in sets for name in each.categories] or ["any"]
    tags = [name for each in sets for name in each.tags] or ["any"]
    words = [word for series in rules.coupons for word in series.words]
    for _ in range(25):
        lines = [
            line(n, dice.randrange(100, 500_000), 1000 * dice.randrange(1, 4), code=f"46{dice.randrange(20):011d}",
                 category=dice.choice(kinds), tags=tuple(dice.sample(tags, min(2, len(tags)))), brand="Paravoz")
            for n in range(1, dice.randrange(2, 12))
        ]
        statuses = [status.id for status in rules.statuses] or ["none"]
        who = dice.choice([None, member(dice.choice(statuses), dice.randrange(5000), birthday_md="11-23",
            receipts=dice.randrange(3), audiences=("vip", "students"),
            wallets={wallet.id: dice.randrange(100) for wallet in rules.wallets})])
        made = quote(
            basket(*lines, member=who, redeem_points=dice.randrange(900), store="S1",
                   coupons=tuple(dice.sample(words, min(2, len(words)))),
                   asked=tuple(each.id for each in rules.campaigns if each.asked)),
            rules, moment(minute=dice.randrange(1440)))
        found.update(msgspec.json.encode(made))
    print(path.name, found.hexdigest())
"""


def test_a_quote_of_any_shipped_programme_is_the_same_in_every_process_and_for_every_hash_seed():
    def elsewhere(seed: str) -> str:
        run = [sys.executable, "-c", _ELSEWHERE, "2026"]
        given_env = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run(run, env=given_env, capture_output=True, text=True, check=True).stdout

    found = {elsewhere(seed) for seed in ("0", "1", "12345")}
    assert len(found) == 1
    assert found.pop().count("\n") >= 3
