"""Programme documents: what they say, and every mistake in them told at once, with its place and a way to mend it."""

import pytest

from loyalty.conditions import Dates, Hours, Products, ProductSet, Quantity
from loyalty.documents.campaign_file import MAX_CAMPAIGNS
from loyalty.documents.programme_file import MAX_DOCUMENT_BYTES, parse_programme
from loyalty.errors import BadProgramme
from loyalty.programme import Label, Programme, Redeem
from loyalty.rewards import REWARDS, Amount, Percent
from loyalty.sentences import Lang

HEAD = 'id = "shop"\nversion = 3\nname = { ru = "Магазин", en = "Shop" }\n'
STATUS = '[[status]]\nid = "{id}"\nname = {{ ru = "С", en = "S" }}\nearn_bp = 300\n{more}\n'
NOVICE = STATUS.format(id="novice", more="")
CAMPAIGN = """
[[campaign]]
id = "{id}"
name = {{ ru = "Акция", en = "Campaign" }}
reward = {reward}
conditions = [{conditions}]
{more}
"""


def campaign(*conditions: str, id="one", reward='{ type = "percent", rate_bp = 1000 }', more="") -> str:
    return HEAD + CAMPAIGN.format(id=id, reward=reward, conditions=", ".join(conditions), more=more)


def problems(text: str, lang: Lang = "en") -> list[str]:
    with pytest.raises(BadProgramme) as refused:
        parse_programme(text, lang)
    assert refused.value.said.args == {"count": len(refused.value.problems)}
    return [str(problem) for problem in refused.value.problems]


def paths(text: str) -> list[str]:
    return [line.partition(": ")[0] for line in problems(text)]


class TestRight:
    def test_the_shortest_document_is_a_programme(self):
        assert parse_programme(HEAD) == Programme("shop", 3, Label("Магазин", "Shop"))

    def test_a_campaign_is_read_with_its_conditions(self):
        made = parse_programme(
            campaign(
                '{ type = "dates", first = 2026-11-01, last = "2026-11-30" }',
                '{ type = "hours", windows = ["12:00-14:00"] }',
                '{ type = "products", categories = ["food"], excluded = { tags = ["new"] } }',
                '{ type = "quantity", min_pieces = 3 }',
                reward='{ type = "amount", amount_minor = 500, per = "unit" }',
                more='group = "lunch"\npriority = 5',
            )
        )
        (one,) = made.campaigns
        assert one.conditions == (
            Dates("2026-11-01", "2026-11-30"),
            Hours(("12:00-14:00",)),
            Products(categories=("food",), excluded=ProductSet(tags=("new",))),
            Quantity(min_pieces=3),
        )
        assert (one.reward, one.group, one.priority) == (Amount(500, "unit"), "lunch", 5)

    def test_a_reward_may_be_written_as_a_table(self):
        text = (
            HEAD
            + '[[campaign]]\nid = "a"\nname = { ru = "А", en = "A" }\n[campaign.reward]\ntype = "percent"\nrate_bp = 7'
        )
        assert parse_programme(text).campaigns[0].reward == Percent(7)

    def test_how_points_are_spent_is_read(self):
        redeem = "[redeem]\nmax_share_bp = 3000\nstep_points = 10\nidentified_by = ['card', 'phone']"
        made = parse_programme(HEAD + redeem)
        assert made.redeem == Redeem(max_share_bp=3000, step_points=10, identified_by=("card", "phone"))


class TestWrong:
    def test_every_mistake_is_told_at_once_in_russian_too(self):
        text = """
id = "Клуб"
version = 0
name = "Клуб"
roundign = "floor"
[redeem]
max_share_bp = 20_000
[[status]]
id = "novice"
name = { ru = "Новичок" }
earn_bp = 3.5
[[campaign]]
id = "one"
name = { ru = "А", en = "A" }
reward = { type = "procent", rate = 1000 }
conditions = [ { type = "hours", windows = ["12-14"] }, { type = "who", statuses = ["novise"] } ]
"""
        assert problems(text, "ru") == [
            "status[1].name.en: нет обязательного ключа; добавьте: текст",
            "status[1].earn_bp: здесь дробное число; нужно: целое число",
            "id: «Клуб» не подходит; например, club",
            "version: 0 вне пределов; допустимо от 1 до 2147483647",
            "name: здесь текст; нужно: таблица",
            "redeem.max_share_bp: 20000 вне пределов; допустимо от 0 до 10000",
            "campaign[1].reward.type: неизвестное значение «procent»; возможно, «percent»; можно: "
            + ", ".join(REWARDS),
            "campaign[1].conditions[1].windows[1]: «12-14» не подходит; например, 12:00-14:00",
            "campaign[1].conditions[2].statuses[1]: нет статуса «novise»; возможно, «novice»",
            "roundign: неизвестный ключ; возможно, имелось в виду «rounding»",
        ]

    def test_nothing_at_all_says_what_is_needed(self):
        assert paths("") == ["id", "version", "name"]

    def test_what_is_no_toml_says_where(self):
        (said,) = problems(HEAD + "x = = 1\n")
        assert "line 4" in said

    @pytest.mark.parametrize(
        "text", ["a = " + "[" * 20_000, "a = " + "{a=" * 20_000, "a = " + "9" * 5000, "d = 2026-13-45", "\ud800"]
    )
    def test_what_the_reader_of_toml_stumbles_on_is_one_problem(self, text):
        assert len(problems(text)) == 1

    def test_ids_are_given_once(self):
        assert paths(HEAD + NOVICE + STATUS.format(id="novice", more="visits = 1")) == ["status[2].id"]
        two = campaign() + CAMPAIGN.format(id="one", reward='{ type = "percent", rate_bp = 1 }', conditions="", more="")
        assert paths(two) == ["campaign[2].id"]

    @pytest.mark.parametrize(
        ("second", "third", "found"),
        [
            ("spend_minor = 10", "spend_minor = 9", ["status[3].spend_minor"]),
            ("visits = 2", "spend_minor = 5\nvisits = 1", ["status[3].visits"]),
            ("visits = 2", "visits = 2", ["status[3]"]),
            ("", "visits = 1", ["status[2]"]),
        ],
    )
    def test_statuses_must_ascend(self, second, third, found):
        ladder = NOVICE + STATUS.format(id="b", more=second) + STATUS.format(id="c", more=third)
        assert paths(HEAD + ladder) == found

    def test_everyone_begins_with_the_lowest_status(self):
        assert paths(HEAD + STATUS.format(id="a", more="visits = 1")) == ["status[1]"]

    @pytest.mark.parametrize(
        ("conditions", "found"),
        [
            (['{ type = "dates", first = 2026-12-01, last = 2026-11-30 }'], ["campaign[1].conditions[1].last"]),
            (['{ type = "dates", last = 2026-11-30 }', '{ type = "dates", first = 2026-12-01 }'],
             ["campaign[1].conditions"]),
            (['{ type = "dates" }'], ["campaign[1].conditions[1]"]),
            (['{ type = "dates", first = "2026-02-30" }'], ["campaign[1].conditions[1].first"]),
            (['{ type = "dates", first = 2026-02-01T10:00:00 }'], ["campaign[1].conditions[1].first"]),
            (['{ type = "hours", windows = [] }'], ["campaign[1].conditions[1].windows"]),
            (['{ type = "hours", windows = ["24:00-25:00"] }'], ["campaign[1].conditions[1].windows[1]"]),
            (['{ type = "hours", windows = ["12:00-12:00"] }'], ["campaign[1].conditions[1].windows[1]"]),
            (['{ type = "weekdays", days = ["sat", "son"] }'], ["campaign[1].conditions[1].days[2]"]),
            (['{ type = "weekdays" }'], ["campaign[1].conditions[1].days"]),
            (['{ type = "products" }'], ["campaign[1].conditions[1]"]),
            (['{ type = "products", brands = "Loko" }'], ["campaign[1].conditions[1].brands"]),
            (['{ type = "products", excluded = { brand = ["x"] } }'], ["campaign[1].conditions[1].excluded.brand"]),
            (['{ type = "quantity" }'], ["campaign[1].conditions[1]"]),
            (['{ type = "quantity", min_pieces = 1, min_weight_g = 1 }'], ["campaign[1].conditions[1]"]),
            (['{ type = "quantity", min_pieces = true }'], ["campaign[1].conditions[1].min_pieces"]),
            (['{ type = "receipt_total" }'], ["campaign[1].conditions[1].min_total_minor"]),
            (['{ type = "birthday", before_days = 181 }'], ["campaign[1].conditions[1].before_days"]),
            (['{ type = "who", audiences = [""] }'], ["campaign[1].conditions[1].audiences[1]"]),
            (['"dates"'], ["campaign[1].conditions[1]"]),
            (["{}"], ["campaign[1].conditions[1].type"]),
        ],
    )  # fmt: skip
    def test_a_condition_that_cannot_be_is_told_with_its_place(self, conditions, found):
        assert paths(campaign(*conditions)) == found

    @pytest.mark.parametrize(
        ("reward", "found"),
        [
            ('{ type = "percent", rate_bp = 10001 }', "campaign[1].reward.rate_bp"),
            ('{ type = "percent", rate_bp = 0 }', "campaign[1].reward.rate_bp"),
            ('{ type = "percent", rate_bp = "10" }', "campaign[1].reward.rate_bp"),
            ('{ type = "percent", rate_bp = 10, cap = 5 }', "campaign[1].reward.cap"),
            ('{ type = "amount", amount_minor = 5, per = "line" }', "campaign[1].reward.per"),
            ('{ type = "points_multiplier", factor_bp = 10000 }', "campaign[1].reward.factor_bp"),
            ('{ type = "points_fixed", reward_points = -1 }', "campaign[1].reward.reward_points"),
            ('{ type = "points_percent" }', "campaign[1].reward.rate_bp"),
            ("5", "campaign[1].reward"),
        ],
    )
    def test_a_reward_that_cannot_be_is_told_with_its_place(self, reward, found):
        assert paths(campaign(reward=reward)) == [found]

    def test_a_group_shared_out_by_lines_takes_only_discounts_that_lines_can_share(self):
        groups = '[[group]]\nid = "lines"\nmode = "best_line"\n'
        by_line = campaign(more='group = "lines"') + groups
        assert parse_programme(by_line).campaigns[0].group == "lines"
        costly = campaign(more='group = "lines"\ncost = { points = 5 }') + groups
        assert paths(costly) == ["campaign[1].group"]
        capped = campaign(reward='{ type = "percent", rate_bp = 1000, cap_minor = 5 }', more='group = "lines"') + groups
        assert paths(capped) == ["campaign[1].group"]

    def test_the_nearest_known_key_is_offered(self):
        (said,) = problems(campaign(reward='{ type = "percent", rate_bp = 10, cap_minr = 5 }'))
        assert said == "campaign[1].reward.cap_minr: unknown key; perhaps “cap_minor” was meant"

    def test_prefixes_of_cards_and_weighed_goods_are_kept_apart(self):
        assert paths(HEAD + '[codes]\ncard_prefixes = ["299"]\nweighed_prefixes = ["29"]') == [
            "codes.weighed_prefixes[1]"
        ]
        assert paths(HEAD + '[codes]\nweighed_prefixes = ["210"]') == ["codes.weighed_prefixes[1]"]

    def test_cards_of_an_earlier_system_are_digits_then_x_and_no_cards_of_this_one(self):
        old = ("7702xxxxxxxxxxxx", "46xxxxxxxxxxx", "299xxx")
        assert parse_programme(HEAD + f"[codes]\nold_cards = {list(old)}").codes.old_cards == old
        for bad in ("7702", "xxxxxxxx", "77xx02xx", "7xxxx", "7" + 24 * "x", "299xxxxxxxxxx"):
            assert paths(HEAD + f'[codes]\nold_cards = ["{bad}"]') == ["codes.old_cards[1]"]

    def test_a_step_of_points_is_a_whole_sum_of_money(self):
        assert paths(HEAD + "point_scale = 1000\n[redeem]\nstep_points = 5") == ["redeem.step_points"]
        assert parse_programme(HEAD + "point_scale = 1000\n[redeem]\nstep_points = 10").redeem.step_points == 10

    def test_a_missing_reward_is_one_problem(self):
        text = HEAD + '[[campaign]]\nid = "a"\nname = { ru = "А", en = "A" }'
        assert paths(text) == ["campaign[1].reward"]


class TestLimits:
    def test_a_document_may_have_the_limit_of_bytes_and_no_more(self):
        at_limit = HEAD + "#" * (MAX_DOCUMENT_BYTES - len(HEAD.encode()))
        assert parse_programme(at_limit).id == "shop"
        (said,) = problems(at_limit + "#")
        assert str(MAX_DOCUMENT_BYTES) in said

    def test_a_document_may_have_the_limit_of_campaigns_and_no_more(self):
        # Without a reward each campaign is a problem of its own, and none of them is lost.
        head = HEAD + "campaign = ["
        assert len(problems(head + "1," * MAX_CAMPAIGNS + "]")) == MAX_CAMPAIGNS
        over = problems(head + "1," * (MAX_CAMPAIGNS + 1) + "]")
        assert len(over) == MAX_CAMPAIGNS + 1
        assert over[0] == f"campaign: over the limit: {MAX_CAMPAIGNS + 1}; at most {MAX_CAMPAIGNS}"

    def test_a_name_may_have_the_limit_of_characters_and_no_more(self):
        text = HEAD.replace("Shop", "S" * 200)
        assert parse_programme(text).name.en == "S" * 200
        assert paths(HEAD.replace("Shop", "S" * 201)) == ["name.en"]
