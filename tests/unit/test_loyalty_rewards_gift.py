"""Gifts: goods beside the basket, chosen where there are several, in comparisons, and at their cost in points."""

import pytest
from msgspec.structs import replace

from loyalty.conditions import Quantity
from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme
from loyalty.explain import TEMPLATES
from loyalty.granted import MAX_GRANTS, Choice, Extra
from loyalty.programme import Cost, Group, Label, Wallet
from loyalty.quote import quote
from loyalty.rewards import Amount, Gift
from loyalty.rewards.gift import MAX_CODE_CHARS, MAX_OPTIONS, Option
from loyalty.sentences import say
from tests.support.loyalty_samples import SUNDAY, basket, campaign, line, member, programme, scene

BADGE = Option("991", "Значок", "A badge", "20", 15_000)
MAGNET = Option("992", "Магнит", "A magnet", "10", 9_000, 2)
HEAD = 'id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n'
HEAD += '[[campaign]]\nid = "c"\nname = { ru = "А", en = "A" }\n'


def quoted(*campaigns, choices=None, who=None, **more):
    of = basket(line(1, 10_000, 2000), member=who, choices=choices or {})
    return quote(of, programme(*campaigns, statuses=(), **more), SUNDAY)


def test_the_one_gift_is_given_beside_the_basket():
    made = quoted(campaign(Gift((MAGNET,))))
    assert made.granted.extras == (Extra("one", "992", "Магнит", "A magnet", 2000, "10", 18_000),)
    assert (made.total_minor, made.discount_minor) == (20_000, 0)
    told = made.explanations[0]
    assert (told.outcome, told.gain_minor, told.order, told.lines) == ("applied", 18_000, 1, ())
    assert say(told.said, "ru", TEMPLATES) == "В подарок: Магнит, 2 шт."
    assert say(told.said, "en", TEMPLATES) == "Free: A magnet, 2 pc."


def test_a_gift_for_each_combination():
    granted = Gift((MAGNET,)).grant(replace(scene(line()), times=3), "one")
    assert [(extra.qty_milli, extra.worth_minor) for extra in granted.extras] == [(6000, 54_000)]


def test_no_more_is_given_than_a_line_may_hold():
    granted = Gift((Option("991", "Значок", "A badge", qty=600),)).grant(replace(scene(line()), times=2), "one")
    assert granted.extras[0].qty_milli == 999_000


def test_without_a_choice_the_buyer_is_asked():
    made = quoted(campaign(Gift((BADGE, MAGNET))))
    assert made.granted.extras == ()
    assert [each.code for each in made.granted.choices[0].options] == ["991", "992"]
    assert say(made.explanations[0].said, "ru", TEMPLATES) == "Выберите подарок: Значок, Магнит"


def test_what_is_chosen_is_given():
    made = quoted(campaign(Gift((BADGE, MAGNET))), choices={"one": "991"})
    assert [extra.code for extra in made.granted.extras] == ["991"]
    assert made.granted.choices == ()


def test_a_code_that_is_none_of_them_is_ignored_and_told():
    made = quoted(campaign(Gift((BADGE, MAGNET))), choices={"one": "993", "other": "991"})
    assert made.granted.extras == ()
    assert [(type(each), each.refused) for each in made.granted.choices] == [(Choice, "993")]
    assert say(made.explanations[0].said, "en", TEMPLATES) == "There is no gift “993” here. Choose: A badge, A magnet"


def test_a_choice_made_for_the_one_gift_changes_nothing():
    made = quoted(campaign(Gift((BADGE,))), choices={"one": "993"})
    assert [extra.code for extra in made.granted.extras] == ["991"]


def test_what_is_missing_to_a_gift_is_a_hint_with_its_worth():
    made = quoted(campaign(Gift((BADGE,)), Quantity(min_pieces=3)))
    assert made.granted.extras == ()
    assert [hint.gain_minor for hint in made.hints] == [15_000]


class TestCompeting:
    CHEAP, DEAR = (campaign(Amount(minor), id=f"off-{minor}", group="g") for minor in (14_000, 16_000))

    def test_a_gift_counts_by_its_worth(self):
        gift = campaign(Gift((BADGE,)), id="gift", group="g")
        assert quoted(gift, self.CHEAP).discount_minor == 0
        made = quoted(gift, self.DEAR)
        assert (made.discount_minor, made.granted.extras) == (16_000, ())

    def test_one_still_to_be_chosen_counts_by_the_least_of_them(self):
        gift = campaign(Gift((BADGE, MAGNET)), id="gift", group="g")  # 150.00 or 180.00
        assert quoted(gift, self.CHEAP).granted.choices != ()
        assert quoted(gift, self.DEAR).granted.choices == ()

    def test_the_first_of_a_group_keeps_its_turn_while_the_buyer_chooses(self):
        gift = campaign(Gift((BADGE, MAGNET)), id="gift", group="g", priority=1)
        made = quoted(gift, self.DEAR, groups=(Group("g", "first"),))
        assert (made.discount_minor, len(made.granted.choices)) == (0, 1)


class TestForPoints:
    WALLET = Wallet("stars", Label("Звёзды", "Stars"), Label("звезда|звезды|звёзд", "star|stars"))

    def quoted(self, stars: int, **choices: str):
        ours = replace(campaign(Gift((BADGE, MAGNET))), cost=Cost(10, "stars"))
        return quoted(ours, wallets=(self.WALLET,), who=member(wallets={"stars": stars}), choices=choices)

    def test_its_cost_is_taken_when_it_is_chosen_and_not_before(self):
        assert self.quoted(10).costs == {}
        assert self.quoted(10, one="992").costs == {"stars": 10}

    def test_with_too_few_it_is_not_even_offered(self):
        made = self.quoted(9, one="992")
        assert (made.granted.extras, made.granted.choices, made.costs) == ((), (), {})
        assert say(made.explanations[0].said, "ru", TEMPLATES) == "Не хватает: 1 звезда"


def test_so_many_gifts_are_given_on_a_receipt_and_no_more():
    gifts = [campaign(Gift((BADGE,)), id=f"g{number:03d}") for number in range(MAX_GRANTS + 1)]
    made = quoted(*gifts)
    assert len(made.granted.extras) == MAX_GRANTS
    assert [(each.campaign_id, each.said.code) for each in made.explanations if each.outcome == "blocked"] == [
        ("g100", "campaign.enough")
    ]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("", [(".options", "no gift is named")]),
        ('{ name = { ru = "З", en = "B" } }', [(".options[1].code", "a required key is missing")]),
        ('{ code = "1" }', [(".options[1].name", "a required key is missing")]),
        (
            '{ code = "1", name = { ru = "З" }, vat = "21", qty = 0 }',
            [
                (".options[1].name.en", "a required key is missing"),
                (".options[1].vat", "unknown value “21”"),
                (".options[1].qty", "0 is out of range"),
            ],
        ),
        (
            '{ code = "1", name = { ru = "З", en = "B" } }, { code = "1", name = { ru = "М", en = "M" } }',
            [(".options[2].code", "the code “1” is already there above")],
        ),
    ],
)
def test_every_mistake_of_a_gift_is_told(options, found):
    with pytest.raises(BadProgramme) as bad:
        parse_programme(f'{HEAD}reward = {{ type = "gift", options = [{options}] }}')
    assert [(each.path.removeprefix("campaign[1].reward"), each.what) for each in bad.value.problems] == found


def test_options_and_codes_have_limits():
    def document(count: int, chars: int = 3) -> str:
        codes = (f"{number:0{chars}d}" for number in range(count))
        options = ", ".join(f'{{ code = "{code}", name = {{ ru = "З", en = "B" }} }}' for code in codes)
        return f'{HEAD}reward = {{ type = "gift", options = [{options}] }}'

    read = parse_programme(document(MAX_OPTIONS, MAX_CODE_CHARS)).campaigns[0].reward
    assert isinstance(read, Gift)
    assert len(read.options) == MAX_OPTIONS
    for text in (document(MAX_OPTIONS + 1), document(1, MAX_CODE_CHARS + 1)):
        with pytest.raises(BadProgramme):
            parse_programme(text)
