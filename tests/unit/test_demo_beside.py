"""The demo's fiscal register and payment terminal: a till sells through both, and what they did stands in files."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from loyalty.coupons.reading import Coupon, read_coupon
from loyalty.documents.programme_file import parse_programme
from loyalty.sentences import Lang
from terminal.cli.demo import BESIDE, HINT
from terminal.demo.beside import BANK, REGISTER, ZONE, played_beside
from terminal.demo.goods import COUPON
from terminal.demo.phone import DEMO_PHONE
from terminal.opened import opened_till
from terminal.session import commands as c
from tests.support.counter import TEA
from tests.support.small_till import make_till

SOON_S = 60
NARROW = 80
CLUB = parse_programme((Path(__file__).parents[2] / "loyalty" / "programmes" / "club.toml").read_text("utf-8"))


def test_a_sale_by_card_is_one_document_and_one_charge_and_both_are_told_in_files(tmp_path: Path) -> None:
    make_till(tmp_path / "till")
    done = threading.Event()
    with (
        played_beside(tmp_path, "en", register=True, bank=True) as beside,
        opened_till(tmp_path / "till", lang="en", sync_at_once=False, beside=beside.devices) as till,
    ):
        till.engine.watch(lambda view: done.set() if view.state.mode == "done" else None)
        for command in (c.OpenShift("Olga"), c.Scan(TEA.code), c.Pay(), c.Tender("card")):
            till.engine.dispatch(command)
        assert done.wait(SOON_S)
        (document,) = beside.register.memory.receipts()
        assert (document.total_minor, beside.bank.charged()) == (100_00, [("sale", 100_00)])
    assert (tmp_path / REGISTER).read_text() == "FD 1: shift opened\nFD 2: receipt 100.00\n"
    assert (tmp_path / BANK).read_text() == "sale 100.00: approved, code 000001\n"


def test_what_they_remember_outlasts_the_demo(tmp_path: Path) -> None:
    """Then the next start's close of the day agrees with the receipts of the one before."""
    make_till(tmp_path / "till")
    sale: tuple[c.Command, ...] = (c.Scan(TEA.code), c.Pay(), c.Tender("card"))
    for commands in ((c.OpenShift("Olga"), *sale), sale):
        done = threading.Event()
        with (
            played_beside(tmp_path, "en", register=True, bank=True) as beside,
            opened_till(tmp_path / "till", lang="en", sync_at_once=False, beside=beside.devices) as till,
        ):
            till.engine.watch(lambda view, done=done: done.set() if view.state.mode == "done" else None)  # type: ignore[misc]
            for command in commands:
                till.engine.dispatch(command)
            assert done.wait(SOON_S)
    assert [each.number for each in beside.register.memory.receipts()] == [2, 3]
    assert sorted(each.code for each in beside.bank.done.values()) == ["000001", "000002"]


def test_a_memory_that_cannot_be_read_is_begun_anew(tmp_path: Path) -> None:
    for name in (REGISTER, BANK):
        (tmp_path / name).with_suffix(".kept").write_bytes(b"\xc1")
    with played_beside(tmp_path, "en", register=True, bank=True) as beside:
        assert (beside.register.memory.documents, beside.bank.done) == ([], {})


@pytest.mark.parametrize(("register", "bank", "kinds"), [(True, False, ["fiscal"]), (False, True, ["payment"])])
def test_each_may_be_there_without_the_other(tmp_path: Path, register: bool, bank: bool, kinds: list[str]) -> None:
    with played_beside(tmp_path, "ru", register=register, bank=bank) as beside:
        assert [device.kind for device in beside.devices] == kinds


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_what_the_idle_screen_says_of_the_demo_is_so_and_has_room_on_a_narrow_screen(lang: Lang) -> None:
    phone = DEMO_PHONE.removeprefix("+7")
    login = "demo / abcd-efgh-ijkl"
    hint = HINT[lang].format(url="http://127.0.0.1:65535", login=login, phone=phone, coupon=COUPON[lang])
    beside = BESIDE[lang][1].format(files=f"{REGISTER}, {BANK}", folder="/home/cashier/.local/share/kopilka/demo")
    assert [line for line in (*hint.splitlines(), BESIDE[lang][0], beside) if len(line) > NARROW - 2] == []
    assert isinstance(read_coupon(COUPON[lang], CLUB.coupons, None), Coupon)
    assert CLUB.time_zone == ZONE
