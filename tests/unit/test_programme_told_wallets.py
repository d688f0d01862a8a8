"""What a programme in plain words says of wallets, points, spans of time, and of a table that is there twice."""

import pytest
from msgspec.structs import replace

from loyalty.documents.programme_file import parse_programme
from loyalty.documents.programme_said import written
from loyalty.documents.programme_told import mechanic_text, tell_programme, world_of
from loyalty.errors import BadProgramme
from loyalty.programme import Cost, Label, Wallet
from loyalty.rewards import Percent, PointsPerUnit
from tests.support.loyalty_samples import campaign, programme

STAMPS = Wallet("stamps", Label("Штампы", "Stamps"), Label("штамп|штампа|штампов", "stamp|stamps"))


def wallets_told(wallet: Wallet, lang) -> str:
    coffee = replace(campaign(Percent(10_000), id="coffee"), cost=Cost(6, "stamps"))
    rules = programme(coffee, wallets=(wallet,))
    ((_, said),) = next(
        t for t in tell_programme(rules, world_of(rules), lang) if t.title in ("Кошельки", "Wallets")
    ).facts
    return said


def test_a_wallet_says_what_a_point_is_worth_and_what_points_buy():
    assert wallets_told(STAMPS, "en") == "no worth in money, 6 stamps for “Campaign coffee”"
    assert wallets_told(replace(STAMPS, worth_minor=1_500), "en") == "worth 15.00, 6 stamps for “Campaign coffee”"
    assert wallets_told(STAMPS, "ru") == "в деньгах не оценивается, 6 штампов — «Акция coffee»"


def test_points_for_each_unit_always_say_how_many():
    rules = programme(wallets=(STAMPS,))
    assert "1 stamp" in mechanic_text(PointsPerUnit(wallet="stamps"), world_of(rules), "en")
    assert "1 point" in mechanic_text(PointsPerUnit(), world_of(rules), "en")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3600, "1 hour"), (7200, "2 hours"), (86_400, "1 day"), (5400, "90 minutes"), (61, "61 s"), (0, "0 s")],
)
def test_seconds_are_told_in_the_largest_unit_they_are_whole_in(seconds, said):
    assert written("max_age_s", seconds, "en") == said


def test_a_table_that_is_there_twice_is_named_with_its_line():
    with pytest.raises(BadProgramme) as bad:
        parse_programme('id = "x"\n[redeem]\nmax_share_bp = 1\n[redeem]\n')
    assert bad.value.problems[0].what == "table “redeem” is begun twice: the second time in line 4"
