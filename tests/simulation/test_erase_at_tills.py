"""A member erased at the head office: with its next pull no till has the member, nor a byte of what it knew of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from loyalty.codes import card_number
from loyalty.events import MemberEnrolled, Personal, personal_hash
from loyalty.feed import IdentRow
from sync_server.erasing.erase import beside, erase
from sync_server.settings import Settings
from terminal.offline_queue.journal import Fact
from tests.simulation.two_tills import Shop
from tests.support.server import hex_id

PHONE, NAME, MASKED, BIRTHDAY = "+79031234567", "Крузенштерна Пелагея", "Пелагея К.", "1990-05-23"
CARD = card_number("2990003", 1)
ANNA = hex_id("anna")
pytestmark = pytest.mark.simulation


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    yield made
    made.close()


def enrol(shop: Shop) -> None:
    """She joins at the till `here`."""
    personal = Personal(ANNA, ANNA, hex_id("joined"), "5a17", PHONE, NAME, BIRTHDAY)
    body = MemberEnrolled(ANNA, ANNA, CARD, "novice", personal_hash(personal), (), "olga", "S1")
    ident = IdentRow(ANNA, ANNA, MASKED, (CARD,), phone_tail=PHONE[-2:])
    shop.here.journal.record(Fact(hex_id("joined"), shop.now_ms, body), personal=personal, enrolled=ident)


def erase_her(shop: Shop) -> None:
    office = shop.office.office
    erase(office.store, office.identity, beside(Settings(shop.office.folder)), CARD, "olga", shop.now_ms)


def held(folder: Path, *names: str) -> bytes:
    return b"".join(path.read_bytes() for name in names for path in sorted(folder.glob(f"{name}*")))


def test_every_till_forgets_the_member_and_its_cache_file_every_byte(shop: Shop) -> None:
    enrol(shop)
    shop.level(shop.here)
    shop.office.rounds()
    for till in (shop.here, shop.away):
        shop.level(till)
        assert till.known(CARD) is not None
        assert CARD.encode() in held(till.folder, "cache.db")
    phone_hash = bytes.fromhex(shop.office.office.identity.phone_hash(PHONE))
    erase_her(shop)
    for till in (shop.here, shop.away):
        shop.level(till)
        assert till.known(CARD) is None
        left = held(till.folder, "cache.db")
        assert not [each for each in (CARD.encode(), MASKED.encode(), b"05-23", phone_hash) if each in left]
    shop.here.close()
    assert NAME.encode() not in held(shop.here.folder, "journal.db")
    shop.here._open()


def test_a_member_erased_before_the_till_could_send_its_data_is_erased_there_too(shop: Shop) -> None:
    enrol(shop)
    assert NAME.encode() in held(shop.here.folder, "journal.db")
    # The event came on a stick, the personal data did not; she asks at the counter to be erased.
    waiting = shop.here.outbox.personal()
    shop.here.outbox.personal_refused(tuple(each.event_id for each in waiting))
    shop.level(shop.here)
    shop.office.rounds()
    erase_her(shop)
    shop.here.outbox._each("UPDATE personal SET sent = 0 WHERE event_id = ?", (hex_id("joined"),))
    shop.level(shop.here)
    assert shop.here.known(CARD) is None
    shop.here.close()
    assert NAME.encode() not in held(shop.here.folder, "journal.db")
    shop.here._open()
    assert NAME.encode() not in held(shop.office.folder, "head_office.db")


def test_a_snapshot_made_before_is_gone_and_a_new_one_has_nothing(shop: Shop) -> None:
    enrol(shop)
    shop.level(shop.here)
    shop.office.rounds()
    office = shop.office.office
    before = office.snapshot()
    erase_her(shop)
    assert not list(office.settings.snapshots.glob("*.zst"))
    after = office.snapshot()
    assert after.snapshot_id != before.snapshot_id
    late = shop.till(shop.here.folder.parent / "late", 9)
    shop.level(late)
    assert late.known(CARD) is None
    assert MASKED.encode() not in held(late.folder, "cache.db")
    late.close()
