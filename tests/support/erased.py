"""A member with all that a member may have at a head office, and where it is looked for once it is erased."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import insert, select

from loyalty.codes import card_number
from loyalty.events import (
    BankCardRegistered,
    MemberEnrolled,
    Personal,
    SaleCompleted,
    bucket_of,
    encode_event,
    personal_hash,
)
from loyalty.feed import BalanceRow
from loyalty.receipt import Receipt
from sync_server import stored_segments
from sync_server.audiences import set_audience
from sync_server.erasing.erase import Beside, erase
from sync_server.find_member import find_member
from sync_server.grants import grant_status
from sync_server.member_changes import Wish
from sync_server.merging import merge_members
from sync_server.personal import store_personal
from sync_server.programmes import publish_programme
from sync_server.schema import CONFIRMATION, FEED, MESSAGE, METADATA, SEGMENT
from sync_server.snapshot import make_snapshot
from sync_server.store import Store
from tests.support.server import T0_MS, TestOffice, Till, hex_id
from tests.support.taking_in import CLUB

ANNA, TWIN, BORIS = (hex_id(name) for name in ("anna", "her second card", "boris"))
CARDS = [card_number("2990001", number) for number in range(1, 6)]
TOKEN, OWN_TOKEN = hex_id("the card of both"), hex_id("her own card")
NAME, MASKED, PHONE, OTHER_PHONE = "Крузенштерна Пелагея", "Пелагея К.", "+79031234567", "+79161112233"
BIRTHDAY = "1990-05-23"
TAIL = "Z4Q9"
"""Of her own card: no digits, which ids are full of."""


@dataclass
class Life:
    """A member with all that a member may have here."""

    office: TestOffice
    till: Till
    sale: Receipt
    folder: Path

    @property
    def at(self) -> Beside:
        return Beside(self.folder / "erased.log", self.folder / "snapshots")

    def needles(self) -> list[str]:
        """What must be found nowhere afterwards."""
        identity = self.office.identity
        hashes = [identity.phone_hash(phone) for phone in (PHONE, OTHER_PHONE)]
        plain = [NAME, NAME.casefold(), MASKED, "Пелагея", BIRTHDAY, "05-23", "her own reason"]
        return [*plain, PHONE[2:], OTHER_PHONE[2:], *CARDS[:2], OWN_TOKEN, TAIL, *hashes]

    def knows(self, member: str) -> tuple[str, ...]:
        """The bank cards of a member."""
        return find_member(self.office.store, self.office.identity, member).ident.bank_cards

    def erase(self, text: str = CARDS[0]) -> None:
        erase(self.office.store, self.office.identity, self.at, text, "olga", T0_MS + 9)


def live(office: TestOffice, folder: Path) -> Life:
    """She joins twice, buys, brings back, is granted a status, gets a code, and both her cards become one."""
    publish_programme(office.store, office.identity, CLUB, T0_MS - 1)
    till = office.till()
    joined, personal = till.enrolled(ANNA, CARDS[0], PHONE, NAME, hex_id("joined"))
    twin, twin_personal = till.enrolled(TWIN, CARDS[1], OTHER_PHONE, NAME, hex_id("joined again"))
    boris, boris_personal = _boris()
    sale = named(till.receipt(ANNA, earned=30, qty=2000))
    till.put(joined, till.event(SaleCompleted(sale)), till.sale(account=BORIS, earned=7))
    till.put(bank_card(till, ANNA), bank_card(till, ANNA, OWN_TOKEN, tail=TAIL), bank_card(till, BORIS, last=True))
    till.put(till.back(sale, qty=1000, total=5_000, earned=15, member_name=MASKED), twin, boris)
    # Another till says that she has her card again, in other words: kept as it came, and flagged.
    till.put(till.event(SaleCompleted(named(till.receipt(TWIN, earned=4)))), till.enrolled(ANNA, CARDS[0])[0])
    store_personal(office.store, office.identity, [personal, twin_personal, boris_personal])
    till.put(till.event(SaleCompleted(named(till.receipt(ANNA, earned=1))))[:-1] + b" }")
    office.apply()
    grant_status(office.store, ANNA, "passenger", "", "her own reason", "olga", T0_MS + 1)
    _confirm(office)
    tickets = folder / "tickets.csv"
    tickets.write_text(f"card\n{CARDS[0]}\n{CARDS[2]}\n")
    set_audience(office.store, office.identity, "tickets", tickets)
    merge_members(office.store, office.identity, Wish("olga", T0_MS + 2, office.random), CARDS[0], CARDS[1])
    made = Life(office, till, sale, folder)
    make_snapshot(office.store, office.identity, made.at.snapshots, T0_MS, hex_id("snapshot"))
    return made


def bank_card(till: Till, member: str, token: str = TOKEN, last: bool = False, tail: str = "") -> bytes:
    return till.event(BankCardRegistered(member, member, token, "anna", tail), "f" * 32 if last else "")


def _boris() -> tuple[bytes, Personal]:
    event_id = hex_id("boris joined")
    personal = Personal(BORIS, BORIS, event_id, "5a17", "", "Борисов Борис", "1971-01-31")
    body = MemberEnrolled(BORIS, BORIS, CARDS[2], "novice", personal_hash(personal), (), "anna", "S1")
    return encode_event(body, event_id, T0_MS), personal


def named(receipt: Receipt) -> Receipt:
    return replace(receipt, member_name=MASKED)


def _confirm(office: TestOffice) -> None:
    asked = {
        "bucket": bucket_of(ANNA), "account_id": ANNA, "member_id": ANNA, "confirmation_id": hex_id("code"),
        "terminal": "", "code_hash": "", "made_ms": T0_MS, "tries": 0, "last_hash": "", "confirmed": 0, "hour": 0,
        "asked": 1,
    }  # fmt: skip
    sent = {"bucket": bucket_of(ANNA), "message_id": "1", "at_ms": T0_MS, "phone": PHONE, "text": "Код 123456"}
    with office.store.begin(bucket_of(ANNA)) as tx:
        tx.execute(insert(CONFIRMATION), [asked])
        tx.execute(insert(MESSAGE), [sent])


def texts(store: Store) -> Iterator[tuple[str, str]]:
    """(table, what a row says) of everything in the database, segments unpacked."""
    with store.read() as tx:
        for table in METADATA.sorted_tables:
            for row in tx.execute(select(table)):
                values: dict[str, Any] = dict(row._mapping)
                if table is SEGMENT:
                    values["blob"] = b"".join(stored_segments.events_in(row))
                said = [bytes(v).decode(errors="replace") if isinstance(v, bytes | memoryview) else str(v)
                        for v in values.values()]  # fmt: skip
                yield table.name, " ".join(said)


def left(store: Store, needles: list[str]) -> set[tuple[str, str]]:
    return {(table, needle) for table, text in texts(store) for needle in needles if needle in text}


class KilledError(BaseException):
    """As SIGKILL."""


def dies(*_args: object, **_kwargs: object) -> None:
    raise KilledError


def balance(office: TestOffice, account: str) -> int:
    with office.store.read() as tx:
        body = tx.execute(select(FEED["bal"].c.body).where(FEED["bal"].c.key == account)).scalar_one()
    return msgspec.json.decode(body, type=BalanceRow).wallets["main"]
