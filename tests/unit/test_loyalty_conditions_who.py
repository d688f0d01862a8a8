"""Conditions of people: kinds of card, the first purchase, and a trial with its control group."""

from math import sqrt

import pytest
from msgspec.structs import replace

from loyalty.conditions import FirstPurchase, Trial, Who
from loyalty.conditions.trial import slot_of, trial_group
from loyalty.member import Member
from loyalty.scene import HOLDS, UNRELATED, Blocked
from loyalty.sentences import sentence
from tests.support.loyalty_conditions import mistakes, read, stands, told, wrong
from tests.support.loyalty_samples import member

NAMELESS = Member("", "", "", "novice")
PEOPLE = [f"{number:032x}" for number in range(10_000)]


class TestKindsOfCard:
    DONORS = Who(card_kinds=("donor", "district"))

    def test_it_holds_for_a_card_of_one_of_the_kinds(self):
        assert self.DONORS.judge(stands(member=member(card_kind="district"))) == HOLDS

    @pytest.mark.parametrize("who", [None, member(), member(card_kind="bank")])
    def test_another_card_or_none_is_told_which_kind_it_takes(self, who):
        said = ("Нужна карта вида: donor, district", "Needs a card of kind: donor, district")
        assert told(self.DONORS.judge(stands(member=who))) == said

    def test_all_that_is_asked_for_must_fit(self):
        both = Who(statuses=("fan",), card_kinds=("bank",))
        assert both.judge(stands(member=member("fan", card_kind="bank"))) == HOLDS
        assert told(both.judge(stands(member=member("novice", card_kind="bank"))))[1] == "Only for status: Fan"
        assert told(both.judge(stands(member=member("fan"))))[1] == "Needs a card of kind: bank"

    def test_a_blocked_card_of_the_kind_is_blocked(self):
        verdict = self.DONORS.judge(stands(member=member(card_kind="donor", blocked=True)))
        assert verdict == Blocked(sentence("who.blocked"))

    def test_kinds_are_ids_of_the_programme_s_own(self):
        assert read('{ type = "who", card_kinds = ["bank", "fan-id"] }') == Who(card_kinds=("bank", "fan-id"))
        assert mistakes('{ type = "who", card_kinds = ["Bank", ""], cards = [] }') == [
            "card_kinds[1]: “Bank” does not fit; as in bank",
            "card_kinds[2]: this is empty; needed: a text",
            "cards: unknown key; perhaps “card_kinds” was meant",
        ]


class TestFirstPurchase:
    def test_it_holds_for_a_member_who_has_bought_nothing_yet(self):
        assert FirstPurchase().judge(stands(member=member(receipts=0))) == HOLDS

    def test_one_receipt_is_enough_to_be_told_that_it_is_not_the_first(self):
        said = ("Только на первую покупку", "Only on the first purchase")
        assert told(FirstPurchase().judge(stands(member=member(receipts=1)))) == said

    def test_where_nobody_knows_it_says_so(self):
        assert told(FirstPurchase().judge(stands(member=member()))) == (
            "Здесь неизвестно, первая ли это покупка",
            "Whether this is the first purchase is not known here",
        )

    def test_without_a_card_the_card_is_missing_and_a_blocked_one_is_blocked(self):
        assert told(FirstPurchase().judge(stands())) == ("Нужна карта клуба", "Needs a member's card")
        blocked = FirstPurchase().judge(stands(member=member(receipts=0, blocked=True)))
        assert blocked == Blocked(sentence("who.blocked"))

    def test_it_has_no_keys(self):
        assert read('{ type = "first_purchase" }') == FirstPurchase()
        assert wrong('{ type = "first_purchase", receipts = 0, max = 1 }') == ["receipts", "max"]


class TestTrial:
    def test_a_member_s_slot_is_the_same_for_ever(self):
        # blake2b -l 64 of "spring|m-1" and of "spring|m-2", taken with coreutils' b2sum: the bytes as one number
        assert slot_of("spring", "m-1") == 0xD18D41A133057E10 % 10_000
        assert slot_of("spring", "m-2") == 0x0CF55D85C20DA900 % 10_000

    def test_the_control_group_is_exactly_the_rest(self):
        for person in PEOPLE[:500]:
            who = stands(member=replace(NAMELESS, member_id=person))
            groups = [Trial("spring", 3000, group).judge(who) for group in ("test", "control")]
            assert sorted(map(str, groups)) == sorted(map(str, (HOLDS, UNRELATED)))

    def test_the_share_is_the_slots_below_it(self):
        person = PEOPLE[0]
        slot = slot_of("spring", person)
        assert trial_group("spring", slot, person) == "control"
        assert trial_group("spring", slot + 1, person) == "test"
        assert trial_group("spring", 10_000, person) == "test"

    @pytest.mark.parametrize("share_bp", [1, 100, 3000, 5000, 9999])
    def test_a_share_of_ten_thousand_members_is_near_the_share(self, share_bp):
        # Binomial: 10,000 p +- 5 sqrt(10,000 p (1 - p)); past five deviations once in two million.
        found = sum(trial_group("autumn", share_bp, person) == "test" for person in PEOPLE)
        p = share_bp / 10_000
        assert abs(found - 10_000 * p) <= 5 * sqrt(10_000 * p * (1 - p))

    def test_slots_are_even(self):
        # Ten drawers of 1,000 slots; chi-square with 9 degrees of freedom is over 39.3 once in 100,000.
        drawers = [0] * 10
        for person in PEOPLE:
            drawers[slot_of("autumn", person) // 1000] += 1
        assert sum((count - 1000) ** 2 / 1000 for count in drawers) < 39.3

    def test_trials_with_different_salts_are_independent(self):
        # Of two halves a quarter is in both: 2,500 +- 5 x sqrt(10,000 x 1/4 x 3/4) = 2,500 +- 216.5.
        for one, other in (("a", "b"), ("spring-1", "spring-2"), ("a", "a.")):
            both = sum(trial_group(one, 5000, p) == trial_group(other, 5000, p) == "test" for p in PEOPLE)
            assert abs(both - 2500) <= 216

    @pytest.mark.parametrize("who", [None, member(blocked=True), NAMELESS])
    def test_without_a_member_there_is_no_trial(self, who):
        for group in ("test", "control"):
            assert Trial("spring", 10_000, group).judge(stands(member=who)) == UNRELATED

    def test_it_is_read_and_every_mistake_is_told_at_once(self):
        assert read('{ type = "trial", salt = "a", share_bp = 1 }') == Trial("a", 1)
        rest = read('{ type = "trial", salt = "a", share_bp = 10_000, group = "control" }')
        assert rest == Trial("a", 10_000, "control")
        assert mistakes('{ type = "trial", salt = "a|b", share_bp = 10_001, group = "rest", share = 1 }') == [
            "salt: “a|b” does not fit; as in autumn-1",
            "share_bp: 10001 is out of range; give 1 to 10000",
            "group: unknown value “rest”; perhaps “test”; choose from: test, control",
            "share: unknown key; perhaps “share_bp” was meant",
        ]
        assert wrong('{ type = "trial", share_bp = 0 }') == ["salt", "share_bp"]
