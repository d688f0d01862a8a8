"""`[returns]` of a programme: its keys, what they need, and how it is told."""

import pytest

from loyalty.documents.programme_file import parse_programme
from loyalty.documents.programme_told import tell_programme, world_of
from loyalty.documents.programme_warnings import warnings
from loyalty.errors import BadProgramme
from loyalty.programme import Programme, Returns

HEAD = 'id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n'
WORTH = "[redeem]\npoint_value_minor = 50\n"
STARS = '[[wallet]]\nid = "stars"\nname = { ru = "З", en = "S" }\nunit = { ru = "з|з|з", en = "s|s" }\n'


def read(returns: str, more: str = "") -> Programme:
    return parse_programme(f"{HEAD}[returns]\n{returns}\n{more}")


def problems(returns: str, more: str = "") -> list[tuple[str, str]]:
    with pytest.raises(BadProgramme) as bad:
        read(returns, more)
    return [(each.path, each.what) for each in bad.value.problems]


def test_goods_come_back_at_the_price_paid_unless_it_is_said():
    assert parse_programme(HEAD).returns == Returns("paid", "debt")
    assert read("").returns == Returns("paid", "debt")


@pytest.mark.parametrize("rule", ["paid", "kept"])
@pytest.mark.parametrize("shortfall", ["debt", "refund", "balance"])
def test_both_keys_are_read(rule, shortfall):
    assert read(f'rule = "{rule}"\nshortfall = "{shortfall}"', WORTH).returns == Returns(rule, shortfall)


def test_other_values_and_keys_are_refused_all_at_once():
    found = problems('rule = "sold"\nshortfall = "none"\ndays = 14')
    assert [path for path, _ in found] == ["returns.rule", "returns.shortfall", "returns.days"]


@pytest.mark.parametrize("redeem", ["", "[redeem]\nmax_points = 5\n"])
def test_points_kept_from_the_money_need_a_worth(redeem):
    assert problems('shortfall = "refund"', redeem) == [("returns.shortfall", "what a point is worth is not said")]


def test_a_wallet_without_a_worth_is_warned_of_where_money_is_kept_for_points():
    worthless = [each for each in warnings(read('shortfall = "refund"', WORTH + STARS)) if "worth" in each[0]]
    assert [(path, said.code) for path, said, _ in worthless] == [("wallet[1].worth_minor", "lint.worthless")]
    for other in (
        read('shortfall = "balance"', STARS),
        read('shortfall = "refund"', WORTH + STARS + "worth_minor = 1\n"),
    ):
        assert not [each for each in warnings(other) if "worth" in each[0]]


@pytest.mark.parametrize(
    ("lang", "title", "said"),
    [
        (
            "en",
            "Returns",
            "given back is what was paid less what the rest costs by itself, "
            "if the points earned are gone: their worth is kept from the refund",
        ),
        (
            "ru",
            "Возвраты",
            "возвращается уплаченное без того, что стоит оставшееся, "
            "если начисленных баллов уже нет: их стоимость удерживается из возврата",
        ),
    ],
)
def test_it_is_told_in_plain_words(lang, title, said):
    programme = read('rule = "kept"\nshortfall = "refund"', WORTH)
    told = {each.title: each.facts for each in tell_programme(programme, world_of(programme), lang)}
    assert told[title] == (("", said),)
