"""payment.db: what is told durable is there after a stop, a day counts once, a person may settle what is left."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from devices.payment.model import DayTotals
from devices.virtual.payment import Done, VirtualTerminal
from devices.virtual.served import on_tcp
from loyalty.errors import StoreFault
from terminal.cli import main
from terminal.payment_book import FILE, MOST_ENDED
from tests.support.kept_payments import TERMINAL, kept, opened
from tests.support.small_till import make_till


def test_what_is_kept_is_there_after_a_stop_in_its_order(tmp_path) -> None:
    rows = (kept(3, "asked"), kept(1, "approved"), kept(2, "undoing"))
    opened(tmp_path, *rows).close()
    book = opened(tmp_path)
    assert book.with_fate("asked", "approved", "undoing") == rows
    assert book.with_fate("undoing") == rows[2:]
    assert (book.kept_of(rows[1].reference), book.kept_of("ff")) == (rows[1], None)
    book.keep(kept(3, "done"))
    book.drop(rows[1].reference)
    assert book.with_fate("asked", "approved") == ()
    assert book.with_fate("done") == (kept(3, "done"),)
    book.close()


def test_a_day_counts_what_is_done_at_its_terminal_and_nothing_twice(tmp_path) -> None:
    book = opened(
        tmp_path, kept(1), kept(2, amount_minor=50_00), kept(3, kind="refund", amount_minor=20_00), kept(4, "undone"),
        kept(5, "approved"),
    )  # fmt: skip
    assert book.begin_day(TERMINAL, "one") == ("one",)
    assert book.sums_of_day("one") == DayTotals(2, 150_00, 1, 20_00)
    book.keep(kept(5, "done"))
    book.keep(kept(6, amount_minor=7_00))
    assert book.begin_day(TERMINAL, "two") == ("one", "two")
    assert book.sums_of_day("two") == DayTotals(2, 107_00)
    book.end_day("one")
    book.end_day("two")
    assert book.begin_day(TERMINAL, "three") == ("three",)
    assert book.sums_of_day("three") == DayTotals()
    assert book.begin_day("another", "four") == ("four",)
    book.close()


@pytest.mark.parametrize("over", [0, 1])
def test_so_many_operations_are_kept_once_their_day_has_ended(tmp_path, over) -> None:
    rows = tuple(kept(number) for number in range(1, MOST_ENDED + over + 1))
    opened(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        import msgspec

        connection.executemany(
            "INSERT INTO operation (reference, fate, terminal, raw) VALUES (?, ?, ?, ?)",
            [(row.reference, row.fate, row.terminal, msgspec.json.encode(row)) for row in rows],
        )
    book = opened(tmp_path)
    book.begin_day(TERMINAL, "one")
    book.end_day("one")
    assert len(book.with_fate("done")) == MOST_ENDED
    assert (book.kept_of(rows[0].reference) is None) is bool(over)
    book.close()


def test_a_book_of_another_version_is_refused(tmp_path) -> None:
    opened(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(StoreFault):
        opened(tmp_path)


# -- the command line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "till"
    make_till(made)
    return made


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_status_without_a_terminal_says_so(folder, capsys) -> None:
    code, out, _ = run(capsys, "payment", "status", "--data", folder, "--lang", "en")
    assert (code, out) == (0, "No terminal: devices.toml names none\nEverything is settled\n")


def test_status_asks_the_terminal_and_lists_what_is_open(folder, capsys) -> None:
    opened(folder, kept(1), kept(0xAB12, "undoing", amount_minor=123_45)).close()
    done = {"a": Done("sale", 200_00, "approved"), "b": Done("refund", 1_50, "approved")}
    with on_tcp(VirtualTerminal(done=done).receive) as (host, port):
        text = f'[[device]]\nkind = "payment"\ndriver = "virtual"\nhost = "{host}"\ntcp_port = {port}\n'
        (folder / "devices.toml").write_text(text, "utf-8")
        code, out, _ = run(capsys, "payment", "status", "--data", folder, "--lang", "en")
    first, totals, second = out.splitlines()
    assert (code, first) == (1, "Terminal: VT000001")
    assert totals == "Since its last settlement: payments 1, 200.00; refunds 1, 1.50"
    assert not any(each.settled for each in done.values())
    # 43.794 s after 14 November 2023, 22:13:20 UTC, by a clock in Moscow.
    assert second == "0000ab12  15 Nov 2023 01:14  payment 123.45 043794  VT000001  to be undone"


def test_of_a_terminal_worked_by_hand_status_tells_no_totals(folder, capsys) -> None:
    (folder / "devices.toml").write_text('[[device]]\nkind = "payment"\ndriver = "manual"\n', "utf-8")
    code, out, _ = run(capsys, "payment", "status", "--data", folder, "--lang", "ru")
    assert (code, out) == (0, "Терминал: manual\nВсё решено\n")


def test_settle_takes_a_persons_word_for_one_open_operation(folder, capsys) -> None:
    opened(folder, kept(0xAA11, "undoing"), kept(0xBB22, "asked"), kept(0xCC22)).close()
    code, out, _ = run(capsys, "payment", "settle", "aa11", "--not-charged", "--data", folder, "--lang", "en")
    assert (code, out) == (0, "Settled: aa11\n")
    run(capsys, "payment", "settle", "22", "--receipt", "T1-000009", "--data", folder, "--lang", "en")
    book = opened(folder)
    assert [(row.fate, row.receipt) for row in book.with_fate("done", "undone")] == [
        ("undone", ""), ("done", "T1-000009"), ("done", ""),
    ]  # fmt: skip
    book.close()


@pytest.mark.parametrize("reference", ["", "ff", "1"])
def test_settle_refuses_what_is_not_open_or_is_several(folder, capsys, reference) -> None:
    opened(folder, kept(0xA1, "undoing"), kept(0xB1, "undoing"), kept(0xFF)).close()
    code, _, err = run(capsys, "payment", "settle", reference, "--not-charged", "--data", folder, "--lang", "en")
    assert (code, err) == (1, f"No unsettled operation {reference}\n")


def test_settle_needs_one_word(folder, capsys) -> None:
    assert run(capsys, "payment", "settle", "aa", "--data", folder)[0] == 2
    assert run(capsys, "payment", "settle", "aa", "--receipt", "1", "--not-charged", "--data", folder)[0] == 2


def test_the_doctor_names_a_silent_terminal_and_what_is_not_settled(folder, capsys) -> None:
    opened(folder, kept(0xAA11, "undoing")).close()
    text = '[[device]]\nkind = "payment"\ndriver = "virtual"\nhost = "127.0.0.1"\ntcp_port = 9\n'
    (folder / "devices.toml").write_text(text, "utf-8")
    code, out, _ = run(capsys, "devices", "doctor", "--data", folder, "--lang", "en")
    assert code == 1
    assert "payment: The bank terminal does not answer" in out
    assert "A card payment is not settled: 0000aa11" in out
