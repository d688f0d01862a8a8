"""What the console asks: totals, lists, members and terminals, as they stand after a few receipts."""

from __future__ import annotations

import pytest

from loyalty.events import Consent, ConsentChanged, SaleCompleted
from sync_server.books import read_books, wait_for_books
from sync_server.demo_data import import_demo_members
from sync_server.member_reports import find_members
from sync_server.personal import store_personal
from sync_server.reports import HourTotals, day_totals, read_counts, terminal_lines
from sync_server.users import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, check_user, set_user
from tests.support.server import T0_MS, hex_id

ANNA = hex_id("anna")


@pytest.fixture
def shop(office):
    """One till; Anna enrolled, two sales and a return of hers, one sale without a member."""
    till = office.till("Till one")
    event, personal = till.enrolled(ANNA, "2990001000015", "+79031234567")
    sale = till.receipt(account=ANNA, earned=30, total=20_000, qty=2000, at_ms=T0_MS + 1)
    till.put(
        event,
        till.event(SaleCompleted(sale)),
        till.back(sale, earned=15, total=10_000, at_ms=T0_MS + 2),
        till.sale(account=ANNA, earned=1, redeemed=5, total=1000, at_ms=T0_MS + 3),
        till.sale(total=500, at_ms=T0_MS + 4),
        till.event(ConsentChanged(ANNA, ANNA, Consent("advertising", "1", True), "anna")),
    )
    office.apply()
    store_personal(office.store, office.identity, [personal])
    return office, till, sale


def test_a_day_is_told_by_hours_with_returns_apart(shop):
    office, _, _ = shop
    hour = HourTotals(
        10, sales=3, returns=1, sold_minor=21_500, returned_minor=10_000, members=2, earned_points=31, redeemed_points=5
    )
    assert day_totals(office.store, "2026-11-22") == (hour,)
    assert day_totals(office.store, "2026-11-22", "S1") == (hour,)
    assert day_totals(office.store, "2026-11-22", "S2") == ()
    assert day_totals(office.store, "2026-11-23") == ()


@pytest.mark.parametrize(
    "text",
    [
        "2990001000015",
        "8 (903) 123-45-67",
        "+79031234567",
        "4567",
        "567",
        "0015",
        "015",
        "000015",
        "ИВАНОВА м",
        "иванова мария",
        "",
    ],
)
def test_a_member_is_found_by_card_phone_tail_and_name(shop, text):
    office, _, _ = shop
    (line,) = find_members(office.store, office.identity, text)
    assert (line.member_id, line.name_masked, line.points) == (ANNA, "Мария И.", 11)


@pytest.mark.parametrize(
    "text", ["2990001000022", "+79031234568", "12", "15", "1015", "900015", "Мария", "%", "_", "\x00"]
)
def test_nobody_is_found_by_what_nobody_has(shop, text):
    office, _, _ = shop
    found = find_members(office.store, office.identity, text)
    assert found == () or text == "\x00"


def test_terminals_tell_what_is_stored_applied_and_unknown(shop):
    office, till, _ = shop
    till.put(b"nonsense")
    office.apply()
    till.put(till.sale(account=ANNA, earned=1), till.sale())
    (line,) = terminal_lines(office.store)
    assert (line.terminal_no, line.name, line.store_name, line.state) == (1, "Till one", "Shop one", "active")
    assert (line.events_stored, line.events_behind, line.events_parked) == (9, 2, 1)
    assert (line.epoch, line.seq) == (1, 9)


def test_counts_and_books_agree(shop):
    office, till, _ = shop
    counts = read_counts(office.store)
    assert (counts.members, counts.receipts, counts.terminals, counts.points) == (1, 4, 1, 11)
    books = read_books(office.store, [ANNA, hex_id("nobody")])
    assert [
        [(wallet, of.balance_points, of.ledger_points) for wallet, of in line.wallets.items()]
        for line in books.accounts
    ] == [[("main", 11, 11)], [("main", 0, 0)]]
    assert (books.receipts, books.events, books.stored_twice, books.conserved) == (4, 6, 0, True)
    till.put(till.sale(account=ANNA, earned=1))
    assert wait_for_books(office.store, [], lambda: 0, 0).events_behind == 1


def test_many_members_make_a_page_and_no_more(office):
    import_demo_members(office.store, office.identity, 120)
    assert len(find_members(office.store, office.identity, "", limit=50)) == 50
    assert len(find_members(office.store, office.identity, "", limit=10_000)) == 120


def test_a_user_logs_in_by_the_password_and_nothing_else(office):
    set_user(office.store, "olga", "correct horse", "viewer", T0_MS)
    assert check_user(office.store, "olga", "correct horse") == "viewer"
    assert check_user(office.store, "olga", "correct horsf") is None
    assert check_user(office.store, "nobody", "correct horse") is None
    set_user(office.store, "olga", "another password", "owner", T0_MS)
    assert check_user(office.store, "olga", "correct horse") is None
    assert check_user(office.store, "olga", "another password") == "owner"


@pytest.mark.parametrize(
    ("name", "password"),
    [("", "long enough"), ("x" * 61, "long enough"), ("a\nb", "long enough"), ("a", "x" * (MIN_PASSWORD_CHARS - 1)),
     ("a", "x" * (MAX_PASSWORD_CHARS + 1))],
)  # fmt: skip
def test_a_user_needs_a_name_and_a_password_of_some_length(office, name, password):
    from loyalty.errors import BadInput

    with pytest.raises(BadInput):
        set_user(office.store, name, password, "owner", T0_MS)
