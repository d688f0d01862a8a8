"""A member erased, over SQLite and PostgreSQL alike: nothing personal is left anywhere, and every book still holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import insert, select

from loyalty.codes import card_number
from loyalty.errors import BadInput
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
from sync_server.backups import back_up, restore
from sync_server.books import read_books
from sync_server.console.receipt_facts import read_receipt
from sync_server.csv_rows import Row
from sync_server.erasing import erase as erasing
from sync_server.erasing import forget
from sync_server.erasing.erase import Beside, erase, erased_before, erased_in, plan_erasing, repeat_erasings
from sync_server.erasing.erased import Erased, read_erased, read_log, write_log
from sync_server.families import create_family
from sync_server.find_member import find_member
from sync_server.grants import grant_status
from sync_server.identity import read_identity
from sync_server.imports import import_rows
from sync_server.member_changes import Wish
from sync_server.member_reports import find_members
from sync_server.merging import merge_members
from sync_server.personal import store_personal
from sync_server.programmes import publish_programme
from sync_server.purging.purge import purge
from sync_server.rebuilding.rebuild import rebuild
from sync_server.schema import ALIAS, CONFIRMATION, CONSENT, EVENT, FEED, FLAG, MESSAGE, METADATA, PERSONAL, SEGMENT
from sync_server.snapshot import make_snapshot
from sync_server.store import Store, _prepare_sqlite, open_store
from sync_server.verifying.verify import verify
from terminal.offline_queue.cache_disk import prepare_connection
from tests.support.server import T0_MS, TestOffice, Till, hex_id, office_on, opened_office
from tests.support.taking_in import CLUB, dump

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
ANNA, TWIN, BORIS = (hex_id(name) for name in ("anna", "her second card", "boris"))
CARDS = [card_number("2990001", number) for number in range(1, 6)]
TOKEN, OWN_TOKEN = hex_id("the card of both"), hex_id("her own card")
NAME, MASKED, PHONE, OTHER_PHONE = "Крузенштерна Пелагея", "Пелагея К.", "+79031234567", "+79161112233"
BIRTHDAY = "1990-05-23"


@pytest.fixture(params=KINDS)
def office(request, tmp_path):
    with office_on(request.param, request, tmp_path) as made:
        publish_programme(made.store, made.identity, CLUB, T0_MS - 1)
        yield made


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
        return [*plain, PHONE[2:], OTHER_PHONE[2:], *CARDS[:2], OWN_TOKEN, *hashes]

    def knows(self, member: str) -> tuple[str, ...]:
        """The bank cards of a member."""
        return find_member(self.office.store, self.office.identity, member).ident.bank_cards

    def erase(self, text: str = CARDS[0]) -> None:
        erase(self.office.store, self.office.identity, self.at, text, "olga", T0_MS + 9)


def live(office: TestOffice, folder: Path) -> Life:
    """She joins twice, buys, brings back, is granted a status, gets a code, is merged and shares an account."""
    till = office.till()
    joined, personal = till.enrolled(ANNA, CARDS[0], PHONE, NAME, hex_id("joined"))
    twin, twin_personal = till.enrolled(TWIN, CARDS[1], OTHER_PHONE, NAME, hex_id("joined again"))
    boris, boris_personal = _boris()
    sale = named(till.receipt(ANNA, earned=30, qty=2000))
    till.put(joined, till.event(SaleCompleted(sale)), till.sale(account=BORIS, earned=7))
    till.put(bank_card(till, ANNA), bank_card(till, ANNA, OWN_TOKEN), bank_card(till, BORIS, last=True))
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


def bank_card(till: Till, member: str, token: str = TOKEN, last: bool = False) -> bytes:
    return till.event(BankCardRegistered(member, member, token, "anna"), "f" * 32 if last else "")


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


@pytest.fixture
def life(office, tmp_path):
    return live(office, tmp_path)


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


def test_nothing_personal_is_left_in_any_table_and_all_of_it_was_there_before(life):
    before = {needle for _, needle in left(life.office.store, life.needles())}
    assert before == {*life.needles()}
    life.erase()
    assert left(life.office.store, life.needles()) == set()


def test_the_books_and_every_chain_still_hold(life, tmp_path):
    books = dump(life.office)
    life.erase()
    assert verify(life.office.store).findings == ()
    after = dump(life.office)
    assert (after["ledger"], after["bal"], after["returned"]) == (books["ledger"], books["bal"], books["returned"])
    assert read_books(life.office.store, []).sound


def test_rebuilt_from_the_segments_the_books_are_the_same_and_nothing_comes_back(life, tmp_path):
    life.erase()
    done = rebuild(life.office.store, tmp_path, life.office.now_ms, tmp_path / "aside.db")
    assert done.differences == ()
    assert left(life.office.store, life.needles()) == set()


def test_nobody_finds_the_member_and_the_receipts_stay(life):
    life.erase()
    store, identity = life.office.store, life.office.identity
    for text in (CARDS[0], CARDS[1], PHONE, OTHER_PHONE, ANNA):
        with pytest.raises(BadInput):
            find_member(store, identity, text)
        assert find_members(store, identity, text) == ()
    assert find_members(store, identity, NAME) == ()
    assert [line.member_id for line in find_members(store, identity, "")] == [BORIS]
    facts = read_receipt(store, life.sale.receipt_id)
    assert facts is not None
    assert (facts.receipt.member_name, facts.receipt.total_minor, facts.came.same) == ("", 10_000, True)


def test_a_bank_card_of_the_member_is_nobody_s_or_who_else_has_registered_it(life):
    office, late_token = life.office, hex_id("a card that came late")
    assert (life.knows(ANNA), life.knows(BORIS)) == (tuple(sorted((TOKEN, OWN_TOKEN))), ())
    life.erase()
    assert life.knows(BORIS) == (TOKEN,)
    late = office.till("late")
    late.put(bank_card(late, ANNA, late_token))
    office.apply()
    assert left(office.store, [OWN_TOKEN, late_token]) == set()
    assert verify(office.store).findings == ()


def test_others_keep_what_is_theirs(life):
    life.erase()
    found = find_member(life.office.store, life.office.identity, CARDS[2])
    assert (found.ident.name_masked, found.ident.audiences) == ("Борис Б.", ("tickets",))


def test_who_did_it_stays_on_record_in_the_database_and_beside_it(life):
    life.erase()
    with life.office.store.read() as tx:
        rows = read_erased(tx)
        assert read_erased(tx, unfinished=True) == ()
    expected = {(ANNA, ANNA, "olga", T0_MS + 9), (TWIN, TWIN, "olga", T0_MS + 9)}
    assert {(row.member_id, row.home, row.by_whom, row.at_ms) for row in rows} == expected
    assert sorted(read_log(life.at.log)) == sorted(rows)
    assert life.at.log.stat().st_mode & 0o777 == 0o600


def test_a_plan_says_what_would_go_and_changes_nothing(life):
    before = sorted(texts(life.office.store))
    member, found = plan_erasing(life.office.store, life.office.identity, PHONE)
    assert member.place.member_id == ANNA
    assert msgspec.structs.asdict(found) == {
        "members": 2, "cards": 2, "phones": 2, "bank_cards": 2, "personal": 2, "receipts": 4, "messages": 1,
        "confirmations": 1, "reasons": 1,
    }  # fmt: skip
    assert sorted(texts(life.office.store)) == before


def test_killed_at_any_step_it_is_finished_by_doing_it_again(life, monkeypatch):
    for stage in ("_messages", "_flags", "_changes", "_events", "_accounts", "_aliases", "_bank_cards", "_identities"):
        steps = tuple(_dies if each.__name__ == stage else each for each in forget._STEPS)
        with monkeypatch.context() as patched:
            patched.setattr(forget, "_STEPS", steps)
            with pytest.raises(_KilledError):
                repeat(life)
    repeat(life)
    assert left(life.office.store, life.needles()) == set()
    assert verify(life.office.store).sound


def repeat(life: Life) -> None:
    member = Erased(ANNA, ANNA, "olga", T0_MS)
    repeat_erasings(life.office.store, life.office.identity, [member], T0_MS)


class _KilledError(BaseException):
    """As SIGKILL."""


def _dies(*_args: object, **_kwargs: object) -> None:
    raise _KilledError


def test_a_segment_is_redacted_after_what_was_made_of_it(life, monkeypatch):
    from sync_server.erasing import segments

    def dies(*_args: object) -> None:
        raise _KilledError

    with monkeypatch.context() as patched:
        patched.setattr(segments, "rewritten", dies)
        with pytest.raises(_KilledError):
            life.erase()
    with life.office.store.read() as tx:
        (member,) = [each for each in read_erased(tx, unfinished=True) if each.member_id == ANNA]
    repeat_erasings(life.office.store, life.office.identity, [member], T0_MS)
    assert left(life.office.store, life.needles()) == set()
    assert verify(life.office.store).findings == ()


def test_the_nightly_run_finishes_what_was_cut_short_when_nobody_can_be_found_any_more(life, monkeypatch):
    identity = forget._identity

    def dies_at_the_second(tx, place) -> None:
        if place.member_id == TWIN:
            raise _KilledError
        identity(tx, place)

    with monkeypatch.context() as patched:
        patched.setattr(forget, "_identity", dies_at_the_second)
        with pytest.raises(_KilledError):
            life.erase()
    assert left(life.office.store, life.needles()) != set()
    with pytest.raises(BadInput):
        life.erase(ANNA)
    done = [purge(life.office.store, life.at.snapshots, T0_MS + day).erasings for day in (1, 2)]
    assert done == [2, 0]
    assert left(life.office.store, life.needles()) == set()


def test_late_receipts_of_the_member_are_booked_without_the_name(life, tmp_path):
    office, other = life.office, life.office.till("other")
    late = named(other.receipt(ANNA, earned=9))
    data = other.segment(other.event(SaleCompleted(late)), other.sale(account=BORIS, earned=1))
    life.erase()
    before = balance(office, ANNA)
    other.send(data)
    office.apply()
    assert balance(office, ANNA) == before + 9
    assert left(office.store, life.needles()) == set()
    assert verify(office.store).findings == ()
    assert rebuild(office.store, tmp_path, office.now_ms).same


def balance(office: TestOffice, account: str) -> int:
    with office.store.read() as tx:
        body = tx.execute(select(FEED["bal"].c.body).where(FEED["bal"].c.key == account)).scalar_one()
    return msgspec.json.decode(body, type=BalanceRow).wallets["main"]


def test_personal_data_that_come_late_are_dropped_and_the_till_is_told_to_forget_them(life):
    life.erase()
    _, personal = life.till.enrolled(ANNA, CARDS[0], PHONE, NAME, hex_id("joined"))
    assert store_personal(life.office.store, life.office.identity, [personal]) == (personal.event_id,)
    assert left(life.office.store, life.needles()) == set()


def test_an_event_that_comes_again_in_a_new_epoch_is_the_same_event_and_brings_nothing_back(life):
    till, office = life.till, life.office
    again = till.event(SaleCompleted(life.sale), event_id=hex_id("event", till.terminal, 2))
    life.erase()
    flagged = flags(office)
    till.new_epoch(till.hash)
    till.put(till.enrolled(ANNA, CARDS[0], PHONE, NAME, hex_id("joined"))[0], again)
    office.apply()
    assert left(office.store, life.needles()) == set()
    assert [kind for kind in flags(office) if kind not in flagged] in ([], ["receipt_again"])
    assert verify(office.store).findings == ()


def flags(office: TestOffice) -> list[str]:
    with office.store.read() as tx:
        return sorted(tx.execute(select(FLAG.c.kind)).scalars())


def test_a_segment_sent_again_after_the_erasing_gets_the_same_answer(office, tmp_path):
    till = office.till()
    joined, _ = till.enrolled(ANNA, CARDS[0], PHONE, NAME)
    first, second = till.segment(joined), till.segment(till.event(SaleCompleted(named(till.receipt(ANNA)))))
    acked = [till.send(data).reply.acked for data in (first, second)]
    office.apply()
    erase(office.store, office.identity, Beside(tmp_path / "log", tmp_path / "s"), CARDS[0], "olga", T0_MS)
    assert till.send(second).reply.acked == acked[1]
    assert till.send(first).reply.acked == acked[1]
    # The same two events cut otherwise are compared by their hashes in the chain.
    till.seq, till.hash = 0, bytes(32)
    whole = till.segment(joined, till.event(SaleCompleted(named(till.receipt(ANNA)))))
    with pytest.raises(Exception, match=r"diverge"):
        till.send(whole)


def test_an_old_import_does_not_bring_the_member_back(office, tmp_path):
    rows = [Row(2, {"card": CARDS[3], "phone": PHONE, "name": NAME, "birthday": BIRTHDAY, "points": "70"})]
    import_rows(office.store, office.identity, "members", rows, T0_MS)
    needles = [NAME, "Пелагея", PHONE[2:], BIRTHDAY, CARDS[3], office.identity.phone_hash(PHONE)]
    assert {needle for _, needle in left(office.store, needles)} == set(needles)
    erase(office.store, office.identity, Beside(tmp_path / "log", tmp_path / "s"), PHONE, "olga", T0_MS)
    again = import_rows(office.store, office.identity, "members", rows, T0_MS)
    assert (again.added, again.refused) == (0, 1)
    assert left(office.store, needles) == set()
    assert read_books(office.store, []).sound
    assert rebuild(office.store, tmp_path, office.now_ms).same


def test_a_person_who_comes_back_joins_as_somebody_new(life):
    life.erase()
    joined, personal = life.till.enrolled(hex_id("anna anew"), CARDS[4], PHONE, NAME, hex_id("joined anew"))
    life.till.put(joined)
    store_personal(life.office.store, life.office.identity, [personal])
    life.office.apply()
    found = find_member(life.office.store, life.office.identity, PHONE)
    assert (found.ident.member_id, found.ident.name_masked) == (hex_id("anna anew"), MASKED)
    assert found.ident.cards == (CARDS[4],)


def test_a_flag_stays_and_says_no_card(office, tmp_path):
    till = office.till()
    joined, _ = till.enrolled(ANNA, CARDS[0], PHONE, NAME)
    till.put(joined, till.enrolled(BORIS, CARDS[0])[0])
    office.apply()
    erase(office.store, office.identity, Beside(tmp_path / "log", tmp_path / "s"), CARDS[0], "olga", T0_MS)
    with office.store.read() as tx:
        assert [(row.kind, row.detail) for row in tx.execute(select(FLAG))] == [("card_taken", "")]


def test_of_a_family_the_points_stay_with_the_others(life):
    office = life.office
    create_family(office.store, office.identity, Wish("olga", T0_MS + 3, office.random), [CARDS[0], CARDS[2]])
    account = find_member(office.store, office.identity, CARDS[2]).ident.account_id
    before = balance(office, account)
    life.erase()
    assert balance(office, account) == before > 0
    assert left(office.store, life.needles()) == set()
    assert verify(office.store).findings == ()


def test_what_waits_or_was_put_aside_is_redacted_too(office, tmp_path):
    till, other = office.till(), office.till()
    joined, _ = till.enrolled(ANNA, CARDS[0], PHONE, NAME)
    sale = named(till.receipt(ANNA, earned=30))
    waits = other.back(sale, total=5_000, earned=15, member_name=MASKED)
    later = till.event(SaleCompleted(named(till.receipt(ANNA)))).replace(b'"v":1', b'"v":9')
    till.put(joined, later)
    other.put(waits)
    office.apply()
    with office.store.read() as tx:
        assert sorted(tx.execute(select(EVENT.c.state)).scalars()) == ["applied", "parked", "waiting"]
    erase(office.store, office.identity, Beside(tmp_path / "log", tmp_path / "s"), CARDS[0], "olga", T0_MS)
    assert left(office.store, [MASKED, CARDS[0]]) == set()
    till.put(till.event(SaleCompleted(sale)))
    office.apply()
    assert balance(office, ANNA) == 15
    assert left(office.store, [MASKED]) == set()
    assert verify(office.store).findings == ()


def test_consents_stay_as_proof_and_name_nobody(office, tmp_path):
    till = office.till()
    joined, _ = till.enrolled(ANNA, CARDS[0], PHONE, NAME)
    till.put(joined.replace(b'"consents":[]', b'"consents":[{"given":true,"purpose":"processing","version":"1"}]'))
    office.apply()
    erase(office.store, office.identity, Beside(tmp_path / "log", tmp_path / "s"), CARDS[0], "olga", T0_MS)
    with office.store.read() as tx:
        row = tx.execute(select(CONSENT)).one()
        assert tx.execute(select(ALIAS)).all() == tx.execute(select(PERSONAL)).all() == []
    assert (row.member_id, row.purpose, row.given) == (ANNA, "processing", 1)


# -- files: what a thief of the disk would read


def test_no_byte_of_the_database_s_files_has_it_any_more(tmp_path):
    file = tmp_path / "office.db"
    with opened_office(f"sqlite:///{file}") as office:
        publish_programme(office.store, office.identity, CLUB, T0_MS - 1)
        life = live(office, tmp_path)
        found = in_files(tmp_path, life.needles())
        assert {NAME, MASKED, PHONE[2:], BIRTHDAY, CARDS[0], "her own reason"} <= found
        life.erase()
        assert list(life.at.snapshots.glob("*.*t*")) == []
        (tmp_path / "tickets.csv").unlink()
        assert in_files(tmp_path, life.needles()) == set()


def in_files(folder: Path, needles: list[str]) -> set[str]:
    held = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return {needle for needle in needles if needle.encode() in held}


def test_a_restored_backup_is_erased_again_before_it_is_in_place(tmp_path):
    file, copy, aside = tmp_path / "office.db", tmp_path / "copy.db", tmp_path / "aside.db"
    with opened_office(f"sqlite:///{file}") as office:
        publish_programme(office.store, office.identity, CLUB, T0_MS - 1)
        life = live(office, tmp_path)
        back_up(file, copy)
        life.erase()
        needles = life.needles()
    (tmp_path / "tickets.csv").unlink()
    with closing(open_store(f"sqlite:///{copy}")) as store:
        assert left(store, needles) != set()
    erased = erased_in(life.at.log, file)
    restore(copy, file, aside, bytes, erased, T0_MS)
    with closing(open_store(f"sqlite:///{file}")) as store:
        assert left(store, needles) == set()
        assert verify(store).findings == ()
    assert in_files(file.parent / "nothing", needles) == set()
    assert not {needle for needle in needles if needle.encode() in file.read_bytes()}


def test_who_joined_after_the_backup_is_not_brought_back_by_the_tills(tmp_path):
    file, copy, aside = tmp_path / "office.db", tmp_path / "copy.db", tmp_path / "aside.db"
    at = Beside(tmp_path / "erased.log", tmp_path / "snapshots")
    with opened_office(f"sqlite:///{file}") as office:
        till = office.till()
        back_up(file, copy)
        joined, personal = till.enrolled(ANNA, CARDS[0], PHONE, NAME)
        data = till.segment(joined, till.event(SaleCompleted(named(till.receipt(ANNA, earned=30)))))
        till.send(data)
        store_personal(office.store, office.identity, [personal])
        office.apply()
        erase(office.store, office.identity, at, CARDS[0], "olga", T0_MS)
    restore(copy, file, aside, bytes, erased_in(at.log, file), T0_MS)
    with closing(open_store(f"sqlite:///{file}")) as store:
        again = TestOffice(store, read_identity(store))
        till.office = again
        till.send(data)
        again.apply()
        assert balance(again, ANNA) == 30
        assert left(store, [NAME, MASKED, CARDS[0], PHONE[2:]]) == set()
        assert verify(store).findings == ()
        ident = FEED["ident"]
        with store.read() as tx:
            (row,) = tx.execute(select(ident)).all()
        assert (row.key, row.body) == (ANNA, None), "the till that has the member must be told"


def test_the_record_is_read_from_the_file_and_from_a_database_that_may_be_broken(tmp_path):
    log, database = tmp_path / "erased.log", tmp_path / "broken.db"
    one, two = Erased(ANNA, ANNA, "olga", 1), Erased(BORIS, BORIS, "anna", 2)
    write_log(log, [one])
    database.write_bytes(b"no database")
    assert erased_in(log, database) == (one,)
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        repeat_erasings(office.store, office.identity, [two], 3)
        assert erased_before(Beside(log, tmp_path / "s"), office.store) == tuple(sorted([one, two]))
    assert sorted(read_log(log)) == sorted([one, two])


def test_a_line_of_the_record_that_was_cut_short_spoils_no_other(tmp_path):
    log = tmp_path / "erased.log"
    write_log(log, [Erased(ANNA, ANNA, "olga", 1)])
    log.write_bytes(log.read_bytes()[:-20])
    assert read_log(log) == ()
    write_log(log, [Erased(BORIS, BORIS, "olga", 2)])
    write_log(log, [Erased(BORIS, BORIS, "olga", 2)])
    assert read_log(log) == (Erased(BORIS, BORIS, "olga", 2),)


def test_the_record_is_written_before_anything_goes(life, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(erasing, "forget", _dies)
        with pytest.raises(_KilledError):
            life.erase()
    assert {each.member_id for each in read_log(life.at.log)} == {ANNA, TWIN}


def test_an_erasing_amid_a_round_leaves_nothing_of_what_the_round_had_read(life, monkeypatch):
    from sync_server import rounds

    office, till = life.office, life.till
    till.put(till.event(SaleCompleted(named(till.receipt(ANNA, earned=9)))))
    whole = rounds.apply_events

    def erased_meanwhile(store, arrived) -> None:
        life.erase()
        whole(store, arrived)

    with monkeypatch.context() as patched:
        patched.setattr(rounds, "apply_events", erased_meanwhile)
        office.apply()
    assert left(office.store, life.needles()) == set()
    assert verify(office.store).findings == ()


class Recorder:
    """A connection that only notes what it is asked: some builds of SQLite overwrite by themselves, others do not."""

    isolation_level: object = ""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def cursor(self) -> Recorder:
        return self

    def execute(self, statement: str) -> None:
        self.asked.append(statement)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("prepare", [_prepare_sqlite, prepare_connection], ids=["head office", "cache of a till"])
def test_what_is_deleted_is_overwritten_whatever_build_of_sqlite_it_is(prepare):
    recorder = Recorder()
    arguments: list[Any] = [recorder, None] if prepare is _prepare_sqlite else [recorder]
    prepare(*arguments)
    assert "PRAGMA secure_delete=ON" in recorder.asked
