"""Past receipts under two programmes: figures by hand, and that sums are those of the receipts."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadInput
from loyalty.programme import Programme
from loyalty.simulation import Effect, Figures, ReceiptDoc, Simulation, campaigns_of

HEAD = """
id = "p"
version = 1
name = { ru = "П", en = "P" }
[[status]]
id = "fan"
name = { ru = "Б", en = "F" }
earn_bp = 1000
[[wallet]]
id = "stars"
name = { ru = "З", en = "S" }
unit = { ru = "а|б|в", en = "a|b" }
worth_minor = 500
"""
CAMPAIGN = '[[campaign]]\nid = "{}"\nname = {{ ru = "А", en = "A" }}\nreward = {{ {} }}\n'


def programme(**rewards: str) -> Programme:
    return parse_programme(HEAD + "".join(CAMPAIGN.format(id, reward) for id, reward in rewards.items()))


def receipt(id: str = "r", price: int = 10_000, **more: object) -> ReceiptDoc:
    document = {"receipt": id, "at": "2026-11-22T13:00", "lines": [{"code": "1", "price_minor": price}], **more}
    return msgspec.convert(document, ReceiptDoc)


FAN = {"status": "fan", "points": 50}
TEN, TWENTY = 'type = "percent", rate_bp = 1000', 'type = "percent", rate_bp = 2000'
STARS = 'type = "points_fixed", reward_points = 3, wallet = "stars"'


def test_a_receipt_comes_to_what_each_programme_says() -> None:
    # 100.00 less 10 % is 90.00, which earns 9 points; less 20 % it is 80.00 and 8 points, and 3 stars of 5.00 each
    done = Simulation(programme(a=TEN), programme(a=TWENTY, b=STARS)).replay(receipt(member=FAN))
    assert done.old == Figures(9_000, 1_000, 0, 0, 9, {}, {}, {}, {}, 1_900, 900)
    assert done.new == Figures(8_000, 2_000, 0, 0, 8, {"stars": 3}, {}, {}, {}, 4_300, 2_300)
    assert done.changed
    assert done.gain_minor == 2_400


def test_points_spent_are_paid_with_and_no_loss_to_the_member() -> None:
    # half of 100.00 may be paid with points: 50 of them; the 50.00 left earn 5 points
    done = Simulation(programme(), programme(a=TEN)).replay(receipt(member=FAN, redeem_points=50))
    assert done.old == Figures(5_000, 0, 50, 5_000, 5, {}, {}, {}, {}, 500, -4_500)
    # half of 90.00 are 45 points; the other 45.00 earn 4
    assert done.new == Figures(4_500, 1_000, 45, 4_500, 4, {}, {}, {}, {}, 1_400, -4_100)


def test_goods_given_and_points_taken_count_at_their_worth() -> None:
    gift = 'type = "gift", options = [{ code = "mug", name = { ru = "К", en = "M" }, worth_minor = 30_000 }]'
    text = HEAD + CAMPAIGN.format("g", gift) + "cost = { points = 20 }\n"
    done = Simulation(programme(), parse_programme(text)).replay(receipt(member=FAN))
    # a mug worth 300.00 for 20 points of 1.00, beside the 10 points earned
    assert (done.new.gifts, done.new.costs) == ({"mug": 1000}, {"main": 20})
    assert (done.new.benefit_minor, done.new.liability_minor) == (1_000 + 30_000 - 2_000, 1_000 - 2_000)
    assert done.gain_minor == 28_000


def test_receipts_are_counted_as_better_worse_and_equal() -> None:
    large = 'conditions = [{ type = "receipt_total", min_total_minor = 9_000 }]'
    old = parse_programme(HEAD + CAMPAIGN.format("big", TEN) + large)
    simulation = Simulation(old, programme(all='type = "amount", amount_minor = 500'))
    for price in (10_000, 5_000, 5_000, 500, 0):
        simulation.replay(receipt(price=price))
    # 10.00 off became 5.00 off; three receipts get 5.00 off that had nothing; a free one stays free
    assert (simulation.receipts, simulation.changed) == (5, 4)
    assert (simulation.worse, simulation.better, simulation.equal) == (1, 3, 1)
    assert (simulation.old.discount_minor, simulation.new.discount_minor) == (1_000, 2_000)
    assert (simulation.old.total_minor, simulation.new.total_minor) == (19_500, 18_500)


def test_what_each_campaign_did_is_summed_up_the_largest_change_first() -> None:
    simulation = Simulation(programme(a=TEN, s=STARS), programme(a=TWENTY, b='type = "amount", amount_minor = 100'))
    simulation.replay(receipt(member=FAN))
    simulation.replay(receipt())
    assert list(campaigns_of(simulation)) == [
        ("a", Effect(2, 2_000, 0), Effect(2, 4_000, 0)),
        ("b", Effect(), Effect(2, 200, 0)),
        ("s", Effect(1, 0, 3), Effect()),
    ]


@pytest.mark.parametrize(
    "more", [{"at": ""}, {"at": "2026-02-30T10:00"}, {"lines": [{"code": "1", "price_minor": 10**12}] * 2}]
)
def test_a_receipt_no_till_could_have_priced_counts_nothing(more: dict[str, Any]) -> None:
    simulation = Simulation(programme(), programme())
    with pytest.raises(BadInput):
        simulation.replay(receipt(**more))
    assert (simulation.receipts, simulation.old.total_minor) == (0, 0)


def test_a_programme_changes_nothing_against_itself() -> None:
    simulation = Simulation(programme(a=TEN, s=STARS), programme(a=TEN, s=STARS))
    for price in range(1, 20_000, 1_111):
        assert not simulation.replay(receipt(price=price, member=FAN, redeem_points=7)).changed
    assert simulation.old == simulation.new
    assert (simulation.better, simulation.worse) == (0, 0)


def budgeted(budget: str, reward: str = 'type = "amount", amount_minor = 3_000') -> Programme:
    return parse_programme(HEAD + CAMPAIGN.format("a", reward) + f"budget = {budget}\n")


def test_budgets_are_used_up_in_the_order_of_the_receipts_by_each_programme_for_itself() -> None:
    # 30.00 off twice; of the other's 70.00 a third receipt gets the 10.00 that are left
    simulation = Simulation(budgeted("{ times = 2 }"), budgeted("{ minor = 7_000 }"))
    done = [simulation.replay(receipt(str(number))) for number in range(4)]
    assert [each.old.discount_minor for each in done] == [3_000, 3_000, 0, 0]
    assert [each.new.discount_minor for each in done] == [3_000, 3_000, 1_000, 0]


def test_the_budget_of_a_store_is_that_of_the_receipts_of_the_store() -> None:
    simulation = Simulation(programme(), budgeted("{ times = 3, per_store = { times = 1 } }"))
    stores = ["s1", "s1", "s2", "s3", "s4"]
    done = [simulation.replay(receipt(str(number), store=store)) for number, store in enumerate(stores)]
    assert [each.new.discount_minor for each in done] == [3_000, 0, 3_000, 3_000, 0]


def test_a_budget_of_points_counts_the_points_given() -> None:
    simulation = Simulation(programme(), budgeted("{ points = 5 }", STARS))
    done = [simulation.replay(receipt(str(number), member=FAN)) for number in range(3)]
    assert [each.new.wallets for each in done] == [{"stars": 3}, {"stars": 2}, {}]


def test_what_a_receipt_says_is_given_of_a_budget_may_be_more_than_the_count() -> None:
    simulation = Simulation(programme(), budgeted("{ times = 9 }"))
    assert simulation.replay(receipt(given={"a": {"times": 9}})).new.discount_minor == 0
    assert simulation.replay(receipt()).new.discount_minor == 3_000


def test_a_receipt_that_cannot_be_priced_uses_no_budget() -> None:
    simulation = Simulation(programme(), budgeted("{ times = 1 }"))
    with pytest.raises(BadInput):
        simulation.replay(receipt(price=10**12, lines=[{"code": "1", "price_minor": 10**12, "qty_milli": 999_999}]))
    assert simulation.replay(receipt()).new.discount_minor == 3_000
