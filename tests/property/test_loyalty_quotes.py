"""Laws of a quote: true of any basket under any programme."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.explain import TEMPLATES
from loyalty.money import line_amount, part_bp
from loyalty.quote import quote
from loyalty.quoted import Quote
from loyalty.sentences import say
from tests.support.loyalty_samples import SUNDAY, fits, sentences_of
from tests.support.loyalty_strategies import baskets, moments, programmes, standings

FIGURES = ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor", "earned_points")


def figures(made: Quote) -> tuple[int, ...]:
    return tuple(getattr(made, name) for name in FIGURES)


@given(baskets(), programmes(), moments, standings, st.data())
def test_the_order_of_scanning_changes_no_figure(of, rules, at, standing, data):
    shuffled = data.draw(st.permutations(of.lines))
    renumbered = tuple(replace(line, line_id=n) for n, line in enumerate(shuffled, start=100))
    one, other = quote(of, rules, at, standing), quote(replace(of, lines=renumbered), rules, at, standing)
    assert figures(one) == figures(other)
    assert (one.redemption, one.granted, one.coupons) == (other.redemption, other.granted, other.coupons)
    assert (one.wallets, one.costs) == (other.wallets, other.costs)

    if len({(line.product.code, line.price_minor, line.qty_milli) for line in of.lines}) == len(of.lines):
        assert by_goods(of.lines, one) == by_goods(renumbered, other)
        said = [(e.campaign_id, e.outcome, e.said, e.gain_minor) for e in one.explanations]
        assert said == [(e.campaign_id, e.outcome, e.said, e.gain_minor) for e in other.explanations]


def by_goods(lines, made: Quote) -> list[tuple]:
    """The figures of each line with its goods, whatever the order."""
    pairs = zip(lines, made.lines, strict=True)
    return sorted(
        (li.product.code, li.price_minor, li.qty_milli, *figures_of(priced), str(priced.wallets), str(priced.costs))
        for li, priced in pairs
    )


def figures_of(line):
    return tuple(getattr(line, name) for name in FIGURES)


@given(baskets(), programmes(), moments, standings)
def test_sums_of_the_lines_are_the_totals_and_no_line_falls_below_its_floor(of, rules, at, standing):
    made = quote(of, rules, at, standing)
    assert [line.line_id for line in made.lines] == [line.line_id for line in of.lines]
    for name in FIGURES:
        assert sum(getattr(line, name) for line in made.lines) == getattr(made, name)
    for bought, line in zip(of.lines, made.lines, strict=True):
        assert all(figure >= 0 for figure in figures_of(line))
        assert line.base_minor == line_amount(bought.price_minor, bought.qty_milli, rules.rounding)
        assert line.total_minor == line.base_minor - line.discount_minor - line.redeemed_minor
        floor = line_amount(bought.product.min_price_minor, bought.qty_milli, "ceil")
        assert line.total_minor >= min(floor, line.base_minor)
        assert sum(done.discount_minor for done in line.applied) == line.discount_minor
        if bought.product.no_discount:
            assert line.discount_minor == 0
        if bought.product.no_redeem:
            assert line.redeemed_minor == line.redeemed_points == 0
        if bought.product.no_earn:
            assert line.earned_points == 0


@given(baskets(), programmes(), moments, standings)
def test_points_are_spent_within_every_limit(of, rules, at, standing):
    made = quote(of, rules, at, standing)
    spent, rule = made.redemption, rules.redeem
    assert (made.redeemed_points, made.redeemed_minor) == (spent.used_points, spent.used_minor)
    assert spent.used_minor == spent.used_points * rule.point_value_minor // rules.point_scale
    assert 0 <= spent.used_points <= min(spent.allowed_points, of.redeem_points)
    assert spent.used_points % rule.step_points == spent.allowed_points % rule.step_points == 0
    assert spent.allowed_points == 0 or spent.allowed_points >= rule.min_points
    if of.member is None or of.member.blocked or of.member.identified_by not in rule.identified_by:
        assert spent.allowed_points == 0
        return
    have = {"main": of.member.balance_points, **of.member.wallets}
    assert spent.allowed_points <= sum(max(0, have.get(wallet, 0)) for wallet in rule.wallets)
    assert not rule.max_points or spent.allowed_points <= rule.max_points
    open_minor = sum(
        line.total_minor + line.redeemed_minor
        for bought, line in zip(of.lines, made.lines, strict=True)
        if not bought.product.no_redeem and not rule.excluded.touches(bought.product)
    )
    worth_minor = spent.allowed_points * rule.point_value_minor // rules.point_scale
    assert worth_minor <= part_bp(open_minor, rule.max_share_bp, "floor")
    if not standing.online or standing.balance_age_s > rule.max_age_s:
        assert spent.allowed_points <= rule.offline_max_points


@given(baskets(), programmes(), moments, standings)
def test_every_reason_can_be_said_and_hints_go_from_the_greatest_gain(of, rules, at, standing):
    made = quote(of, rules, at, standing)
    for said in sentences_of(made):
        assert fits(said), said
        assert "{" not in say(said, "ru", TEMPLATES)
    gains = [hint.gain_minor for hint in made.hints]
    assert gains == sorted(gains, reverse=True)
    assert len(gains) <= 3
    assert all(hint.outcome == "missing" and hint.gain_minor > 0 for hint in made.hints)


@given(baskets(), programmes(), moments)
def test_a_campaign_explained_as_applied_did_just_that(of, rules, at):
    made = quote(of, rules, at)
    applied = {told.campaign_id for told in made.explanations if told.outcome == "applied"}
    for told in made.explanations:
        lines = [line.line_id for line in made.lines if any(d.campaign_id == told.campaign_id for d in line.applied)]
        if told.outcome == "applied":
            assert lines == list(told.lines)
        else:  # or what is missing to more of it
            assert not lines or told.campaign_id in applied
    given_by = {each.campaign_id for each in made.granted.extras} | {each.campaign_id for each in made.granted.choices}
    assert given_by <= applied


def test_the_moment_of_the_samples_is_a_sunday():
    assert SUNDAY.weekday == 6
