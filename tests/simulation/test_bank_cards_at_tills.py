"""A bank card registered at one till is known at every till, until it is withdrawn or its member erased."""

from __future__ import annotations

import pytest

from loyalty.events import BankCardRegistered, BankCardWithdrawn
from loyalty.feed import IdentRow
from sync_server.erasing.erase import beside, erase
from sync_server.settings import Settings
from terminal.bank_cards import cards_of, find_by_bank_card
from terminal.offline_queue.journal import Fact
from tests.simulation.till import Till
from tests.simulation.two_tills import CARDS, Shop
from tests.support.server import hex_id

TOKEN, OTHER = hex_id("a bank card"), hex_id("another bank card")
pytestmark = pytest.mark.simulation


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    yield made
    made.close()


def ident_of(till: Till, card: str) -> IdentRow:
    known = till.known(card)
    assert known is not None
    return known.ident


def put(shop: Shop, till: Till, kind: type[BankCardRegistered | BankCardWithdrawn], card: str, token: str) -> None:
    ident = ident_of(till, card)
    shop.now_ms += 1
    body = kind(ident.member_id, ident.account_id, token, "olga")
    till.journal.record(Fact(hex_id(till.folder.name, shop.now_ms), shop.now_ms, body))


def level(shop: Shop, *tills: Till) -> None:
    """What these have is applied, and they hear what is applied."""
    for till in tills:
        shop.level(till)
    shop.office.rounds()
    for till in tills:
        shop.level(till)


def whose(till: Till, token: str = TOKEN) -> str:
    """The first card of the member it stands for; empty: nobody's."""
    known = find_by_bank_card(till, token)
    return known.ident.cards[0] if known else ""


def test_registered_at_one_till_it_is_known_there_at_once_and_at_the_others_after_a_round(shop: Shop) -> None:
    put(shop, shop.here, BankCardRegistered, CARDS[0], TOKEN)
    assert (whose(shop.here), whose(shop.away)) == (CARDS[0], "")
    level(shop, shop.here, shop.away)
    assert (whose(shop.here), whose(shop.away)) == (CARDS[0], CARDS[0])
    put(shop, shop.away, BankCardWithdrawn, CARDS[0], TOKEN)
    assert (whose(shop.here), whose(shop.away)) == (CARDS[0], ""), "the other has not heard of it"
    level(shop, shop.away, shop.here)
    assert (whose(shop.here), whose(shop.away)) == ("", "")
    assert cards_of(shop.here, ident_of(shop.here, CARDS[0]).member_id) == set(), "its own word is no news any more"
    put(shop, shop.here, BankCardRegistered, CARDS[1], TOKEN)
    assert whose(shop.here) == CARDS[1]
    level(shop, shop.here, shop.away)
    assert (whose(shop.here), whose(shop.away)) == (CARDS[1], CARDS[1])
    shop.merge(CARDS[0], CARDS[1])
    level(shop, shop.here, shop.away)
    assert (whose(shop.here), whose(shop.away)) == (CARDS[0], CARDS[0]), "of merged members the one who was kept"


def test_of_two_offline_tills_the_first_to_come_back_has_it_and_both_know(shop: Shop) -> None:
    put(shop, shop.here, BankCardRegistered, CARDS[0], TOKEN)
    put(shop, shop.away, BankCardRegistered, CARDS[1], TOKEN)
    assert (whose(shop.here), whose(shop.away)) == (CARDS[0], CARDS[1])
    level(shop, shop.away)
    level(shop, shop.here)
    assert (whose(shop.here), whose(shop.away)) == (CARDS[1], CARDS[1])
    shop.office.office.snapshot()
    fresh = shop.till(shop.here.folder.parent / "fresh", 9)
    shop.level(fresh)
    assert whose(fresh) == CARDS[1], "out of a snapshot too"
    fresh.close()


def test_the_member_s_cards_are_those_of_the_head_office_and_of_this_till_since(shop: Shop) -> None:
    member = ident_of(shop.here, CARDS[0]).member_id
    put(shop, shop.here, BankCardRegistered, CARDS[0], TOKEN)
    level(shop, shop.here)
    put(shop, shop.here, BankCardRegistered, CARDS[0], OTHER)
    assert cards_of(shop.here, member) == {TOKEN, OTHER}
    put(shop, shop.here, BankCardWithdrawn, CARDS[0], TOKEN)
    assert cards_of(shop.here, member) == {OTHER}
    put(shop, shop.here, BankCardRegistered, CARDS[1], OTHER)
    assert cards_of(shop.here, member) == set()
    assert shop.here.journal.differing() == ()


def test_of_an_erased_member_no_till_knows_the_card_nor_has_a_byte_of_it_in_its_cache(shop: Shop) -> None:
    put(shop, shop.here, BankCardRegistered, CARDS[0], TOKEN)
    level(shop, shop.here, shop.away)
    office = shop.office.office
    erase(office.store, office.identity, beside(Settings(shop.office.folder)), CARDS[0], "olga", shop.now_ms)
    put(shop, shop.away, BankCardRegistered, CARDS[0], OTHER)
    level(shop, shop.here, shop.away)
    for till in (shop.here, shop.away):
        assert (whose(till), whose(till, OTHER)) == ("", "")
        held = b"".join(path.read_bytes() for path in sorted(till.folder.glob("cache.db*")))
        assert bytes.fromhex(TOKEN) not in held
