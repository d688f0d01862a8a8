"""`kopilka fiscal document`: a document of the register's memory for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from terminal.cli import main
from terminal.fiscal.document import fiscal_document
from terminal.fiscal.shown import shown
from terminal.fiscal.shtrih import Shtrih
from tests.support.fiscal import MemoryWire
from tests.support.fiscal_made import by_shtrih
from tests.support.fiscal_receipts import SALE

REGISTER = '[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nhost = "127.0.0.1"\ntcp_port = {port}\n'


def plain(lines: list[str]) -> list[str]:
    return [line.replace("\u00a0", " ") for line in lines]


def test_a_document_is_shown_tag_by_tag_with_groups_moved_in() -> None:
    said = plain(list(shown(by_shtrih(SALE), "ru")))
    assert said[5:16] == [
        "1054 Признак расчёта: приход",
        "1055 Система налогообложения: 1",
        "1209 Версия ФФД: 1.2",
        "1059 Предмет расчёта",
        "  1030 Наименование: Шарф клубный",
        "  1079 Цена за единицу: 1 250,00",
        "  1023 Количество: 2",
        "  1043 Стоимость: 2 500,00",
        "  1199 Ставка НДС: 20 %",
        "  1214 Признак способа расчёта: полный расчёт",
        "  1212 Признак предмета расчёта: товар",
    ]
    assert "  1023 Quantity: 0.456" in shown(by_shtrih(SALE), "en")


def test_what_has_no_name_is_shown_by_its_number_and_a_figure_without_a_meaning_as_it_is() -> None:
    fields = (("9999", b"\x01\xab"), ("vat", "none"), ("operation", 3), ("tax_system", 1))
    assert list(shown(fields, "en")) == [
        "9999: 01 ab", "1199 VAT rate: no VAT", "1054 Operation: 3", "1055 Tax system: 1",
    ]  # fmt: skip


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["fiscal", "document", *arguments, "--lang", "en"])
    return int(ended.value.code or 0)


def test_the_command_shows_a_document_and_says_where_there_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = VirtualShtrih()
    port = Shtrih(MemoryWire(register))
    port.open_shift("Анна")
    port.issue(fiscal_document(SALE))
    with on_tcp(register.receive) as (_, number):
        (tmp_path / "devices.toml").write_text(REGISTER.format(port=number))
        assert run("2", "--data", str(tmp_path)) == 0
        assert "1020 Total: 2,864.80" in capsys.readouterr().out
        assert run("3", "--data", str(tmp_path)) == 1
        assert "The register has no document 3" in capsys.readouterr().err


def test_without_a_register_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("2", "--data", str(tmp_path)) == 1
    assert "No register" in capsys.readouterr().err
