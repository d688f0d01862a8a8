"""Opening balances from another system: lot by lot, once, by double entry; a file with other sums is refused."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select

from loyalty.codes import card_number
from loyalty.errors import BadInput
from loyalty.feed import BalanceRow, IdentRow
from loyalty.points.purse import Figures, figures
from sync_server.books import read_books
from sync_server.csv_rows import Row
from sync_server.demo_data import publish_demo
from sync_server.erasing.erase import beside, erase
from sync_server.find_member import find_member
from sync_server.import_balances import MAX_SOURCE_CHARS
from sync_server.import_report import Imported, NotTaken
from sync_server.imports import import_file, import_rows
from sync_server.member_changes import Wish
from sync_server.merging import merge_members
from sync_server.programmes import publish_programme
from sync_server.rebuilding.rebuild import rebuild
from sync_server.schema import FEED, LEDGER
from sync_server.settings import Settings
from sync_server.verifying.verify import verify
from tests.support.offices import KINDS
from tests.support.server import T0_MS, TestOffice, office_on

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"
CARD, CARD2 = (card_number("2990000", number) for number in (1, 2))
PHONE = "+79031234567"
OLD, OLD2 = "7702000011112222", "7702000011113333"
RULES = """
id = "p"
version = 9
name = { ru = "П", en = "P" }
[codes]
old_cards = ["7702xxxxxxxxxxxx"]
[[wallet]]
id = "stars"
name = { ru = "Звёзды", en = "Stars" }
unit = { ru = "а|б|в", en = "a|b" }
worth_minor = 500
"""


@pytest.fixture(params=KINDS)
def either(request, tmp_path):
    with office_on(request.param, request, tmp_path) as made:
        yield with_two_members(made)


@pytest.fixture
def office(request, tmp_path):
    with office_on("sqlite", request, tmp_path) as made:
        yield with_two_members(made)


def with_two_members(made: TestOffice) -> TestOffice:
    publish_programme(made.store, made.identity, RULES, 1)
    add_members(made, {"card": CARD, "phone": PHONE}, {"card": CARD2})
    return made


def add_members(office: TestOffice, *fields: dict[str, str]) -> Imported:
    rows = [Row(2 + number, each) for number, each in enumerate(fields)]
    return import_rows(office.store, office.identity, "members", rows, T0_MS)


def lot(source: str, card: str = CARD, points: int | str = 100, **more: str) -> dict[str, str]:
    return {"source_id": source, "card": card, "points": str(points), **more}


def bring(office: TestOffice, *lots: dict[str, str], dry_run: bool = False) -> tuple[Imported, list[str]]:
    """What it came to, and the reasons of the rows left out."""
    left: list[NotTaken] = []
    rows = [Row(2 + number, fields) for number, fields in enumerate(lots)]
    done = import_rows(office.store, office.identity, "balances", rows, T0_MS, dry_run, left.append)
    return done, [each.reason.code for each in left]


def balance(office: TestOffice, card: str) -> BalanceRow:
    account = find_member(office.store, office.identity, card).ident.account_id
    with office.store.read() as tx:
        body = tx.execute(select(FEED["bal"].c.body).where(FEED["bal"].c.key == account)).scalar_one()
    return msgspec.json.decode(body, type=BalanceRow)


def entries(office: TestOffice) -> int:
    with office.store.read() as tx:
        return int(tx.execute(select(func.count()).select_from(LEDGER)).scalar_one())


def test_lots_come_with_their_dates_wallets_and_members(either) -> None:
    done, left = bring(
        either,
        lot("a", points=100, earned="2026-01-10", expires="2027-05-31"),
        lot("b", points=40, usable_from="2035-01-01", expires="31.12.2035"),
        lot("c", points=7),
        {"source_id": "d", "phone": "8 903 123-45-67", "wallet": "stars", "points": "3"},
        lot("e", CARD2, 9),
    )
    assert (done.added, left) == (5, [])
    mine = balance(either, CARD)
    assert mine.wallets == {"main": 147, "stars": 3}
    assert mine.purse is not None
    # today is in 2026: 100 and 7 can be spent, 40 only from 2035 on
    assert figures(mine.purse, "main", "2026-12-01") == Figures(107, 40, 0, 0)
    assert figures(mine.purse, "main", "2027-06-01") == Figures(7, 40, 100, 0)
    (first,) = [each for each in mine.purse.lots if each.points == 100]
    assert (first.earned_date, first.expires_date) == ("2026-01-10", "2027-05-31")
    assert (balance(either, CARD2).wallets, balance(either, CARD2).purse) == ({"main": 9}, None)


def test_the_books_balance_and_follow_from_themselves(either, tmp_path) -> None:
    bring(either, lot("a", expires="2030-01-01"), lot("b", CARD2, 5))
    books = read_books(either.store, ())
    assert books.conserved
    assert books.wallets["main"].liability_points == 105
    assert verify(either.store).sound
    assert rebuild(either.store, tmp_path, T0_MS + 1).same


def test_the_same_lot_again_adds_nothing_in_whatever_file(either) -> None:
    once = (lot("a", expires="2030-01-01"), lot("b", CARD2, 5))
    bring(either, *once)
    before = entries(either)
    done, left = bring(either, *once)
    assert (done.added, done.known, left, entries(either)) == (0, 2, [], before)
    done, left = bring(either, lot("b", CARD2, 5), lot("c", points=1))
    assert (done.added, done.known, left) == (1, 1, [])
    assert [(each.wallet, each.month, each.booked_points) for each in done.sums] == [("main", "", 6)]


def test_a_lot_with_other_figures_or_of_another_member_is_left_out(either) -> None:
    bring(either, lot("a", points=100, expires="2030-01-01"))
    for changed in (
        lot("a", points=101, expires="2030-01-01"), lot("a", points=100, expires="2031-01-01"),
        lot("a", CARD2, 100, expires="2030-01-01"), lot("a", points=100, wallet="stars", expires="2030-01-01"),
    ):  # fmt: skip
        assert bring(either, changed)[1] == ["balances.other"]
        assert bring(either, changed, dry_run=True)[1] == ["balances.other"]
    assert balance(either, CARD).wallets == {"main": 100}


def test_a_member_merged_since_has_the_lot_already(either) -> None:
    bring(either, lot("a", CARD2, 30))
    merge_members(either.store, either.identity, Wish("anna", T0_MS + 1, either.random), CARD, CARD2)
    done, left = bring(either, lot("a", CARD2, 30), lot("b", CARD2, 4))
    assert (done.added, done.known, left) == (1, 1, [])
    either.apply()
    assert balance(either, CARD).wallets == {"main": 34}


def test_a_lot_of_a_member_who_was_erased_comes_in_for_nobody_else(office, tmp_path) -> None:
    bring(office, lot("a"))
    erase(office.store, office.identity, beside(Settings(tmp_path)), CARD, "anna", T0_MS + 1)
    assert bring(office, lot("a", CARD2))[1] == ["balances.other"]
    assert bring(office, lot("a", CARD))[1] == ["balances.nobody"]
    assert verify(office.store).sound


def test_an_import_cut_short_between_claim_and_entry_is_finished_by_the_next(either, monkeypatch) -> None:
    def cut(*args, **more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("sync_server.import_balances._book", cut)
        with pytest.raises(KeyboardInterrupt):
            bring(either, lot("a"))
    assert bring(either, lot("a"))[0].added == 1
    assert balance(either, CARD).wallets == {"main": 100}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (lot(""), "balances.source"),
        (lot("x" * (MAX_SOURCE_CHARS + 1)), "balances.source"),
        (lot("a", points=0), "balances.points"),
        (lot("a", points="-5"), "import.points"),
        (lot("a", points="1.5"), "import.points"),
        (lot("a", points=1_000_000_001), "import.points"),
        (lot("a", wallet="moons"), "balances.wallet"),
        (lot("a", expires="2026-02-30"), "import.until"),
        (lot("a", expires="2026-01-01"), "balances.over"),
        (lot("a", usable_from="2031-01-01", expires="2030-12-31"), "balances.dates"),
        (lot("a", card_number("2990000", 77)), "balances.nobody"),
        (lot("a", ""), "import.nobody"),
        ({**lot("a", CARD2), "phone": PHONE}, "balances.two"),
    ],
)  # fmt: skip
def test_what_cannot_be_booked_is_left_out_with_the_reason(office, row, why) -> None:
    before = entries(office)
    done, left = bring(office, row, lot("good", points=1))
    assert (left, done.refused, done.added, entries(office)) == ([why], 1, 1, before + 1)


def test_the_longest_id_and_the_most_points_are_taken(office) -> None:
    assert bring(office, lot("x" * MAX_SOURCE_CHARS, points=1_000_000_000))[0].added == 1


def test_one_file_has_a_lot_once(office) -> None:
    done, left = bring(office, lot("a"), lot("a"))
    assert (done.added, left) == (1, ["import.twice"])


def test_a_dry_run_says_what_would_come_and_writes_nothing(office) -> None:
    before = entries(office)
    done, left = bring(office, lot("a", points=5), lot("b", points=0), dry_run=True)
    assert (done.added, left, entries(office)) == (1, ["balances.points"], before)
    assert bring(office, lot("a", points=5))[0].added == 1


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(("source_id;карта;кошелёк;баллы;баллы до", *rows, "")), "utf-8")
    return path


def brought(office: TestOffice, path: Path) -> Imported:
    return import_file(office.store, office.identity, "balances", path, T0_MS)


def test_a_file_that_comes_to_its_control_rows_is_taken(office, tmp_path) -> None:
    rows = (f"a;{CARD};;100;2027-05-31", f"b;{CARD};;20;2027-05-01", f"c;{CARD2};;3;", f"d;{CARD};stars;4;")
    controls = ("контроль;;;120;2027-05", "control;;main;3;never", "control;;main;123;", "control;;stars;4;")
    done = brought(office, write(tmp_path / "b.csv", *rows, *controls))
    assert (done.rows, done.added) == (4, 4)
    assert [msgspec.structs.astuple(each) for each in done.sums] == [
        ("main", "", 3, 3), ("main", "2027-05", 120, 120), ("stars", "", 4, 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "control", ["control;;;119;2027-05", "control;;;1;2027-06", "control;;;121;", "control;;;1;never"]
)
def test_a_file_that_does_not_come_to_a_control_row_is_refused_whole(office, tmp_path, control) -> None:
    before = entries(office)
    path = write(tmp_path / "b.csv", f"a;{CARD};;100;2027-05-31", f"b;{CARD};;20;2027-05-01", control)
    with pytest.raises(BadInput, match=r"balances\.control"):
        brought(office, path)
    assert entries(office) == before


@pytest.mark.parametrize("control", ["control;;;x;2027-05", "control;;;1;2027-13", "control;;;1;soon"])
def test_a_control_row_nobody_can_read_refuses_the_file(office, tmp_path, control) -> None:
    with pytest.raises(BadInput, match=r"balances\.control\.bad"):
        brought(office, write(tmp_path / "b.csv", f"a;{CARD};;100;", control))


def test_rows_left_out_are_missing_from_the_books_and_the_sums_say_so(office, tmp_path) -> None:
    path = write(tmp_path / "b.csv", f"a;{CARD};;100;", f"b;{card_number('2990000', 77)};;20;", "control;;;120;")
    (total,) = brought(office, path).sums
    assert (total.file_points, total.booked_points) == (120, 100)


def test_the_samples_come_in_one_after_the_other(request, tmp_path) -> None:
    with office_on("sqlite", request, tmp_path) as office:
        publish_demo(office.store, office.identity)
        import_file(office.store, office.identity, "members", SAMPLES / "members.csv", T0_MS)
        done = brought(office, SAMPLES / "balances.csv")
        assert (done.rows, done.added, sum(each.booked_points for each in done.sums)) == (5, 5, 4_468)


def test_cards_of_the_earlier_system_find_their_member(office) -> None:
    new = card_number("2990000", 5)
    add_members(office, {"card": OLD}, {"card": new, "more_cards": f"{OLD2}|7702000011114444"})
    assert bring(office, lot("a", OLD, 10), lot("b", OLD2, 20))[0].added == 2
    assert balance(office, OLD).wallets == {"main": 10}
    assert balance(office, new).wallets == {"main": 20}
    assert find_member(office.store, office.identity, new).ident.cards == (new, OLD2, "7702000011114444")


def test_a_member_who_is_here_gets_further_cards_once_and_nobody_elses(either) -> None:
    row = {"card": CARD, "more_cards": OLD}
    assert add_members(either, row).changed == 1
    assert add_members(either, row).known == 1
    assert add_members(either, {"card": CARD2, "more_cards": OLD}).refused == 1
    assert find_member(either.store, either.identity, OLD).ident.cards == (CARD, OLD)
    with either.store.read() as tx:
        bodies = tx.execute(select(FEED["ident"].c.body)).scalars().all()
    assert sum(OLD in msgspec.json.decode(body, type=IdentRow).cards for body in bodies) == 1


@pytest.mark.parametrize(
    ("cards", "taken"),
    [
        ("|".join(f"77020000111{number:05d}" for number in range(10)), 1),
        ("|".join(f"77020000111{number:05d}" for number in range(11)), 0),
        ("7702000011112222|1234", 0),
        (CARD2, 0),
    ],
)  # fmt: skip
def test_further_cards_are_ten_at_most_and_cards_each(office, cards, taken) -> None:
    done = add_members(office, {"card": card_number("2990000", 5), "more_cards": cards})
    assert (done.added, done.refused) == (taken, 1 - taken)
