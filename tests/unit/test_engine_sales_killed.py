"""A till that dies amid a sale, or is left with one on its screen: the basket is back, once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.sentences import sentence
from terminal.fiscal.register import Refused
from terminal.open_basket import FILE
from terminal.session import commands as c
from tests.support.counter import ANNA, CUP, TEA
from tests.support.small_till import Rig, do, opened_rig, said
from tests.support.spy import Spy, events_of


@pytest.fixture
def spy() -> Spy:
    return Spy()


@pytest.fixture
def rig(tmp_path: Path, spy: Spy) -> Iterator[Rig]:
    with opened_rig(tmp_path / "till", spy) as opened:
        spy.rig = opened
        yield opened


ROOT = Path(__file__).resolve().parents[2]
KILLED = """
import os, signal, sys
from pathlib import Path
from terminal.session import commands as c
from tests.support.counter import CARD, CUP, TEA
from terminal.fiscal.register import NoRegister
from tests.support.small_till import opened_rig

class Death(NoRegister):
    def register(self, receipt, key, buyer=""):
        os.kill(os.getpid(), signal.SIGKILL)

scans = [c.Scan(code) for code in (CARD, TEA.code, TEA.code, CUP.code)]
with opened_rig(Path(sys.argv[1]), Death()) as rig:
    for command in (c.OpenShift("Ольга"), *scans, c.Pay(), c.Tender("cash")):
        rig.engine.dispatch(command)
"""
KILLED_AMID_SALE = KILLED.replace(
    'c.Tender("cash")):\n        rig.engine.dispatch(command)',
    'c.Tender("cash", 1_00)):\n        rig.engine.dispatch(command)\n    os.kill(os.getpid(), signal.SIGKILL)',
)


def test_a_till_killed_amid_a_receipt_shows_it_again(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AMID_SALE, str(tmp_path / "till")], cwd=ROOT, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    for _ in range(2):  # a start changes nothing
        with opened_rig(tmp_path / "till") as rig:
            state = rig.engine.view().state
            assert (state.mode, said(state), state.basket.payment) == ("sale", "till.basket_back", "")
            assert state.notice is not None
            assert state.notice.hint == sentence("till.taken_cash", cash_minor=1_00)
            assert [(line.product.code, line.qty_milli) for line in state.basket.lines] == [
                (TEA.code, 2000),
                (CUP.code, 1000),
            ]
            assert state.basket.member is not None
            assert state.quote is not None
            assert state.quote.total_minor == 650_50
    with opened_rig(tmp_path / "till") as rig:
        lines = do(rig, c.Scan(CUP.code)).basket.lines
        assert len({line.line_id for line in lines}) == len(lines)
        assert do(rig, c.Pay(), c.Tender("cash")).mode == "done"
    with opened_rig(tmp_path / "till") as rig:
        assert rig.engine.view().state.basket.lines == ()


def test_a_receipt_left_empty_void_or_of_another_shift_does_not_come_back(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "till") as rig:
        do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.VoidReceipt())
    with opened_rig(tmp_path / "till") as rig:
        assert rig.engine.view().state.basket.lines == ()
        do(rig, c.Scan(TEA.code))
        kept = (tmp_path / "till" / FILE).read_bytes()
        assert (tmp_path / "till" / FILE).stat().st_mode & 0o777 == 0o600
        do(rig, c.Pay(), c.Tender("cash"))
        assert not (tmp_path / "till" / FILE).exists()
    for old in (kept, kept.replace(b'"shift_id":"', b'"shift_id":"x'), b"{", b""):
        (tmp_path / "till" / FILE).write_bytes(old)
        with opened_rig(tmp_path / "till") as rig:
            assert rig.engine.view().state.basket.lines == ()


def test_a_receipt_is_no_longer_kept_once_it_is_being_recorded_and_kept_again_when_that_fails(
    rig: Rig, spy: Spy
) -> None:
    there: list[bool] = []
    file = rig.store.folder / FILE
    spy.meanwhile = lambda: there.append(file.exists())
    spy.answer = Refused(sentence("store.full"))
    state = do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert (state.mode, there, file.exists()) == ("pay", [False], True)


def test_without_a_screen_the_receipt_that_was_on_it_waits(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "till") as rig:
        do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code))
    with opened_rig(tmp_path / "till", screen=False) as rig:
        assert do(rig, c.Refresh()).basket.lines == ()
    with opened_rig(tmp_path / "till") as rig:
        assert [line.product for line in rig.engine.view().state.basket.lines] == [TEA]


def killed_amid_payment(folder: Path) -> None:
    killed(KILLED, folder)


def killed(script: str, folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", script, str(folder)], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_a_till_killed_between_prepared_and_completed_has_the_basket_back_on_the_screen(tmp_path: Path) -> None:
    killed_amid_payment(tmp_path / "till")
    with opened_rig(tmp_path / "till") as rig:
        state = rig.engine.view().state
        assert (state.mode, said(state)) == ("sale", "till.unfinished")
        assert [(line.product.code, line.qty_milli) for line in state.basket.lines] == [
            (TEA.code, 2000),
            (CUP.code, 1000),
        ]
        assert state.basket.member is not None
        assert state.basket.member.member_id == ANNA.member_id
        assert state.quote is not None
        assert state.quote.total_minor == 650_50
        assert events_of(rig) == 1
        state = do(rig, c.Scan(CUP.code), c.Pay(), c.Tender("cash"))
        assert state.mode == "done"
        assert events_of(rig) == 2
    with opened_rig(tmp_path / "till") as rig:
        assert rig.engine.view().state.basket.lines == ()
        assert rig.engine.view().state.shift is not None


def test_a_start_without_a_screen_leaves_the_basket_for_the_next_start_with_one(tmp_path: Path) -> None:
    killed_amid_payment(tmp_path / "till")
    with opened_rig(tmp_path / "till", screen=False) as rig:
        assert rig.engine.view().state.basket.lines == ()
        assert len(rig.store.journal.prepared()) == 1
    with opened_rig(tmp_path / "till") as rig:
        assert len(rig.engine.view().state.basket.lines) == 2
        assert rig.store.journal.prepared() == ()


@pytest.mark.parametrize(("spoiled", "told"), [(b"no database at all", "cache.damaged"), (None, "cache.empty")])
def test_a_till_that_lost_its_cache_says_so_at_its_start(tmp_path: Path, spoiled: bytes | None, told: str) -> None:
    folder = tmp_path / "till"
    with opened_rig(folder) as rig:
        do(rig, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    cache = folder / "cache.db"
    cache.unlink()
    if spoiled:
        cache.write_bytes(spoiled)
    with opened_rig(folder) as rig:
        assert said(rig.engine.view().state) == told
