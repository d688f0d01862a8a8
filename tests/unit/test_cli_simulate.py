"""`kopilka programme simulate`: receipts from JSON lines and from Parquet, what is left out, and what is printed."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from loyalty.documents.basket_file import MAX_BASKET_BYTES, LineDoc, MemberDoc
from loyalty.simulation import ReceiptDoc
from terminal.cli import main, simulate_goods
from terminal.cli.simulate import MAX_SHOWN, MAX_TOLD, SOME_LEFT_OUT
from terminal.cli.simulate_receipts import COLUMNS, NEEDED, SOURCES, receipts_from

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "SIMULATE.md").read_text("utf-8")
SHOP = """
id = "shop"
version = {version}
name = {{ ru = "М", en = "S" }}
[[status]]
id = "fan"
name = {{ ru = "Б", en = "F" }}
earn_bp = 1000
[[campaign]]
id = "scarves"
name = {{ ru = "Ш", en = "Scarves" }}
reward = {{ type = "percent", rate_bp = {rate} }}
conditions = [{{ type = "products", categories = ["scarves"] }}]
"""
AT = "2026-11-22T13:00"


def receipt(id: str, price: int = 10_000, category: str = "scarves", **more: object) -> dict[str, Any]:
    return {"receipt": id, "at": AT, "lines": [{"code": "7", "price_minor": price, "category": category}], **more}


class Shop:
    """Two programmes (10 % and 20 % off scarves) and a file of receipts in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.old, self.new = folder / "old.toml", folder / "new.toml"
        self.old.write_text(SHOP.format(version=1, rate=1000), "utf-8")
        self.new.write_text(SHOP.format(version=2, rate=2000), "utf-8")
        self.receipts = folder / "receipts.jsonl"

    def write(self, *lines: object) -> Path:
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        self.receipts.write_text("".join(f"{text}\n" for text in texts), "utf-8")
        return self.receipts

    def simulate(self, *arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["programme", "simulate", *map(str, (self.old, self.new, *arguments)), "--lang", "en"])
        printed, code = self._capsys.readouterr(), ended.value.code
        return (code if isinstance(code, int) else 0 if code is None else 1), printed.out, printed.err

    def figures(self, *arguments: str | Path) -> dict:
        code, out, err = self.simulate(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shop:
    return Shop(tmp_path, capsys)


def test_changed_receipts_costs_and_campaigns_are_printed(shop: Shop) -> None:
    shop.write(receipt("a", member={"status": "fan"}), receipt("b", category="tickets"))
    code, out, err = shop.simulate(shop.receipts)
    assert (code, err) == (0, "")
    rows = [" ".join(line.split()) for line in out.splitlines()]
    assert rows[:3] == [
        "shop 1 → shop 2",
        "Receipts replayed: 2; changed: 1; left out: 0",
        "Better for the member: 1; worse: 0; equal: 1",
    ]
    # of 100.00: 10.00 off and 9 points, then 20.00 off and 8 points; the ticket costs 100.00 for anyone
    for row in (
        "To pay 190.00 180.00 −10.00",
        "Discounts 10.00 20.00 +10.00",
        "Points earned 9 8 −1",
        "Members' gain 19.00 28.00 +9.00",
        "Owed in points, as money 9.00 8.00 −1.00",
        "scarves 1 10.00 → 20.00 0",
        "a 90.00 → 80.00 10.00 → 20.00 9 → 8 +9.00",
    ):
        assert row in rows


def test_the_answer_is_data_too(shop: Shop) -> None:
    shop.write(*(receipt(f"r{number}") for number in range(5)))
    told = shop.figures(shop.receipts, "--changed", "2")
    counts = ("receipts", "left_out", "changed", "better", "worse", "equal")
    assert [told[name] for name in counts] == [5, 0, 5, 5, 0, 0]
    assert (told["old"]["discount_minor"], told["new"]["discount_minor"]) == (5_000, 10_000)
    assert told["new"]["campaigns"] == {"scarves": {"receipts": 5, "discount_minor": 10_000, "points": 0}}
    assert [each["receipt"] for each in told["changed_receipts"]] == ["r0", "r1"]
    assert told["changed_receipts"][0]["gain_minor"] == 1_000


def test_every_changed_receipt_goes_to_a_file_however_few_are_shown(shop: Shop) -> None:
    shop.write(*(receipt(f"r{number}", category="kit" if number % 3 else "scarves") for number in range(9)))
    out = shop.folder / "changed.jsonl"
    assert shop.simulate(shop.receipts, "--changed", "0", "--out", out)[0] == 0
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [(line["receipt"], line["old"]["total_minor"], line["new"]["total_minor"]) for line in lines] == [
        (id, 9_000, 8_000) for id in ("r0", "r3", "r6")
    ]
    assert shop.simulate(shop.receipts, "--out", shop.folder)[0] == 1


def test_bad_lines_are_named_by_number_and_the_rest_goes_on(shop: Shop) -> None:
    long = json.dumps(receipt("long", name="x")).replace('"x"', f'"{"x" * MAX_BASKET_BYTES}"')
    bad = ["{", "", receipt("b", at=""), receipt("c", coupon=["X"]), long, {"at": AT, "lines": []}]
    shop.write(receipt("a"), *bad, receipt("z"))
    code, out, err = shop.simulate(shop.receipts)
    assert code == SOME_LEFT_OUT
    assert "Receipts replayed: 2; changed: 2; left out: 5" in out
    told = dict(re.findall(r"^Receipt at line (\d+) is left out: (.*)$", err, re.MULTILINE))
    assert list(told) == ["2", "4", "5", "6", "7"]
    assert "The time “” will not do" in told["4"]
    assert "coupon" in told["5"]
    assert told["6"] == f"> {MAX_BASKET_BYTES} bytes"
    assert "receipt" in told["7"]


def test_so_many_bad_lines_are_named_and_not_one_more(shop: Shop) -> None:
    for count in (MAX_TOLD, MAX_TOLD + 2):
        shop.write(receipt("a"), *["{"] * count)
        code, out, err = shop.simulate(shop.receipts)
        assert code == SOME_LEFT_OUT
        assert f"left out: {count}" in out
        assert err.count("is left out") == MAX_TOLD
        assert err.count("Further ones are only counted") == (count > MAX_TOLD)


def test_where_nothing_can_be_replayed_the_status_is_1(shop: Shop) -> None:
    shop.write("{")
    assert shop.simulate(shop.receipts)[0] == 1
    assert shop.simulate(shop.folder / "none.jsonl")[0] == 1
    shop.old.write_text("id = 5", "utf-8")
    code, out, err = shop.simulate(shop.write(receipt("a")))
    assert (code, out) == (1, "")
    assert "id: this is a whole number" in err


def test_an_empty_file_is_no_receipts(shop: Shop) -> None:
    assert shop.figures(shop.write())["receipts"] == 0


def test_receipts_come_from_standard_input_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(receipt("a")).encode())))
    assert shop.figures("-")["changed"] == 1


def test_so_many_changed_receipts_can_be_shown_and_not_one_more(shop: Shop) -> None:
    shop.write(receipt("a"))
    assert shop.simulate(shop.receipts, "--changed", str(MAX_SHOWN))[0] == 0
    assert shop.simulate(shop.receipts, "--changed", str(MAX_SHOWN + 1))[0] == 2


def rows(*receipts: dict[str, Any]) -> list[dict[str, Any]]:
    """The same receipts as rows of a table."""
    found = []
    for each in receipts:
        member = {f"member_{name}": value for name, value in each.get("member", {}).items()}
        head = {name: value for name, value in each.items() if name not in ("lines", "member")}
        found += [{**head, **member, **line} for line in each["lines"]]
    return found


def write(path: Path, table: list[dict[str, Any]] | pa.Table) -> Path:
    if isinstance(table, list):
        names = {name: None for row in table for name in row}
        table = pa.table({name: [row.get(name) for row in table] for name in names})
    parquet.write_table(table, path)
    return path


def test_parquet_comes_to_the_same_as_json_lines(shop: Shop) -> None:
    lines = [
        {"code": "7", "price_minor": 10_000, "category": "scarves", "tags": ["new", "red"]},
        {"code": "8", "price_minor": 5_000, "category": "kit", "qty_milli": 2000},
    ]
    member = {"id": "m", "status": "fan", "points": 100}
    receipts = [
        receipt("a", store="s1", channel="till", redeem_points=20, member=member, lines=lines),
        receipt("b", price=3_000),
        receipt("c", member={"id": "n", "status": "fan"}),
    ]
    shop.write(*receipts)
    expected = shop.figures(shop.receipts)
    assert shop.figures(write(shop.folder / "r.parquet", rows(*receipts))) == expected
    assert expected["changed"] == 3


def test_a_table_may_be_as_a_database_has_it(shop: Shop) -> None:
    table = pa.table({
        "receipt": pa.array([17, 17, 18]),
        "at": pa.array([1_795_352_700] * 3, pa.timestamp("s")),
        "code": pa.array([7, 8, 7]),
        "price_minor": pa.array([10_000, 500, 10_000], pa.int32()),
        "category": pa.array(["scarves", None, "scarves"]).dictionary_encode(),
        "tags": ["new|red", None, ""],
        "member_id": pa.array([5, 5, None]),
        "member_status": ["fan", None, None],
    })  # fmt: skip
    told = shop.figures(write(shop.folder / "r.parquet", table))
    assert told["receipts"] == 2
    (first, second) = told["changed_receipts"]
    # 90.00 + 5.00 earn 9 points, without a member nothing
    assert (first["receipt"], first["old"]["total_minor"], first["old"]["earned_points"]) == ("17", 9_500, 9)
    assert (second["receipt"], second["old"]["earned_points"]) == ("18", 0)


def test_a_table_that_will_not_do_is_a_sentence(shop: Shop) -> None:
    path = shop.folder / "r.parquet"
    path.write_bytes(b"no table")
    assert "cannot be read" in shop.simulate(path)[2]
    good = rows(receipt("a"))
    code, _, err = shop.simulate(write(path, [{**row, "prise": 1} for row in good]))
    assert (code, "Column “prise” is not known" in err) == (1, True)
    for name in NEEDED:
        code, _, err = shop.simulate(write(path, [{k: v for k, v in row.items() if k != name} for row in good]))
        assert (code, err) == (1, f"There is no column “{name}”\n")


def test_bad_rows_of_a_table_are_named_by_their_number(shop: Shop) -> None:
    table = rows(receipt("a"), receipt("b"), receipt("c"))
    table[1]["price_minor"], table[2]["receipt"] = -1, None
    code, out, err = shop.simulate(write(shop.folder / "r.parquet", table))
    assert code == SOME_LEFT_OUT
    assert "Receipts replayed: 1" in out
    assert re.findall(r"line (\d+)", err) == ["2", "3"]


def test_a_receipt_of_500_lines_is_taken_from_a_table_and_not_one_more(shop: Shop) -> None:
    for count, code in ((500, 0), (501, 1), (5000, 1)):
        lines = [{"code": "7", "price_minor": 100, "category": "scarves"}] * count
        path = write(shop.folder / "r.parquet", rows(receipt("a", lines=lines)))
        assert shop.simulate(path)[0] == code


def test_receipts_are_read_one_by_one_and_tell_how_far_they_have_come(shop: Shop) -> None:
    receipts = [receipt(f"r{number}") for number in range(3)]
    for path, size in ((shop.write(*receipts), shop.receipts.stat().st_size),
                       (write(shop.folder / "r.parquet", rows(*receipts)), 3)):  # fmt: skip
        source = receipts_from(path)
        seen = [source.done for _ in source]
        assert source.size == size
        assert seen == sorted(seen)
        assert len(set(seen)) == 3
        assert source.done == size


def test_goods_of_a_catalogue_fill_in_what_a_receipt_does_not_say(shop: Shop) -> None:
    goods = shop.folder / "goods.csv"
    goods.write_text(
        "code;name;price;category;tags;no_discount;min_price\n7;Scarf;100,00;scarves;new|red;;\n8;Mug;5,00;scarves;;да;\n"
        "9;Vodka;100,00;scarves;;;95,00\n",
        "utf-8",
    )
    bare = [{"code": code, "price_minor": 10_000} for code in ("7", "8", "9", "unknown")]
    shop.write(receipt("a", lines=bare))
    told = shop.figures(shop.receipts, "--goods", goods)
    # 20.00 off the scarf, nothing off the mug, 5.00 off what may not cost less than 95.00, nothing off the unknown
    assert (told["old"]["discount_minor"], told["new"]["discount_minor"]) == (1_000 + 500, 2_000 + 500)
    shop.write(receipt("a", lines=[{**bare[0], "category": "kit"}]))
    assert shop.figures(shop.receipts, "--goods", goods)["changed"] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Goods: The file is empty"),
        ("code,colour\n7,red\n", "Goods: Column “colour” is not known"),
        ("name\nScarf\n", "Goods: There is no column “code”"),
        ("code,no_earn\n7,yes\n8,perhaps\n", "Goods, line 3: there is no such value"),
        ("code,min_price\n7,free\n", "Goods, line 2: this is no price"),
    ],
)
def test_goods_that_will_not_do_are_a_sentence(shop: Shop, text: str, said: str) -> None:
    goods = shop.folder / "goods.csv"
    goods.write_text(text, "utf-8")
    code, _, err = shop.simulate(shop.write(receipt("a")), "--goods", goods)
    assert code == 1
    assert err.startswith(said)


def test_so_many_goods_are_taken_and_not_one_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    goods = shop.folder / "goods.csv"
    goods.write_text("code\n1\n2\n3\n", "utf-8")
    shop.write(receipt("a"))
    for limit, code in ((3, 0), (2, 1)):
        monkeypatch.setattr(simulate_goods, "MAX_GOODS", limit)
        assert shop.simulate(shop.receipts, "--goods", goods)[0] == code


def test_on_a_terminal_there_is_a_bar_and_the_answer_is_the_same(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write(*(receipt(f"r{number}") for number in range(150)), "{")
    plain = shop.simulate(shop.receipts)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    code, out, err = shop.simulate(shop.receipts)
    assert (code, out) == plain[:2]
    assert "━" in err
    assert "Receipt at line 151 is left out" in err


def test_the_page_names_every_field_column_and_kind_of_file() -> None:
    documented = set(re.findall(r"`([\w.]+)`", PAGE))
    assert set(COLUMNS) - documented == set()
    assert {suffix.removeprefix(".") for suffix in SOURCES} <= {name.removeprefix(".") for name in documented}
    fields = {*ReceiptDoc.__struct_fields__, *LineDoc.__struct_fields__}
    fields |= {f"member_{name}" for name in MemberDoc.__struct_fields__}
    # what a flat table has no column for is said to be so
    assert fields - set(COLUMNS) == {"lines", "member", "choices", "member_used", "member_wallets"}
    assert {"choices", "used", "wallets"} <= documented


def test_the_receipt_of_the_page_can_be_replayed(shop: Shop) -> None:
    example = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert example
    for line in example[1].strip().splitlines():
        shop.write(line)
        assert shop.figures(shop.receipts)["receipts"] == 1
