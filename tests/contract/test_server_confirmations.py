"""Codes that confirm phones at the head office, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from sqlalchemy import select

from loyalty.api import CheckReply, CheckRequest, ConfirmReply, ConfirmRequest
from loyalty.codes import card_number
from loyalty.events import bucket_of, canonical
from loyalty.feed import IdentRow
from loyalty.sentences import Lang
from sync_server.confirmations import (
    CODE_LIFE_MS,
    CODE_TRIES,
    GAP_MS,
    HOUR_MS,
    MEMBER_AN_HOUR,
    TILL_AN_HOUR,
    check_confirmation,
    start_confirmation,
)
from sync_server.demo_data import publish_demo
from sync_server.families import create_family
from sync_server.member_changes import Wish
from sync_server.merging import merge_members
from sync_server.messages.port import Message
from sync_server.personal import store_personal
from sync_server.refusals import Refused
from sync_server.rows import update_rows
from sync_server.schema import CONFIRMATION, FEED
from tests.support.server import T0_MS, TestOffice, Till, hex_id

ANNA, BORIS, NOBODY = hex_id("anna"), hex_id("boris"), hex_id("nobody")
PHONES = {ANNA: "+79161234567", BORIS: "+79169876543"}
ONE, TWO = hex_id("one"), hex_id("two")


class Counter:
    """A till that confirms phones, and what the head office sent for it."""

    def __init__(self, office: TestOffice, till: Till) -> None:
        self.office, self.till = office, till
        self.sent: list[Message] = []
        self.room = True

    def put(self, message: Message) -> bool:
        if self.room:
            self.sent.append(message)
        return self.room

    def start(self, id: str = ONE, member: str = ANNA, lang: Lang = "ru", at_ms: int = T0_MS) -> ConfirmReply:
        asked = ConfirmRequest(id, member, member, lang)
        office = self.office
        return start_confirmation(
            office.store, office.identity, self.till.terminal, asked, at_ms, office.random, self.put
        )

    def check(self, code: str, id: str = ONE, member: str = ANNA, at_ms: int = T0_MS) -> CheckReply:
        asked = CheckRequest(member, member, code)
        return check_confirmation(self.office.store, self.office.identity, self.till.terminal, id, asked, at_ms)

    def code(self) -> str:
        found = re.search(r"\b\d{6}\b", self.sent[-1].text)
        assert found
        return found.group()

    def wrong(self, number: int = 0) -> str:
        """A code that is not the one sent; another one for each number."""
        return f"{(int(self.code()) + 1 + number) % 10**6:06d}"


@pytest.fixture
def counter(office: TestOffice) -> Counter:
    till = office.till()
    for number, (member, phone) in enumerate(PHONES.items()):
        event, personal = till.enrolled(member, card_number("2990001", number), phone)
        till.put(event)
        office.apply()
        store_personal(office.store, office.identity, (personal,))
    return Counter(office, till)


def refusal(of, *args, **more) -> Refused:
    with pytest.raises(Refused) as caught:
        of(*args, **more)
    return caught.value


def test_a_code_goes_to_the_member_s_phone_and_confirms_it(counter: Counter) -> None:
    assert counter.start() == ConfirmReply(digits=6, good_for_s=300, resend_after_s=30)
    (message,) = counter.sent
    assert (message.phone, message.message_id) == ("+79161234567", ONE)
    assert counter.check(counter.code()) == CheckReply("confirmed", 0)
    assert counter.check(counter.code()) == CheckReply("confirmed", 0)


def test_the_text_is_in_the_till_s_language_and_names_the_programme(counter: Counter) -> None:
    counter.start()
    counter.start(TWO, BORIS, "en")
    assert [message.text for message in counter.sent] == [
        f"Код {counter.sent[0].text[4:10]}. Назовите его кассиру, чтобы списать баллы",
        f"Code {counter.sent[1].text[5:11]}. Tell it to the cashier to spend points",
    ]
    publish_demo(counter.office.store, counter.office.identity)
    counter.start(hex_id("three"), ANNA, "ru", T0_MS + GAP_MS)
    assert counter.sent[-1].text.endswith("чтобы списать баллы. Клуб болельщиков")


def test_a_wrong_code_says_how_many_guesses_are_left_and_the_last_ends_it(counter: Counter) -> None:
    counter.start()
    left = [counter.check(counter.wrong(number)) for number in range(CODE_TRIES)]
    assert left == [*(CheckReply("wrong", n) for n in (4, 3, 2, 1)), CheckReply("ended", 0)]
    assert counter.check(counter.code()) == CheckReply("ended", 0)


def test_the_right_code_after_four_wrong_ones_confirms(counter: Counter) -> None:
    counter.start()
    for number in range(CODE_TRIES - 1):
        counter.check(counter.wrong(number))
    assert counter.check(counter.code()).state == "confirmed"


def test_the_same_wrong_code_again_costs_no_guess(counter: Counter) -> None:
    counter.start()
    assert [counter.check(counter.wrong()).tries_left for _ in range(7)] == [4] * 7


def test_a_code_lives_five_minutes(counter: Counter) -> None:
    counter.start()
    assert counter.check(counter.code(), at_ms=T0_MS + CODE_LIFE_MS) == CheckReply("ended", 0)
    assert counter.check(counter.code(), at_ms=T0_MS + CODE_LIFE_MS - 1) == CheckReply("confirmed", 0)


def test_asked_again_with_one_id_one_message_is_sent(counter: Counter) -> None:
    counter.start()
    assert counter.start(at_ms=T0_MS + 10_000) == ConfirmReply(digits=6, good_for_s=290, resend_after_s=20)
    assert len(counter.sent) == 1
    assert counter.check(counter.code()).state == "confirmed"


def test_a_member_gets_no_second_code_within_half_a_minute_from_any_till(counter: Counter) -> None:
    counter.start()
    other = Counter(counter.office, counter.office.till("other"))
    refused = refusal(other.start, TWO, at_ms=T0_MS + GAP_MS - 1)
    assert (refused.status, refused.reply.code, refused.retry_after_s) == (429, "wait", 1)
    assert other.sent == []
    other.start(TWO, at_ms=T0_MS + GAP_MS)
    assert len(other.sent) == 1


def test_a_further_code_takes_the_place_of_the_one_before(counter: Counter) -> None:
    counter.start()
    first = counter.code()
    counter.start(TWO, at_ms=T0_MS + GAP_MS)
    assert counter.check(first, ONE, at_ms=T0_MS + GAP_MS).state == "ended"
    assert counter.check(counter.code(), TWO, at_ms=T0_MS + GAP_MS).state == "confirmed"


def test_a_code_is_good_at_the_till_that_asked_and_for_its_member_alone(counter: Counter) -> None:
    counter.start()
    code = counter.code()
    other = Counter(counter.office, counter.office.till("other"))
    assert other.check(code) == CheckReply("ended", 0)
    counter.start(TWO, BORIS)
    assert counter.check(code, TWO, BORIS) == CheckReply("wrong", 4)
    assert counter.check(code, ONE, BORIS) == CheckReply("ended", 0)
    assert counter.check(code, ONE, ANNA) == CheckReply("confirmed", 0)


def test_of_a_member_nobody_knows_a_till_learns_nothing(counter: Counter) -> None:
    known, unknown = counter.start(ONE, ANNA), counter.start(TWO, NOBODY)
    assert known == unknown
    assert len(counter.sent) == 1
    guesses = [counter.check(counter.wrong(number), TWO, NOBODY) for number in range(CODE_TRIES)]
    assert guesses == [*(CheckReply("wrong", n) for n in (4, 3, 2, 1)), CheckReply("ended", 0)]
    again = refusal(counter.start, hex_id("three"), NOBODY)
    assert (again.reply.code, again.retry_after_s) == ("wait", 30)


def test_a_member_named_with_another_s_account_is_nobody(counter: Counter) -> None:
    office = counter.office
    asked = ConfirmRequest(ONE, ANNA, BORIS)
    start_confirmation(office.store, office.identity, counter.till.terminal, asked, T0_MS, office.random, counter.put)
    assert counter.sent == []


def test_a_blocked_member_is_sent_nothing(counter: Counter) -> None:
    store, table = counter.office.store, FEED["ident"]
    with store.read() as tx:
        body = tx.execute(select(table.c.body).where(table.c.key == ANNA)).scalar_one()
    blocked = msgspec.structs.replace(msgspec.json.decode(body, type=IdentRow), blocked=True)
    row = {"bucket": bucket_of(ANNA), "key": ANNA, "body": canonical(blocked)}
    store.write(lambda tx: update_rows(tx, table, ("bucket", "key"), [row]), bucket_of(ANNA))
    counter.start()
    assert counter.sent == []


def test_a_member_gets_ten_codes_an_hour(counter: Counter) -> None:
    begin = T0_MS - T0_MS % HOUR_MS
    for number in range(MEMBER_AN_HOUR):
        counter.start(hex_id("of", number), at_ms=begin + number * GAP_MS)
    refused = refusal(counter.start, hex_id("more"), at_ms=begin + HOUR_MS - 1500)
    assert (refused.reply.code, refused.retry_after_s) == ("wait", 2)
    counter.start(hex_id("more"), at_ms=begin + HOUR_MS)
    assert len(counter.sent) == MEMBER_AN_HOUR + 1


def test_a_till_gets_sixty_codes_an_hour_and_another_till_its_own(counter: Counter) -> None:
    begin = T0_MS - T0_MS % HOUR_MS
    for number in range(TILL_AN_HOUR):
        counter.start(hex_id("of", number), hex_id("who", number), at_ms=begin)
    assert refusal(counter.start, at_ms=begin + 1).reply.code == "wait"
    other = Counter(counter.office, counter.office.till("other"))
    other.start(TWO, at_ms=begin + 1)
    counter.start(at_ms=begin + HOUR_MS)
    assert (len(counter.sent), len(other.sent)) == (1, 1)


def test_two_tills_at_one_moment_send_one_message(counter: Counter) -> None:
    tills = [Counter(counter.office, counter.office.till(f"till {n}")) for n in range(4)]

    def go(place: int) -> str:
        try:
            tills[place].start(hex_id("race", place))
        except Refused as refused:
            return refused.reply.code
        return "sent"

    with ThreadPoolExecutor(4) as threads:
        done = sorted(threads.map(go, range(4)))
    assert done == ["sent", "wait", "wait", "wait"]
    assert sum(len(till.sent) for till in tills) == 1


def test_where_there_is_no_room_for_a_message_the_same_request_may_be_made_again(counter: Counter) -> None:
    counter.room = False
    assert refusal(counter.start).reply.code == "busy"
    counter.room = True
    counter.start(at_ms=T0_MS + 1)
    assert counter.check(counter.code(), at_ms=T0_MS + 1).state == "confirmed"


def test_a_head_office_without_messages_says_so(counter: Counter) -> None:
    office = counter.office
    asked = ConfirmRequest(ONE, ANNA, ANNA)
    refused = refusal(
        start_confirmation, office.store, office.identity, counter.till.terminal, asked, T0_MS, office.random, None
    )
    assert (refused.status, refused.reply.code) == (409, "no_messages")


def test_only_a_keyed_hash_of_the_code_is_kept(counter: Counter) -> None:
    counter.start()
    code = counter.code()
    with counter.office.store.read() as tx:
        row = tx.execute(CONFIRMATION.select().where(CONFIRMATION.c.member_id == ANNA)).one()
    assert row.code_hash == counter.office.identity.code_hash(f"{ONE}:{code}")
    assert all(code not in str(value) for name, value in row._mapping.items() if name not in ("code_hash", "made_ms"))


@pytest.mark.parametrize(
    ("asked", "code"),
    [("x" * 32, "1"), (ONE[:31], "1"), (ONE.upper(), "1"), (ONE, "1" * 17)],
)
def test_what_is_no_id_or_no_code_is_refused(counter: Counter, asked: str, code: str) -> None:
    assert refusal(counter.check, code, asked).reply.code == "bad_request"
    if len(code) < 17:
        assert refusal(counter.start, asked).reply.code == "bad_request"


@pytest.mark.parametrize("code", ["", "abcdef", "١٢٣٤٥٦", "123456 ", "1" * 16])
def test_anything_else_typed_is_a_wrong_code(counter: Counter, code: str) -> None:
    counter.start()
    assert counter.check(code).state == "wrong"


def test_a_member_of_a_family_gets_the_code_to_the_own_phone(counter: Counter) -> None:
    office = counter.office
    wish = Wish("olga", T0_MS, office.random)
    family = create_family(office.store, office.identity, wish, tuple(PHONES.values()))[0].ident.account_id

    def start(id: str, account: str) -> None:
        asked = ConfirmRequest(id, BORIS, account, "ru")
        till = counter.till.terminal
        start_confirmation(office.store, office.identity, till, asked, T0_MS, office.random, counter.put)

    start(ONE, BORIS)  # the account of before is not the member's any more
    assert counter.sent == []
    start(TWO, family)
    assert [message.phone for message in counter.sent] == [PHONES[BORIS]]


def test_after_a_merge_codes_go_to_the_phone_of_the_one_who_stayed(counter: Counter) -> None:
    office = counter.office
    merge_members(office.store, office.identity, Wish("olga", T0_MS, office.random), *PHONES.values())
    counter.start()
    counter.start(TWO, BORIS)
    assert [message.phone for message in counter.sent] == [PHONES[ANNA]]
