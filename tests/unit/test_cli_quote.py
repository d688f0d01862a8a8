"""`kopilka quote`: a basket on standard input, its price on standard output, and every mistake a sentence."""

import io
import json
import re
from pathlib import Path

import pytest

from loyalty.documents.basket_file import BasketDoc, GivenDoc, LineDoc, MemberDoc
from terminal.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "QUOTE.md").read_text("utf-8")
SCARF = {"code": "4600000000015", "name": "Scarf", "category": "scarves", "price_minor": 149_000}


def quote(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, *more: str):
    """Exit status, standard output, standard error."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    with pytest.raises(SystemExit) as ended:
        main(["quote", "--programme", "club", "--lang", "en", *more])
    printed = capsys.readouterr()
    return ended.value.code or 0, printed.out, printed.err


def test_the_basket_of_the_page_comes_to_what_the_club_asks(monkeypatch, capsys) -> None:
    basket = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert basket
    code, out, _ = quote(monkeypatch, capsys, basket[1], "--json")
    told = json.loads(out)
    # 15 % off 1,490.00 is 223.50, at 13:00 20 % off 355.68 is 71.14: 1,551.04; 500 points leave 1,051.04
    assert (code, told["discount_minor"], told["total_minor"]) == (0, 29_464, 105_104)
    assert told["explanations"][0]["said"]["en"] == "15\u00a0% off: −223.50"


def test_the_command_line_says_who_and_when(monkeypatch, capsys, tmp_path) -> None:
    legend = tmp_path / "legend.json"
    legend.write_text('{"status": "legend"}')
    basket = json.dumps({"lines": [{**SCARF, "category": "kit"}]})
    at = ("--at", "2026-11-23T18:00", "--json")
    _, out, _ = quote(monkeypatch, capsys, basket, "--member", str(legend), *at)
    # Monday: 30 % of 1,490.00
    assert json.loads(out)["earned_points"] == 447
    _, out, _ = quote(monkeypatch, capsys, basket, *at)
    assert json.loads(out)["earned_points"] == 0


def test_people_read_lines_totals_and_reasons(monkeypatch, capsys) -> None:
    code, out, _ = quote(monkeypatch, capsys, json.dumps({"at": "2026-11-23T18:00", "lines": [SCARF]}))
    assert code == 0
    assert "1,266.50" in out
    assert "✓ A scarf for the match: 15\u00a0% off: −223.50 [1]" in out


GIFT = {
    "at": "2027-03-10T15:00", "member": {"status": "club"}, "choices": {"lumiere-gift": "MINI-GLOSS"},
    "lines": [{"code": "1", "brand": "Lumiere", "price_minor": 400_000}],
}  # fmt: skip


def test_a_budget_nobody_has_spoken_of_is_whole(monkeypatch, capsys) -> None:
    _, out, _ = quote(monkeypatch, capsys, json.dumps(GIFT), "--programme", "beauty")
    assert "✓ A gift from Lumiere" in out


def test_a_budget_that_is_spent_blocks_its_campaign(monkeypatch, capsys) -> None:
    told = {**GIFT, "given": {"lumiere-gift": {"times": 1_200}}}
    _, out, _ = quote(monkeypatch, capsys, json.dumps(told), "--programme", "beauty")
    assert "– A gift from Lumiere: The campaign's budget is spent" in out


def test_other_wallets_and_coupons_are_told_by_the_names_people_read(monkeypatch, capsys) -> None:
    # 1,000.00 on a day on which each 500.00 brings a coupon and each 100.00 an activity point
    basket = {"at": "2027-02-10T12:00", "member": {"status": "card"}, "lines": [{"code": "1", "price_minor": 100_000}]}
    for lang, earned in (("en", "Earned: 10 activity points\nNext purchase coupon: 2\n"),
                         ("ru", "Начислено: 10 баллов активности\nКупон на следующую покупку: 2\n")):  # fmt: skip
        _, out, _ = quote(monkeypatch, capsys, json.dumps(basket), "--programme", "chain", "--lang", lang)
        assert earned in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ("", "cannot be read"),
        ('{"lines": [{"code": "1"}]}', "`$.lines[0]`"),
        ('{"lines": [], "redem_points": 5}', "redem_points"),
        (json.dumps({"lines": [{**SCARF, "qty_milli": 0}]}), "qty_milli"),
        (json.dumps({"lines": [{**SCARF, "price_minor": -1}]}), "price_minor"),
        (json.dumps({"lines": [SCARF] * 501}), "500"),
        ('{"lines": [], "at": "yesterday"}', "yesterday"),
        ('{"lines": [], "at": "2026-02-30T10:00"}', "2026-02-30"),
        (" " * (1024 * 1024 + 1), "1048576"),
    ],
)
def test_a_basket_that_will_not_do_is_a_sentence(monkeypatch, capsys, text, said) -> None:
    code, out, err = quote(monkeypatch, capsys, text)
    assert (code, out) == (1, "")
    assert said in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_and_a_bad_programme_are_sentences(monkeypatch, capsys, tmp_path) -> None:
    code, _, err = quote(monkeypatch, capsys, '{"lines": []}', "--programme", str(tmp_path / "none.toml"))
    assert (code, err.count("\n")) == (1, 1)
    bad = tmp_path / "bad.toml"
    bad.write_text('id = "x"\nversion = 0\ncampain = 1\n')
    code, _, err = quote(monkeypatch, capsys, '{"lines": []}', "--programme", str(bad))
    assert code == 1
    assert {"version", "name", "campain"} <= set(re.findall(r"^  (\w+):", err, re.MULTILINE))


@pytest.mark.parametrize("kind", [BasketDoc, GivenDoc, LineDoc, MemberDoc])
def test_every_field_is_on_the_page(kind) -> None:
    assert [name for name in kind.__struct_fields__ if f"`{name}`" not in PAGE] == []
