"""Files to import as people make them: encodings, delimiters, names of columns, quotes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from loyalty.codes import card_number
from loyalty.errors import BadInput
from loyalty.feed import BalanceRow
from sync_server import import_products
from sync_server.csv_rows import MAX_FIELD_CHARS, MAX_ROW_LINES, read_rows
from sync_server.demo_data import publish_demo
from sync_server.import_members import COLUMNS
from sync_server.import_names import MEMBER_ALIASES, PRODUCT_ALIASES
from sync_server.import_report import Imported
from tests.support.importing import bodies, take, write

ROOT = Path(__file__).resolve().parents[2]


HEAD_OFFICE = (ROOT / "docs" / "HEAD_OFFICE.md").read_text("utf-8").casefold()


CARD, CARD2, CARD3 = (card_number("2990000", number) for number in (1, 2, 3))


@pytest.fixture
def office(office):
    publish_demo(office.store, office.identity)
    return office


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_recognised(tmp_path, encoding, delimiter):
    text = delimiter.join(("card", "Name")) + "\r\n" + delimiter.join((CARD, "Иванова Ёлка")) + "\r\n"
    (row,) = read_rows(write(tmp_path, text, encoding), COLUMNS, ())
    assert row.fields == {"card": CARD, "name": "Иванова Ёлка"}


def test_big_endian_utf_16_is_read_and_half_a_character_is_no_text(tmp_path):
    text = "\ufeffcard,name\n1,Ёлка\n".encode("utf-16-be")
    path = tmp_path / "rows.csv"
    path.write_bytes(text)
    assert [row.fields["name"] for row in read_rows(path, COLUMNS, ())] == ["Ёлка"]
    path.write_bytes(text + b"\x04")
    with pytest.raises(BadInput) as bad:
        list(read_rows(path, COLUMNS, ()))
    assert bad.value.code == "csv.binary"


@pytest.mark.parametrize(("first", "delimiter"), [("sep=;", ";"), ("SEP=,", ","), ("sep=\t", "\t")])
def test_the_first_line_may_say_the_delimiter(tmp_path, first, delimiter):
    text = f"{first}\r\ncard{delimiter}name\r\n1{delimiter}b\r\n"
    (row,) = read_rows(write(tmp_path, text), COLUMNS, ())
    assert (row.line, row.fields) == (3, {"card": "1", "name": "b"})


def test_columns_may_have_their_russian_names(sqlite_office, tmp_path):
    goods = "Штрихкод;Наименование;Цена;НДС;Ед. изм.\n4607102430016;Шарф;990,00;22%;шт\n"
    assert take(sqlite_office, "products", write(tmp_path, goods, "cp1251")) == Imported(rows=1, added=1)
    people = f"Карта;Телефон;Имя;Дата рождения;Баллы;Чеков\n{CARD};8 903 123-45-67;Анна;23.05.1990;150;3\n"
    assert take(sqlite_office, "members", write(tmp_path, people)) == Imported(rows=1, added=1)
    assert [row.receipts for row in bodies(sqlite_office, "bal", BalanceRow)] == [3]


@pytest.mark.parametrize(
    ("aliases", "columns"), [(MEMBER_ALIASES, COLUMNS), (PRODUCT_ALIASES, import_products.COLUMNS)]
)
def test_every_other_name_is_documented_and_of_a_column_there_is(aliases, columns):
    assert set(aliases.values()) <= set(columns)
    assert all(f"`{name}`" in HEAD_OFFICE for name in aliases)


def test_a_column_named_in_both_languages_is_named_twice(sqlite_office, tmp_path):
    with pytest.raises(BadInput) as bad:
        take(sqlite_office, "members", write(tmp_path, "card,карта\n"))
    assert bad.value.code == "csv.twice"


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ('1,"a\n2,b\n3,c\n', [2]),
        ('1,a\n2,"b\n3,"c"\n4,d\n', [3]),
        ('1,a\n2,b\n3,"c', [4]),
        ("1,a\n" + '2,"b\n' + "3,c\n" * MAX_ROW_LINES, [3]),
        ('1,"a\n' + "b\n" * (MAX_ROW_LINES - 2) + 'c"\n', []),
        ('1,"a\n2,"b\n', [2, 3]),
    ],
)
def test_a_quote_that_is_never_closed_costs_one_row_and_is_said_where_it_opens(tmp_path, text, bad):
    rows = list(read_rows(write(tmp_path, "card,name\n" + text), COLUMNS, ()))
    assert [row.line for row in rows if row.unclosed] == bad
    lines = text.count("\n") + (not text.endswith("\n"))
    assert [row.line for row in rows] == (list(range(2, 2 + lines)) if bad else [2])


def test_a_row_with_an_open_quote_is_left_out_with_its_line(sqlite_office, tmp_path):
    report = tmp_path / "report.csv"
    path = write(tmp_path, 'code,name,price\n4607102430016,"Шарф,990\n4607102430023,Кепка,890\n')
    assert take(sqlite_office, "products", path, report=report) == Imported(rows=2, added=1, refused=1)
    (left,) = csv.DictReader(report.open(encoding="utf-8-sig"))
    assert (left["line"], left["reason"]) == ("2", "a quote opens in line 2 and is never closed")


@pytest.mark.parametrize(("price", "free", "taken"), [("0", "", 0), ("0", "yes", 1), ("0.01", "", 1), ("1", "да", 0)])
def test_goods_for_nothing_are_goods_said_to_be_free(sqlite_office, tmp_path, price, free, taken):
    path = write(tmp_path, f"code,name,price,free\n4607102430016,Пакет,{price},{free}\n")
    assert take(sqlite_office, "products", path) == Imported(rows=1, added=taken, refused=1 - taken)


def test_a_quoted_field_may_hold_lines_and_the_count_of_lines_stays_right(tmp_path):
    rows = list(read_rows(write(tmp_path, 'card,name\n1,"two\nlines"\n2,b\n'), COLUMNS, ()))
    assert [(row.line, row.fields["card"]) for row in rows] == [(2, "1"), (4, "2")]


@pytest.mark.parametrize(("size", "wide"), [(MAX_FIELD_CHARS, False), (MAX_FIELD_CHARS + 1, True)])
def test_a_field_may_be_so_long_and_no_longer(tmp_path, size, wide):
    (row,) = read_rows(write(tmp_path, f"card,name\n1,{'x' * size}\n"), COLUMNS, ())
    assert row.wide == wide


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "csv.empty"),
        ("card,colour\n", "csv.column"),
        ("card,card\n", "csv.twice"),
        ("card\x00,name\n", "csv.binary"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_at_once(sqlite_office, tmp_path, text, code):
    with pytest.raises(BadInput) as bad:
        take(sqlite_office, "members", write(tmp_path, text))
    assert bad.value.code == code
