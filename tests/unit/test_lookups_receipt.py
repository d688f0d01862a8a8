"""Another till's receipt: the cashier hears whether there is none, or whether nobody could say."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.api import ErrorReply
from loyalty.errors import LinkFault, StoreFault
from loyalty.sentences import sentence
from terminal.lookups import Lookups
from terminal.offline_queue.http_reply import Refusal
from terminal.session import commands as c
from tests.support.counter import ANNA
from tests.support.small_till import Rig, opened_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with opened_rig(tmp_path / "till") as opened:
        yield opened


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Refusal(404, ErrorReply("unknown", "there is no such receipt"), 0), "receipt.none"),
        (Refusal(503, ErrorReply("busy", "try again"), 5), "receipt.unknown"),
        (LinkFault(sentence("link.offline")), "receipt.unknown"),
    ],
)
def test_a_receipt_that_nobody_made_is_told_from_one_that_cannot_be_asked_for(
    rig: Rig, fault: Exception, said: str
) -> None:
    answers: queue.Queue[c.Command] = queue.Queue()

    def asked(number: str) -> c.ReceiptFound:
        raise fault

    asking = Lookups(rig.store, asked, answers.put).receipt(c.FindReceipt("T9-000001"), online=True)
    assert asking == c.Notify("info", sentence("receipt.asking", number="T9-000001"))
    answer = answers.get(timeout=60)
    assert isinstance(answer, c.Notify)
    assert (answer.level, answer.said) == ("error", sentence(said, number="T9-000001"))
    assert answer.hint == sentence(f"{said}.hint")


def test_a_bank_card_that_cannot_be_looked_up_beside_a_receipt_is_nobody_s_trouble(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cashier reads "done" and the change, not why a question nobody asked has no answer."""

    def damaged(token: str) -> None:
        raise StoreFault(sentence("store.damaged", file="journal-index.db"))

    monkeypatch.setattr(rig.store.journal, "bank_card", damaged)
    assert rig.lookups.nobodys_card(c.AskBankCard(ANNA, "0f" * 16, "1234")) is None
