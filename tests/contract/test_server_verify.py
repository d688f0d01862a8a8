"""Verify on SQLite and PostgreSQL alike: a sound head office passes, and each thing broken by hand is named."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from loyalty.events import SaleCompleted
from loyalty.receipt import Receipt
from sync_server.families import create_family
from sync_server.member_changes import Wish
from sync_server.schema import (
    BUCKET_HEAD,
    BUDGET_SHARE,
    EFFECT_IN,
    EFFECT_OUT,
    EVENT,
    FEED,
    LEDGER,
    MEMBER,
    PROGRAMME_TOTAL,
    RECEIPT,
    SEGMENT,
    TERM_BUCKET,
    TERMINAL,
    TERMINAL_CURSOR,
)
from sync_server.verifying.found import SENTENCES, Finding, told
from sync_server.verifying.verify import MAX_TOLD, verified_lines, verify
from tests.support.server import T0_MS, TestOffice, hex_id

ANNA, BORIS = hex_id("anna"), hex_id("boris")


@pytest.fixture
def office(office):
    """Two tills and two members in one family; a sale, its return, an event nobody reads, and a new epoch."""
    till, other = office.till(), office.till()
    for member, card in ((ANNA, "2990001000018"), (BORIS, "2990001000025")):
        till.put(till.enrolled(member, card)[0])
    sold = till.receipt(account=ANNA, earned=30)
    till.put(till.event(sale_of(sold)), till.sale(account=BORIS, earned=12))
    common = till.hash
    till.put(till.back(sold, total=5_000, earned=15))
    other.put(other.sale(account=ANNA, earned=1), b"not an event")
    office.apply()
    create_family(office.store, office.identity, Wish("olga", T0_MS, office.random), ["2990001000018", "2990001000025"])
    office.apply()
    till.new_epoch(common)
    till.put(till.sale(account=ANNA, earned=2))
    office.apply()
    return office


def sale_of(receipt: Receipt) -> SaleCompleted:
    return SaleCompleted(receipt)


def broken(office: TestOffice, *statements) -> list[str]:
    """The kinds of what is found once this has been done to the database."""
    for statement in statements:
        with office.store.begin(None) as tx:
            assert tx.execute(statement).rowcount > 0
    return sorted(verify(office.store).found)


def first(office: TestOffice, table):
    with office.store.read() as tx:
        return tx.execute(select(table)).first()


def test_a_sound_head_office_passes_and_is_told_in_figures(office):
    done = verify(office.store)
    assert done.sound, done.findings
    assert (done.terminals, done.segments, done.events, done.waiting) == (2, 6, 8, 0)
    assert list(verified_lines(done, "en")) == [
        "2 terminals, 6 segments, 8 events, 0 not applied yet: all is sound."
    ]  # fmt: skip


def test_what_is_stored_and_not_applied_yet_is_no_fault(office):
    till = office.till()
    till.put(till.sale(), till.sale())
    done = verify(office.store)
    assert (done.sound, done.waiting, done.events) == (True, 2, 10)


def test_progress_ends_at_the_whole(office):
    steps = []
    verify(office.store, lambda done, whole: steps.append((done, whole)))
    assert steps == [(done, 6 + 256) for done in range(1, 263)]


def test_a_flipped_bit_of_a_segment_is_named(office):
    row = first(office, SEGMENT)
    blob = bytes([row.blob[0] ^ 1]) + row.blob[1:]
    mine = (SEGMENT.c.tseq == row.tseq) & (SEGMENT.c.terminal == row.terminal)
    assert "verify.segment" in broken(office, update(SEGMENT).where(mine).values(blob=blob))


def test_a_segment_signed_by_another_key_is_named(office):
    with office.store.read() as tx:
        keys = [(row.terminal, row.public_key) for row in tx.execute(select(TERMINAL))]
    swapped = update(TERMINAL).where(TERMINAL.c.terminal == keys[0][0]).values(public_key=keys[1][1])
    assert "verify.signature" in broken(office, swapped)


def test_a_missing_segment_is_a_gap_and_its_events_have_no_source(office):
    gone = delete(SEGMENT).where(SEGMENT.c.epoch == 1, SEGMENT.c.first_seq == 2)
    found = broken(office, gone)
    assert {"verify.gap", "verify.chain", "verify.no_source"} <= set(found)


def test_a_lost_last_segment_is_a_tip_that_is_not_the_cursor(office):
    gone = delete(SEGMENT).where(SEGMENT.c.epoch == 2)
    assert broken(office, gone) == ["verify.no_source", "verify.tip"]


def test_an_epoch_that_follows_nothing_stored_is_named(office):
    """The event the second epoch commits to is gone, with all that came after it."""
    gone = delete(SEGMENT).where(SEGMENT.c.epoch == 1, SEGMENT.c.first_seq >= 3)
    assert "verify.chain" in broken(office, gone)


def test_a_cursor_that_was_moved_is_named(office):
    moved = update(TERMINAL_CURSOR).where(TERMINAL_CURSOR.c.epoch == 2).values(seq=7)
    assert broken(office, moved) == ["verify.tip"]


def test_segments_of_no_terminal_are_named(office):
    terminal = first(office, TERMINAL).terminal
    found = broken(office, delete(TERMINAL).where(TERMINAL.c.terminal == terminal))
    assert "verify.no_terminal" in found


def test_a_row_that_says_something_else_than_its_segment_is_named(office):
    found = broken(office, update(SEGMENT).where(SEGMENT.c.epoch == 2).values(last_seq=2))
    assert "verify.place" in found


def test_an_event_that_is_nowhere_in_the_books_is_named(office):
    row = first(office, EVENT)
    gone = delete(EVENT).where(EVENT.c.bucket == row.bucket, EVENT.c.event_id == row.event_id)
    assert broken(office, gone) == ["verify.event"]


def test_an_event_with_other_bytes_and_no_flag_is_named(office):
    row = first(office, EVENT)
    other = update(EVENT).where(EVENT.c.event_id == row.event_id).values(digest=bytes(16))
    assert broken(office, other) == ["verify.bytes"]


def test_other_bytes_that_were_flagged_are_no_fault(office):
    till = office.till()
    till.put(till.event(sale_of(till.receipt(total=1)), hex_id("same")))
    till.put(till.event(sale_of(till.receipt(total=2)), hex_id("same")))
    office.apply()
    assert verify(office.store).found == {}


def test_a_receipt_that_is_gone_or_changed_is_named(office):
    row = first(office, RECEIPT)
    mine = (RECEIPT.c.bucket == row.bucket) & (RECEIPT.c.receipt_id == row.receipt_id)
    assert broken(office, update(RECEIPT).where(mine).values(raw=b"{}")) == ["verify.receipt"]
    assert broken(office, delete(RECEIPT).where(mine)) == ["verify.receipt"]


def test_a_member_that_is_gone_is_named(office):
    gone = delete(MEMBER).where(MEMBER.c.member_id == ANNA)
    assert broken(office, gone) == ["verify.member"]


def test_a_mark_that_was_set_back_is_named(office):
    assert broken(office, update(TERM_BUCKET).where(TERM_BUCKET.c.seq > 1).values(epoch=1, seq=1)) == ["verify.mark"]


def test_an_entry_that_is_gone_is_named_with_its_account(office):
    gone = delete(LEDGER).where(LEDGER.c.account_id == BORIS, LEDGER.c.contra == "issued")
    assert broken(office, gone) == ["verify.balance", "verify.bucket", "verify.total"]
    assert f"account {BORIS}" in " ".join(found.where for found in verify(office.store).findings)


def test_a_programme_account_that_was_changed_is_named(office):
    issued = PROGRAMME_TOTAL.c.contra == "issued"
    changed = update(PROGRAMME_TOTAL).where(issued).values(points=PROGRAMME_TOTAL.c.points + 1)
    assert broken(office, changed) == ["verify.bucket", "verify.total"]


def test_figures_beside_a_balance_are_checked(office):
    table = FEED["bal"]
    changed = update(table).where(table.c.key == ANNA).values(points=1, gift_minor=-1)
    assert "verify.columns" in broken(office, changed)


def test_a_balance_in_a_changed_body_is_named(office):
    table = FEED["bal"]
    with office.store.read() as tx:
        row = next(row for row in tx.execute(select(table)) if b'"main":30' in bytes(row.body))
    body = bytes(row.body).replace(b'"main":30', b'"main":31')
    found = broken(office, update(table).where(table.c.key == row.key).values(body=body))
    assert found == ["verify.balance", "verify.columns", "verify.hash"]


@pytest.mark.parametrize("stream", ["ident", "bal"])
def test_a_row_of_the_feed_that_is_gone_leaves_the_checksum(office, stream):
    row = first(office, FEED[stream])
    gone = delete(FEED[stream]).where(FEED[stream].c.key == row.key)
    assert "verify.checksum" in broken(office, gone)


def test_a_head_that_was_set_back_is_named(office):
    assert broken(office, update(BUCKET_HEAD).values(seq=0)) == ["verify.seq"]
    assert broken(office, update(BUCKET_HEAD).values(checksum=1)) == ["verify.checksum", "verify.seq"]


def test_an_effect_that_did_not_arrive_or_that_nobody_sent_is_named(office):
    sent = first(office, EFFECT_OUT)
    assert broken(office, delete(EFFECT_IN).where(EFFECT_IN.c.effect_id == sent.effect_id)) == ["verify.effect"]
    with office.store.begin(None) as tx:
        row = {"bucket": 1, "effect_id": hex_id("nobody"), "kind": "carry", "at_ms": 0}
        tx.execute(text("INSERT INTO effect_in VALUES (:bucket, :effect_id, :kind, :at_ms)"), row)
    assert sorted(verify(office.store).found) == ["verify.effect", "verify.effect_alone"]


def test_an_effect_that_failed_is_named(office):
    assert broken(office, update(EFFECT_OUT).values(state="failed")) == ["verify.effect_failed"]


def test_points_lost_between_accounts_are_named(office):
    """Both sides of one entry of clearing gone: the bucket balances, the books as a whole do not."""
    with office.store.read() as tx:
        row = tx.execute(select(LEDGER).where(LEDGER.c.contra == "clearing", LEDGER.c.points > 0)).first()
        table = FEED["bal"]
        kept = tx.execute(select(table).where(table.c.key == row.account_id)).one()
    assert row is not None
    assert kept.points > 0
    entry = (LEDGER.c.event_id == row.event_id) & (LEDGER.c.account_id == row.account_id)
    place = (PROGRAMME_TOTAL.c.bucket == row.bucket) & (PROGRAMME_TOTAL.c.contra == "clearing")
    other = update(PROGRAMME_TOTAL).where(place).values(points=PROGRAMME_TOTAL.c.points + row.points)
    assert "verify.clearing" in broken(office, delete(LEDGER).where(entry), other)


def test_a_share_below_what_was_used_of_it_is_named(office):
    row: dict[str, Any] = dict.fromkeys((column.name for column in BUDGET_SHARE.c), 0)
    row |= {"bucket": 1, "campaign_id": "walk-out", "terminal": "t", "store": "S1", "used_minor": 1}
    with office.store.begin(None) as tx:
        tx.execute(BUDGET_SHARE.insert().values(row))
    assert sorted(verify(office.store).found) == ["verify.share"]


def test_of_each_kind_so_many_are_told_and_the_rest_is_counted(office):
    till = office.till()
    till.put(*(till.sale() for _ in range(MAX_TOLD + 1)))
    office.apply()
    with office.store.begin(None) as tx:
        tx.execute(delete(RECEIPT).where(RECEIPT.c.account_id == ""))
    done = verify(office.store)
    assert done.found == {"verify.receipt": MAX_TOLD + 1}
    assert len(done.findings) == MAX_TOLD
    assert f"verify.receipt: {MAX_TOLD + 1} in all, the first {MAX_TOLD} are above." in list(verified_lines(done, "en"))


def test_each_kind_says_what_is_wrong_and_what_to_do_in_both_languages():
    for code in SENTENCES:
        if not code.endswith("mend"):
            for lang in ("ru", "en"):
                assert told(Finding(code, "HERE"), lang).count("HERE (") == 1
