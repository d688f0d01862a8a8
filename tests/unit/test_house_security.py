"""docs/SECURITY.md against the files that are really made: their modes, and what a revoked till may still do."""

from __future__ import annotations

import re
import sqlite3
import stat
from pathlib import Path

import httpx
import msgspec
import pytest

from loyalty.api import EnrolReply
from loyalty.basket import Basket, BasketLine
from loyalty.catalogue import Product
from sync_server import confirmations, users
from sync_server import enrol as head_office_enrol
from sync_server.console import demo_user, login, sessions, tries
from sync_server.refusals import Refused
from terminal.agent.token import token_of
from terminal.cli.logs import log_to
from terminal.fiscal_book import FiscalBook
from terminal.offline_queue.enrol import enrol
from terminal.offline_queue.store import open_store
from terminal.open_basket import OpenBasket
from terminal.payment_book import PaymentBook
from tests.support.server import opened_office

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "SECURITY.md").read_text("utf-8")
REPLY = EnrolReply("0a" * 16, 1, "s1", "Shop", "40" * 32, "2990001", "41" * 32, "0b" * 8, "0c" * 16)


def modes_told() -> dict[str, str]:
    """File -> mode, from the tables of files."""
    told: dict[str, str] = {}
    for names, modes in re.findall(r"^\| (`[^|]+) \| (0[0-7]{3}[^|]*) \|", PAGE, re.MULTILINE):
        found = re.findall(r"0[0-7]{3}", modes)
        told.update(zip(re.findall(r"`([^`]+)`", names), found, strict=False))
    return told


def mode_of(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


def test_the_files_of_a_till_have_the_modes_of_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "till"
    answer = httpx.MockTransport(
        lambda request: httpx.Response(200, stream=httpx.ByteStream(msgspec.json.encode(REPLY)))
    )
    enrol("http://office.example", "12345678", "Till", folder, answer)
    store = open_store(folder, ballast_bytes=4096)
    store.keys.begin(2)
    store.close()
    for book in (PaymentBook(folder), FiscalBook(folder)):
        book.close()
    token_of(folder)
    log_to(folder)
    OpenBasket(folder).keep(Basket(lines=(BasketLine(1, Product("1", "Tea", ()), 1000, 100),)), "shift", 1)
    told = modes_told()
    files = {path.name: mode_of(path) for path in folder.iterdir()}
    assert files == {name: told[name] for name in files}
    assert set(told) - set(files) == {"head_office.db", "console-password.txt"}
    assert mode_of(folder) == "0700"
    assert "made with mode 0700" in PAGE


def test_a_new_head_office_s_database_is_its_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "office" / "head_office.db"
    with opened_office(f"sqlite:///{path}"):
        shared = {each.name: mode_of(each) for each in path.parent.iterdir()}
    assert set(shared.values()) == {modes_told()["head_office.db"]}
    assert mode_of(path.parent) == "0700"


def test_the_demo_s_password_is_its_owner_s_alone(tmp_path: Path) -> None:
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        path = demo_user.make_demo_user(office.store, tmp_path, 0, office.random)
    assert path is not None
    assert mode_of(path) == modes_told()[path.name]


def test_a_till_revoked_by_the_statement_of_the_page_is_told_so(tmp_path: Path) -> None:
    statement = re.findall(r"```sql revoke\n(.*?)\n```", PAGE, re.DOTALL)[0]
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        tills = [office.till(f"till {number}") for number in range(3)]
        with sqlite3.connect(tmp_path / "office.db") as database:
            database.execute(statement)
        tills[0].put(tills[0].sale())
        with pytest.raises(Refused) as refused:
            tills[2].put(tills[2].sale())
    assert refused.value.reply.code == "revoked"


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    minutes = head_office_enrol.CODE_LIFE_MS // 60_000
    assert f"{head_office_enrol.CODE_DIGITS} digits, {minutes} minutes, once" in PAGE
    assert head_office_enrol.CODE_TRIES == 5
    life, gap = confirmations.CODE_LIFE_MS // 60_000, confirmations.GAP_MS // 1000
    guesses, an_hour = confirmations.CODE_TRIES, confirmations.MEMBER_AN_HOUR
    said = f"{confirmations.CODE_DIGITS} digits from the system's randomness, {life} minutes, {guesses} guesses"
    assert said in PAGE
    assert (
        f"one each {gap} s and {an_hour} an hour to a member, {confirmations.TILL_AN_HOUR} an hour for a till" in PAGE
    )
    assert f"1 case of {10**confirmations.CODE_DIGITS // (guesses * an_hour):,}" in PAGE
    assert f"Argon2id, {users.MIN_PASSWORD_CHARS} to {users.MAX_PASSWORD_CHARS} characters" in PAGE
    assert (login.TRIES_OF_ADDRESS, login.TRIES_OF_NAME) == (5, 50)
    assert f"from {tries.FIRST_PAUSE_MS // 60_000} to {tries.LONGEST_PAUSE_MS // 60_000} minutes" in PAGE
    assert f"{sessions.SESSION_MS // 3_600_000} hours, ten a user" in PAGE
    assert sessions.SESSIONS_OF_USER == 10
