"""No sequence of wrong, late, superseded codes, or codes of others, confirms a phone; the right one does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.api import CheckRequest, ConfirmRequest
from loyalty.codes import card_number
from sync_server.confirmations import CODE_LIFE_MS, CODE_TRIES, GAP_MS, check_confirmation, start_confirmation
from sync_server.messages.port import Message
from sync_server.personal import store_personal
from sync_server.refusals import Refused
from tests.support.server import T0_MS, TestOffice, Till, hex_id, opened_office

MEMBERS = (hex_id("m", 0), hex_id("m", 1))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 1), st.integers(0, 1)),
        st.tuples(st.just("wait"), st.sampled_from([1, GAP_MS, CODE_LIFE_MS - 1, CODE_LIFE_MS]), st.just(0)),
        st.tuples(st.just("say"), st.integers(0, 1), st.integers(0, 9)),
    ),
    max_size=30,
)


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator[TestOffice]:
    with opened_office(f"sqlite:///{tmp_path_factory.mktemp('confirm') / 'office.db'}") as made:
        yield made


@pytest.fixture(scope="module")
def tills(office: TestOffice) -> list[Till]:
    tills = [office.till("one"), office.till("two")]
    for number, member in enumerate(MEMBERS):
        event, personal = tills[0].enrolled(member, card_number("2990001", number), f"+7916000000{number}")
        tills[0].put(event)
        office.apply()
        store_personal(office.store, office.identity, (personal,))
    return tills


@dataclass
class Live:
    """The one code of a member, as it must stand."""

    id: str
    till: int
    code: str
    made_ms: int
    tries: int = 0
    last: str = ""
    confirmed: bool = False


class World:
    """What must be true, kept apart from what is asked."""

    def __init__(self, office: TestOffice, tills: list[Till], now_ms: int) -> None:
        self.office, self.tills, self.now_ms = office, tills, now_ms
        self.asked: list[Live] = []
        self.live: dict[int, Live] = {}

    def ask(self, member: int, till: int) -> None:
        sent: list[Message] = []

        def put(message: Message) -> bool:
            sent.append(message)
            return True

        of = ConfirmRequest(hex_id("id", self.now_ms, len(self.asked), member), MEMBERS[member], MEMBERS[member])
        office = self.office
        with suppress(Refused):  # too soon after the last one
            start_confirmation(
                office.store, office.identity, self.tills[till].terminal, of, self.now_ms, office.random,
                put,
            )  # fmt: skip
        for message in sent:
            code = re.findall(r"\d{6}", message.text)[0]
            self.live[member] = Live(of.confirmation_id, till, code, self.now_ms)
            self.asked.append(self.live[member])

    def say(self, member: int, choice: int) -> None:
        """A code that was sent to somebody or a guess, under the id of some code, at the till of that or at another."""
        if not self.asked:
            return
        named = self.asked[-1 - choice % len(self.asked)]
        till = 1 - named.till if choice in (3, 7) else named.till
        code = named.code if choice < 8 else f"{(int(named.code) + choice) % 10**6:06d}"
        of = CheckRequest(MEMBERS[member], MEMBERS[member], code)
        office = self.office
        got = check_confirmation(office.store, office.identity, self.tills[till].terminal, named.id, of, self.now_ms)
        assert (got.state == "confirmed") == self.must_confirm(member, named.id, till, code)

    def must_confirm(self, member: int, id: str, till: int, code: str) -> bool:
        live = self.live.get(member)
        if live is None or (live.id, live.till) != (id, till):
            return False
        if live.confirmed:
            return live.code == code
        if live.tries == CODE_TRIES or self.now_ms >= live.made_ms + CODE_LIFE_MS:
            return False
        live.confirmed = live.code == code
        if not live.confirmed and live.last != code:
            live.tries, live.last = live.tries + 1, code
        return live.confirmed


@settings(max_examples=40)
@given(steps=STEPS, start=st.integers(0, 10**9))
def test_only_the_one_live_code_of_the_member_at_its_till_confirms(
    office: TestOffice, tills: list[Till], steps: list[tuple[str, int, int]], start: int
) -> None:
    office.now_ms += 24 * 3600 * 1000
    world = World(office, tills, max(T0_MS, office.now_ms))
    for what, one, two in steps:
        match what:
            case "ask":
                world.ask(one, two)
            case "wait":
                world.now_ms += one
            case _:
                world.say(one, two)
    office.now_ms = world.now_ms
