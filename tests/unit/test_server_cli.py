"""What `kopilka-server` says on the command line: in the language of the system, each sentence in both."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import re
import sys
from io import StringIO

import pytest

import sync_server
from sync_server.cli import main

PLACE = re.compile(r"\{(\w+)")


def test_both_languages_of_the_head_office_name_the_same_figures():
    def figures(text: str) -> set[str]:
        return {re.sub(r"_(ru|en)$", "", name) for name in PLACE.findall(text)}

    found: dict[str, tuple[str, str]] = {}
    for module in pkgutil.walk_packages(sync_server.__path__, "sync_server."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            found |= getattr(importlib.import_module(module.name), "SENTENCES", {})
    assert {code for code, (russian, english) in found.items() if figures(russian) != figures(english)} == set()


def test_what_is_said_follows_the_language_of_the_system(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", StringIO("long enough\n"))
    for name in ("KOPILKA_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    goods = tmp_path / "goods.csv"
    goods.write_text("code,name,price\n4607102430016,Шарф,990\n", "utf-8")
    done: tuple[tuple[tuple[str, ...], str], ...] = (
        (("init",), "Головной офис готов"),
        (("publish", "club"), "опубликована."),
        (("publish", "club"), "уже была опубликована"),
        (("import", "products", str(goods), "--dry-run"), "1 строка: добавилось бы 1, изменилось бы 0, уже так 0"),
        (("books", "NOSUCH"), "NOSUCH: такого счёта нет"),
        (("books",), "0 чеков, 0 событий, записано дважды: 0; книги сходятся."),
        (("user", "admin"), "Пользователь admin (owner) может войти."),
        (("audience", "list"), ""),
        (("expire",), "не сгорело ничего"),
        (("purge",), "Убрано: удалённых строк 0"),
        (("purge", "--dry-run", "--days", "3"), "Убралось бы: удалённых строк 0"),
        (("parked", "list"), "Ничего не отложено."),
        (("parked", "replay"), "Учтено 0 событий, отложено осталось 0."),
    )
    for words, said in done:
        monkeypatch.setattr(sys, "argv", ["kopilka-server", *words, "--data", str(tmp_path / "data")])
        with contextlib.suppress(SystemExit):
            main()
        told = capsys.readouterr()
        assert said in told.out, (words, told)
    refused: tuple[tuple[tuple[str, ...], str], ...] = (
        (("enrol", "--store", "S 1"), "без пробелов"),
        (("user", "vi ewer"), "без пробелов"),
        (("import", "horses", str(goods)), "Импортировать можно"),
    )
    for words, said in refused:
        monkeypatch.setattr(sys, "argv", ["kopilka-server", *words, "--data", str(tmp_path / "data")])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1
        assert said in capsys.readouterr().err
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    monkeypatch.setattr(sys, "argv", ["kopilka-server", "--lang", "en", "books", "--data", str(tmp_path / "data")])
    with contextlib.suppress(SystemExit):
        main()
    assert "0 receipts, 0 events, 0 stored twice; the books balance." in capsys.readouterr().out


def test_a_member_is_erased_after_being_asked_for_and_a_restored_copy_follows(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    members, data, copy = tmp_path / "members.csv", tmp_path / "data", tmp_path / "copy.db"
    members.write_text("card,phone,name\n2990001000018,+79031234567,Krusenstern Pelagia\n", "utf-8")

    def said(*words: str, typed: str = "") -> str:
        monkeypatch.setattr(sys, "stdin", StringIO(typed))
        monkeypatch.setattr(sys, "argv", ["kopilka-server", *words, "--data", str(data)])
        with contextlib.suppress(SystemExit):
            main()
        told = capsys.readouterr()
        return told.out + told.err

    for words in (("init",), ("publish", "club"), ("import", "members", str(members)), ("backup", str(copy))):
        said(*words)
    assert "Pelagia K.: 1 records of the member, 1 cards, 1 phones" in said("erase", "2990001000018", "--dry-run")
    assert "Erase all of this?" in said("erase", "2990001000018", typed="n\n")
    assert "Krusenstern" in (data / "head_office.db").read_bytes().decode(errors="replace")
    assert "Receipts and ledger stay" in said("erase", "+7 903 123-45-67", typed="y\n")
    assert "There is no member" in said("erase", "2990001000018", "--yes")
    assert b"Krusenstern" not in (data / "head_office.db").read_bytes()
    assert "Erased again: 1 member" in said("restore", str(copy))
    assert "Krusenstern" in copy.read_bytes().decode(errors="replace"), "the copy itself is nobody's to change"
    assert b"Krusenstern" not in (data / "head_office.db").read_bytes()
    assert "There is no member" in said("erase", "2990001000018", "--yes")
    assert "Erased again: 1 member" in said("restored")
    assert "all is sound" in said("verify")
