"""`kopilka programme`: checked, described, compared and explained on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from terminal.cli import main

ROOT = Path(__file__).resolve().parents[2]
CLUB = ROOT / "loyalty" / "programmes" / "club.toml"
SHOP = """
id = "shop"
version = 1
name = { ru = "Магазин", en = "The shop" }

[[campaign]]
id = "tenth"
name = { ru = "Десять", en = "Ten off" }
reward = { type = "percent", rate_bp = 1000 }
"""
CASES = """
programme = "shop"

[[case]]
name = "a hundred"
why = "Ten percent off 100.00 is 10.00, so 90.00 is left to pay."
expect = { total_minor = 9_000, discount_minor = 1_000 }
[case.basket]
at = "2026-11-22T13:00"
lines = [{ code = "1", price_minor = 10_000 }]

[[case]]
name = "two of them"
why = "Ten percent off 2 x 50.00 is 10.00."
expect = { total_minor = TOTAL }
[case.basket]
at = "2026-11-22T13:00"
lines = [{ code = "1", price_minor = 5_000, qty_milli = 2000 }]
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    with pytest.raises(SystemExit) as ended:
        main(["programme", *map(str, arguments)])
    printed = capsys.readouterr()
    code = ended.value.code
    return (code if isinstance(code, int) else 0 if code is None else 1), printed.out, printed.err


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.toml"
    path.write_text(SHOP, "utf-8")
    return path


def test_a_programme_that_is_right_is_summed_up(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    shop.write_text(SHOP + 'conditions = [{ type = "dates", first = 2026-11-20, last = 2026-11-30 }]\n', "utf-8")
    assert run(capsys, "check", shop, "--lang", "en") == (
        0,
        "The shop (shop)\n"
        "  version 1; currency RUB; clock of Europe/Moscow\n"
        "  Campaigns: 1 (percentage off 1)\n"
        "  Dates: 2026-11-20 – 2026-11-30\n",
        "",
    )
    _, out, _ = run(capsys, "check", shop, "--lang", "ru")
    assert "Акции: 1 (скидка в процентах 1)" in out
    assert "20.11.2026 – 30.11.2026" in out


def test_a_programme_that_comes_with_the_product_is_taken_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", "club", "--lang", "en")
    assert (code, err) == (0, "")
    assert "Novice, Passenger" in out


def test_every_mistake_is_told_at_once(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    shop.write_text(SHOP.replace("version = 1", "version = 0").replace("rate_bp = 1000", "rate = 5"), "utf-8")
    code, out, err = run(capsys, "check", shop, "--lang", "en")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "The loyalty programme has 3 mistakes",
        "  version: 0 is out of range; give 1 to 2147483647",
        "  campaign[1].reward.rate_bp (tenth): a required key is missing; add it: a whole number",
        "  campaign[1].reward.rate (tenth): unknown key; perhaps “rate_bp” was meant",
    ]


@pytest.mark.parametrize(
    ("zone", "mend"),
    [("Moscow", "perhaps “Europe/Moscow”"), ("Europe/Moskow", "perhaps “Europe/Moscow”"), ("Q", "as in Europe/Moscow")],
)
def test_a_time_zone_that_nobody_knows_is_a_mistake(
    capsys: pytest.CaptureFixture[str], shop: Path, zone: str, mend: str
) -> None:
    shop.write_text(SHOP.replace("version = 1", f'version = 1\ntime_zone = "{zone}"'), "utf-8")
    code, _, err = run(capsys, "check", shop, "--lang", "en")
    assert (code, err.splitlines()[1]) == (1, f"  time_zone: there is no time zone “{zone}”; {mend}")


def test_a_byte_order_mark_does_no_harm_and_another_encoding_is_named(
    capsys: pytest.CaptureFixture[str], shop: Path
) -> None:
    shop.write_text("\ufeff" + SHOP, "utf-8")
    assert run(capsys, "check", shop)[0] == 0
    shop.write_bytes(SHOP.encode("cp1251"))
    code, _, err = run(capsys, "check", shop, "--lang", "en")
    assert (code, err) == (1, f"{shop} is not UTF-8 text\nSave it in UTF-8\n")


def test_a_contradiction_is_a_mistake_and_what_is_hardly_meant_a_warning(
    capsys: pytest.CaptureFixture[str], shop: Path
) -> None:
    never = 'conditions = [{ type = "weekdays", days = ["sat"] }, { type = "weekdays", days = ["mon"] }]\n'
    shop.write_text(SHOP + never, "utf-8")
    code, _, err = run(capsys, "check", shop, "--lang", "en")
    assert code == 1
    assert "campaign[1].conditions[2].days (tenth): it has no value in common with condition 1" in err
    shop.write_text(SHOP + 'group = "godos"\n', "utf-8")
    code, out, _ = run(capsys, "check", shop, "--lang", "en")
    assert code == 0
    assert "Worth a look:\n  campaign[1].group (tenth): this campaign is alone in group “godos”; check the name" in out


@pytest.mark.parametrize(
    ("total", "code", "said"),
    [("9_000", 0, "Cases: 2 of 2 hold\n"),
     ("9_500", 1, "✗ two of them\n    total_minor: 9500 expected, 9000 found\nCases: 1 of 2 hold\n")],
)  # fmt: skip
@pytest.mark.parametrize("named", [False, True])
def test_its_cases_are_tried(
    capsys: pytest.CaptureFixture[str], shop: Path, total: str, code: int, said: str, named: bool
) -> None:
    cases = shop.parent / ("other.toml" if named else "shop.cases.toml")
    cases.write_text(CASES.replace("TOTAL", total), "utf-8")
    found = run(capsys, "check", shop, "--lang", "en", *(("--cases", cases) if named else ()))
    assert found[0] == code
    assert found[1].endswith(said)


def test_cases_that_cannot_be_read_are_a_sentence(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    (shop.parent / "shop.cases.toml").write_text("case = 5", "utf-8")
    code, _, err = run(capsys, "check", shop, "--lang", "en")
    assert (code, err.count("\n")) == (1, 1)
    assert "The file of cases cannot be read" in err
    assert run(capsys, "check", shop, "--cases", shop.parent / "none.toml")[0] == 1


def test_the_schema_is_printed_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "schema", "--lang", "en")
    assert (code, err) == (0, "")
    assert json.loads(out)["title"] == "Loyalty programme"
    assert json.loads(run(capsys, "schema", "--lang", "ru")[1])["title"] == "Программа лояльности"


def test_what_changed_is_printed_for_people_and_for_programs(
    capsys: pytest.CaptureFixture[str], shop: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.toml"
    new.write_text(SHOP.replace("rate_bp = 1000", "rate_bp = 1500"), "utf-8")
    assert run(capsys, "diff", shop, new, "--lang", "en") == (
        0, "campaign tenth: reward.rate_bp 10\u00a0% → 15\u00a0%\n", "",
    )  # fmt: skip
    code, out, _ = run(capsys, "diff", shop, new, "--json")
    assert code == 0
    assert json.loads(out) == [
        {
            "kind": "changed", "place": "campaign", "id": "tenth", "key": "reward.rate_bp", "before": 1000,
            "after": 1500, "ru": "акция tenth: reward.rate_bp 10\u00a0% → 15\u00a0%",
            "en": "campaign tenth: reward.rate_bp 10\u00a0% → 15\u00a0%",
        }
    ]  # fmt: skip
    assert run(capsys, "diff", shop, shop) == (0, "", "")
    assert run(capsys, "diff", shop, shop, "--json")[1] == "[]\n"
    assert run(capsys, "diff", shop, tmp_path / "none.toml")[0] == 1


def test_a_programme_is_explained_whole_or_by_campaign(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    one = (
        "Ten off (tenth)\n  When         always\n  For whom     everyone\n  On what      all goods\n"
        "  Gives        percentage off: 10\u00a0%\n  With others  adds up with others, priority 100\n\n"
    )
    assert run(capsys, "explain", shop, "tenth", "--lang", "en") == (0, one, "")
    code, out, _ = run(capsys, "explain", shop, "--lang", "en")
    assert code == 0
    assert out.startswith("The shop (shop)\n")
    assert out.endswith(one)


def test_a_campaign_nobody_knows_is_a_sentence_with_the_nearest(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    assert run(capsys, "explain", shop, "tenht", "--lang", "en") == (
        1, "", "The programme has no campaign “tenht”\nPerhaps “tenth”\n",
    )  # fmt: skip


def test_a_basket_is_explained_instead(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    basket = tmp_path / "basket.json"
    scarf = {"code": "4600000000015", "name": "Scarf", "category": "scarves", "price_minor": 149_000}
    basket.write_text(json.dumps({"at": "2026-11-23T18:00", "lines": [scarf]}), "utf-8")
    code, out, _ = run(capsys, "explain", CLUB, "--basket", basket, "--lang", "en")
    assert code == 0
    assert "✓ A scarf for the match: 15\u00a0% off: −223.50 [1]" in out
    _, out, _ = run(capsys, "explain", CLUB, "big-receipt", "--basket", basket, "--lang", "en")
    assert "A scarf for the match" not in out
    assert "1,266.50" in out
    basket.write_text('{"lines": 5}', "utf-8")
    assert run(capsys, "explain", CLUB, "--basket", basket)[0] == 1


@pytest.mark.parametrize("command", ["check", "schema", "diff", "explain", "simulate"])
def test_every_command_says_what_it_is_for(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert "Usage: kopilka programme" in out
