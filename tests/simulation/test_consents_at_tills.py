"""Consents said at tills, at the head office and by imports; of families, of merged and erased members: every till has
what the head office has, and what the words come to one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from random import Random

import pytest

from loyalty.consents import Purpose, Said, is_given, word_ms
from loyalty.errors import NotNow
from loyalty.events import Consent, ConsentChanged
from sync_server.consents import withdraw
from sync_server.erasing.erase import beside, erase
from sync_server.families import create_family
from sync_server.find_member import find_member
from sync_server.member_changes import Wish
from sync_server.purging.purge import DAY_MS
from sync_server.settings import Settings
from terminal.offline_queue.journal import Fact
from tests.simulation.till import Till
from tests.simulation.two_tills import CARDS, Shop
from tests.support.server import hex_id

ACTS = 24
ANNA, BORIS, VERA = CARDS[:3]
Words = dict[Purpose, list[Said]]
pytestmark = pytest.mark.simulation


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    yield made
    made.close()


def held_at(till: Till, card: str) -> dict[str, Said]:
    known = till.known(card)
    assert known is not None
    return known.ident.consents


def say(shop: Shop, till: Till, card: str, given: bool, version: str = "1", purpose: Purpose = "advertising") -> Said:
    """The member's word as the cashier's F6 records it."""
    known = till.known(card)
    assert known is not None
    shop.now_ms += 1
    said = Said(version, word_ms(known.ident.consents, purpose, shop.now_ms), given)
    body = ConsentChanged(
        known.ident.member_id, known.ident.account_id, Consent(purpose, version, given), "olga"
    )  # fmt: skip
    till.journal.record(Fact(hex_id(till.folder.name, "word", shop.now_ms), said.at_ms, body))
    return said


def taken_back(shop: Shop, card: str) -> Said | None:
    """Withdrawn in the console; None where there was nothing to withdraw."""
    store, identity = shop.office.office.store, shop.office.office.identity
    shop.now_ms += 1
    found = find_member(store, identity, card)
    try:
        withdraw(store, found.place, "advertising", "owner", shop.now_ms, hex_id("console", shop.now_ms))
    except NotNow:
        return None
    return find_member(store, identity, card).ident.consents["advertising"]


def level(shop: Shop, *tills: Till) -> None:
    """What these have is applied, and they hear what is applied."""
    for till in tills:
        shop.level(till)
    shop.office.rounds()
    for till in tills:
        shop.level(till)


def family(shop: Shop, *cards: str) -> None:
    wish = Wish("owner", shop.now_ms, Random(1).randbytes)
    create_family(shop.office.office.store, shop.office.office.identity, wish, list(cards))
    shop.office.rounds()


def at_office(shop: Shop, card: str) -> dict[str, Said]:
    return find_member(shop.office.office.store, shop.office.office.identity, card).ident.consents


def test_a_word_holds_here_at_once_and_at_the_others_after_a_round_whoever_said_it(shop: Shop) -> None:
    here, away = shop.here, shop.away
    yes = say(shop, here, ANNA, True)
    assert (held_at(here, ANNA), held_at(away, ANNA)) == ({"advertising": yes}, {})
    level(shop, here, away)
    assert held_at(away, ANNA) == at_office(shop, ANNA) == {"advertising": yes}
    withdrawn = taken_back(shop, ANNA)
    assert withdrawn == Said("1", shop.now_ms, False)
    assert taken_back(shop, ANNA) is None
    assert is_given(held_at(here, ANNA), "advertising"), "it has not heard of it"
    level(shop, here, away)
    assert held_at(here, ANNA) == held_at(away, ANNA) == {"advertising": withdrawn}, "its own word is no news any more"
    shop.office.take_rows("members", [{"card": ANNA, "consent_processing": "2026-1", "consent_advertising": "2026-2"}])
    level(shop, here)
    assert [(purpose, said.version, said.given) for purpose, said in sorted(held_at(here, ANNA).items())] == [
        ("advertising", "2026-2", True), ("processing", "2026-1", True),
    ]  # fmt: skip
    shop.office.office.snapshot()
    fresh = shop.till(here.folder.parent / "fresh", 9)
    shop.level(fresh)
    assert held_at(fresh, ANNA) == held_at(here, ANNA), "out of a snapshot too"
    fresh.close()
    assert here.journal.differing() == ()


def test_a_clock_that_is_behind_cannot_keep_a_withdrawal_from_holding(shop: Shop) -> None:
    yes = say(shop, shop.away, ANNA, True)
    level(shop, shop.away, shop.here)
    right_ms, shop.now_ms = shop.now_ms, yes.at_ms - 200_000
    no = say(shop, shop.here, ANNA, False)
    assert held_at(shop.here, ANNA) == {"advertising": no}
    shop.now_ms = right_ms
    level(shop, shop.here, shop.away)
    assert not is_given(held_at(shop.away, ANNA), "advertising")


def test_a_clock_that_is_ahead_cannot_have_a_consent_outlive_its_withdrawal(shop: Shop) -> None:
    ahead_ms, right_ms = shop.now_ms + 10 * DAY_MS, shop.now_ms
    shop.now_ms = ahead_ms
    yes = say(shop, shop.here, ANNA, True)
    shop.now_ms = right_ms
    assert held_at(shop.here, ANNA) == {"advertising": yes}
    level(shop, shop.here)
    assert held_at(shop.here, ANNA)["advertising"].at_ms < ahead_ms, "the head office knows better"
    withdrawn = taken_back(shop, ANNA)
    level(shop, shop.here)
    assert held_at(shop.here, ANNA) == {"advertising": withdrawn}


def test_of_an_erased_member_no_till_keeps_a_word_and_none_comes_back(shop: Shop) -> None:
    say(shop, shop.here, ANNA, True, version="secret-7")
    level(shop, shop.here, shop.away)
    office = shop.office.office
    late = shop.away.known(ANNA)
    assert late is not None
    erase(office.store, office.identity, beside(Settings(shop.office.folder)), ANNA, "owner", shop.now_ms)
    say(shop, shop.away, ANNA, False, version="secret-7")
    level(shop, shop.away, shop.here)
    for till in (shop.here, shop.away):
        assert till.known(ANNA) is None
        held = b"".join(path.read_bytes() for path in sorted(till.folder.glob("cache.db*")))
        assert b"secret-7" not in held


@pytest.mark.parametrize("seed", range(2))
def test_what_holds_at_the_tills_is_what_the_words_come_to(shop: Shop, seed: int) -> None:
    """Tills that are level now and then; Boris and Vera share an account, Anna takes Vera over on the way."""
    chance = Random(seed)
    words: defaultdict[str, Words] = defaultdict(lambda: defaultdict(list))
    one = {card: card for card in CARDS[:4]}
    family(shop, BORIS, VERA)

    def speak() -> None:
        till, card = chance.choice((shop.here, shop.away)), chance.choice(CARDS[:4])
        purpose: Purpose = chance.choice(("processing", "advertising"))
        said = say(shop, till, card, chance.random() < 0.5, chance.choice("12"), purpose)
        words[one[card]][purpose].append(said)

    def console() -> None:
        card = chance.choice(CARDS[:4])
        said = taken_back(shop, card)
        if said is not None:
            words[one[card]]["advertising"].append(said)

    def merge() -> None:
        if one[VERA] != ANNA:
            one[VERA] = ANNA
            for purpose, said in words.pop(VERA, {}).items():
                words[ANNA][purpose] += said
            shop.merge(ANNA, VERA)

    acts: list[Callable[[], object]] = [
        speak, speak, speak, speak, console, lambda: level(shop, shop.here), lambda: level(shop, shop.away),
    ]  # fmt: skip
    for number in range(ACTS):
        (merge if number == ACTS // 2 else chance.choice(acts))()
    level(shop, shop.here, shop.away)
    level(shop, shop.here, shop.away)
    for card in CARDS[:4]:
        expected = {purpose: sorted(said, key=newest)[-1] for purpose, said in words[one[card]].items()}
        assert at_office(shop, card) == held_at(shop.here, card) == held_at(shop.away, card) == expected, card


def newest(said: Said) -> tuple[int, bool]:
    """Of one moment the one that withdraws comes last; no two of these stories are of one moment and both a yes."""
    return said.at_ms, not said.given
