"""The phone of the demo: a member's own, and what was sent to it is said on the till, once."""

from __future__ import annotations

import itertools
import threading

from sync_server.demo_data import demo_member_rows
from terminal.demo.phone import DEMO_PHONE, TRIES, showing_messages
from terminal.session import commands as c
from tests.ui import shop
from tests.ui.fake_till import FakeTill

WAIT_S = 60.0
TEXT = "Code 402913. Tell it to the cashier"


class Written:
    """Messages that are there from the `late`-th look on."""

    def __init__(self, late: int = 1) -> None:
        self.late = late
        self.asked: list[str] = []
        self.enough = threading.Event()

    def message(self, message_id: str) -> str:
        self.asked.append(message_id)
        if len(self.asked) == TRIES:
            self.enough.set()
        return TEXT if len(self.asked) >= self.late else ""


def sent(till: FakeTill) -> threading.Event:
    """A code on its way to the member's phone; set once the till has said what the message is."""
    said = threading.Event()
    till.watch(lambda view: said.set() if _notice(till) == "demo.sms" else None)
    for command in (c.Scan(shop.MUG.code), c.Type(shop.PHONE), c.ConfirmPhone(), c.CodeSent("code 1", 6, 30)):
        till.post(command)
    return said


def _notice(till: FakeTill) -> str:
    notice = till._state.notice
    return notice.said.code if notice else ""


def test_the_demo_s_phone_is_that_of_a_member_with_points() -> None:
    row = next(itertools.islice(demo_member_rows(4), 3, None))
    assert row.fields["phone"] == DEMO_PHONE
    assert int(row.fields["points"]) > 1000


def test_a_message_is_said_once_though_it_comes_late() -> None:
    till, written = FakeTill(), Written(late=2)
    with showing_messages(till, written):
        assert sent(till).wait(WAIT_S)
        till.post(c.Refresh())
    notice = till.view().state.notice
    assert notice is not None
    assert notice.said.args == {"tail": "67", "text": TEXT}
    assert written.asked == ["code 1", "code 1"]


def test_a_message_that_never_comes_is_asked_for_three_times() -> None:
    till, written = FakeTill(), Written(late=TRIES + 1)
    with showing_messages(till, written):
        sent(till)
        assert written.enough.wait(WAIT_S)
    assert _notice(till) == "confirm.sent"
