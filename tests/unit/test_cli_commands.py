"""The command line of a till: what it prints, and that every error is a sentence and exit status 1."""

import sqlite3
from pathlib import Path

import msgspec
import pytest
import zstandard
import zxingcpp
from PIL import Image

from loyalty.chain import read_segment
from loyalty.codes import card_number
from loyalty.events import bucket_of, canonical
from loyalty.feed import Applied, BalanceRow, FeedRow
from loyalty.segment_file import read_segment_file
from terminal.cli import main
from terminal.offline_queue.forks import Fork, keep_fork
from terminal.offline_queue.sentences import store_fault
from terminal.session import commands as c
from tests.support.counter import ANNA, CARD, NOON, PHONE, PROGRAMME
from tests.support.queue_samples import cursor_to
from tests.support.small_till import make_till, opened_rig


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    code = ended.value.code
    return (code if isinstance(code, int) else 0 if code is None else 1), printed.out, printed.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_till(tmp_path / "till")
    return tmp_path / "till"


def test_a_member_is_found_by_card_and_by_phone_beside_a_running_till(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened_rig(folder):
        by_card = run(capsys, "member", "find", CARD, "--data", folder, "--lang", "en")
        by_phone = run(capsys, "member", "find", f"8{PHONE[2:]}", "--data", folder, "--lang", "en")
    assert by_card == by_phone
    assert by_card[0] == 0
    assert CARD in by_card[1]
    assert PHONE[2:] not in by_card[1]


@pytest.mark.parametrize("key", ["hello", "4600000000000", "12", "KC123"])
def test_what_is_neither_card_nor_phone_is_refused_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    code, out, err = run(capsys, "member", "find", key, "--data", folder)
    assert (code, out) == (1, "")
    assert err.strip()
    assert "Traceback" not in err


def test_queue_status_counts_what_waits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened_rig(folder) as rig:
        rig.engine.dispatch(c.OpenShift("Olga"))
        code, out, _ = run(capsys, "queue", "status", "--data", folder, "--lang", "en")
    assert code == 0
    counts = {line[: line.index("  ")]: line.split()[-1] for line in out.splitlines()}
    assert counts["Events recorded"] == counts["Waiting to be sent"] == "1"


def test_queue_verify_reads_the_whole_journal_beside_a_running_till(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened_rig(folder) as rig:
        rig.engine.dispatch(c.OpenShift("Olga"))
        code, out, _ = run(capsys, "queue", "verify", "--data", folder, "--lang", "en")
    assert (code, out) == (0, "The journal is whole, events: 1\nThe index agrees with the journal\n")
    _, out, _ = run(capsys, "queue", "verify", "--data", folder, "--lang", "ru")
    assert out == "Журнал цел, событий: 1\nУказатель сходится с журналом\n"


def test_queue_verify_says_where_the_journal_breaks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened_rig(folder) as rig:
        rig.engine.dispatch(c.OpenShift("Olga"))
    spoil(folder / "journal.db", "UPDATE event SET raw = raw || ' '")
    code, _, err = run(capsys, "queue", "verify", "--data", folder, "--lang", "en")
    assert (code, err.splitlines()[0]) == (1, "The journal is damaged at event 1/1")


def test_queue_verify_says_which_tables_of_the_index_differ(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened_rig(folder) as rig:
        rig.engine.dispatch(c.OpenShift("Olga"))
    with opened_rig(folder):
        pass  # which brings the index up to the journal
    spoil(folder / "journal-index.db", "DELETE FROM named")
    code, out, err = run(capsys, "queue", "verify", "--data", folder, "--lang", "en")
    assert (code, out) == (1, "The journal is whole, events: 1\n")
    told = "The index differs from the journal: named\nEnd the till and delete journal-index.db: it is made anew\n"
    assert err == told
    (folder / "journal-index.db").unlink()
    with opened_rig(folder):
        pass
    assert run(capsys, "queue", "verify", "--data", folder, "--lang", "ru")[0] == 0


def test_queue_mend_begins_a_new_epoch_and_only_where_there_is_something_to_mend(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened_rig(folder) as rig:
        rig.engine.dispatch(c.OpenShift("Olga"))
        assert run(capsys, "queue", "mend", "--by", "Olga", "--data", folder, "--lang", "en")[0] == 1, "the till runs"
        rig.store.journal.write(lambda connection: keep_fork(connection, Fork("fence", 0)))
    out = run(capsys, "queue", "status", "--data", folder, "--lang", "en")[1]
    assert "Another till works under this till's name" in out
    done = run(capsys, "queue", "mend", "--by", "Olga", "--data", folder, "--lang", "en")
    assert done == (0, "Epoch 2 has begun. Events that go up anew: 1\n", "")
    done = run(capsys, "queue", "mend", "--by", "Olga", "--data", folder, "--lang", "ru")
    assert done == (1, "", "Чинить нечего: журнал один\n")
    assert run(capsys, "queue", "verify", "--data", folder, "--lang", "en")[:2] == (
        0,
        "The journal is whole, events: 2\nThe index agrees with the journal\n",
    )


def test_queue_export_writes_what_waits_beside_a_running_till(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened_rig(folder) as rig:
        rig.engine.dispatch(c.OpenShift("Olga"))
        code, out, err = run(capsys, "queue", "export", tmp_path, "--data", folder, "--lang", "en")
    file = tmp_path / "T1-1-000001-000001.kopilka"
    assert (code, out, err) == (0, f"Written: events 1 to 1 (1)\nFile: {file}\n", "")
    (segment,) = read_segment_file(file.read_bytes(), file.name).segments
    assert b"shift_opened" in zstandard.ZstdDecompressor().decompress(read_segment(segment).blob)
    assert sorted(tmp_path.glob("*.kopilka*")) == [file]


def test_queue_export_says_that_nothing_waits(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "file"
    done = run(capsys, "queue", "export", target, "--data", folder, "--lang", "en")
    assert (*done, target.exists()) == (0, "Nothing waits: no file was written\n", "", False)


def test_queue_export_does_not_pass_a_damaged_journal_for_a_whole_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened_rig(folder) as rig:
        rig.engine.dispatch(c.OpenShift("Olga"))
    spoil(folder / "journal.db", "UPDATE event SET raw = raw || ' '")
    target = tmp_path / "file"
    code, _, err = run(capsys, "queue", "export", target, "--data", folder, "--lang", "en")
    assert (code, err.splitlines()[0], target.exists()) == (1, "The journal is damaged at event 1/1", False)


def test_queue_export_to_where_nothing_can_be_written_is_a_sentence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened_rig(folder) as rig:
        rig.engine.dispatch(c.OpenShift("Olga"))
    code, _, err = run(capsys, "queue", "export", tmp_path / "gone" / "file", "--data", folder)
    assert (code, "gone" in err, "Traceback" in err) == (1, True, False)


def test_queue_import_refuses_what_is_no_file_of_events(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    code, _, err = run(capsys, "queue", "import", tmp_path / "photo.jpg", "--data", folder, "--lang", "en")
    assert (code, err) == (1, "photo.jpg is no file of a till's events\n")


def spoil(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "command",
    [
        ("queue", "status"),
        ("queue", "verify"),
        ("queue", "export", "stick"),
        ("queue", "import", "file"),
        ("member", "find", CARD),
        ("terminal",),
        ("agent",),
    ],
)
def test_a_till_that_is_not_enrolled_says_how_to_enrol(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    code, _, err = run(capsys, *command, "--data", tmp_path / "nothing", "--lang", "en")
    assert code == 1
    assert "kopilka enrol" in err
    assert "Traceback" not in err


def test_a_till_that_has_had_nothing_from_the_head_office_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in folder.glob("cache.db*"):
        part.unlink()
    code, _, err = run(capsys, "member", "find", CARD, "--data", folder, "--lang", "en")
    assert (code, err.splitlines()[0]) == (1, "This till has had nothing from the head office yet")


def test_a_card_is_a_picture_and_several_are_a_sheet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture, sheet = folder / "card.png", folder / "sheet.pdf"
    assert run(capsys, "member", "card", CARD, "--data", folder, "--out", picture)[0] == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert run(capsys, "member", "card", CARD, CARD, "--data", folder, "--out", sheet)[0] == 0
    assert sheet.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", ["card.gif", "card"])
def test_a_card_is_written_in_no_other_way(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / name
    code, _, err = run(capsys, "member", "card", CARD, "--data", folder, "--out", out, "--lang", "en")
    assert (code, err.strip()) == (1, f"{name}: a card is written as .png (one) or .pdf (a sheet)")
    assert not out.exists()


def test_a_card_that_cannot_be_written_is_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOPILKA_LANG", "en")
    nowhere = folder / "nowhere" / "card.png"
    code, out, err = run(capsys, "member", "card", CARD, "--data", folder, "--out", nowhere)
    assert (code, out, err) == (1, "", f"{nowhere}: No such file or directory\n")


def test_a_card_is_made_and_read_by_the_till_s_own_programme(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = PROGRAMME.replace('gift_card_prefixes = ["298"]', 'card_prefixes = ["298"]\nqr_prefix = "STAR:"')
    folder, number, picture = tmp_path / "till", card_number("298", 7), tmp_path / "card.png"
    make_till(folder, programme=rules)
    assert run(capsys, "member", "card", number, "--out", picture, "--data", folder, "--kind", "qr")[0] == 0
    with Image.open(picture) as card:
        assert [code.text for code in zxingcpp.read_barcodes(card.convert("L"))] == [f"STAR:{number}"]
    assert run(capsys, "member", "card", card_number("299", 7), "--out", picture, "--data", folder)[0] == 1


def test_a_wrong_card_number_makes_no_card(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "card.png"
    code, _, err = run(capsys, "member", "card", "2990000000010", "--data", folder, "--out", out, "--lang", "en")
    assert code == 1
    assert "check digit" in err
    assert not out.exists()


def test_a_till_in_use_is_not_opened_twice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened_rig(folder):
        code, _, err = run(capsys, "agent", "--data", folder, "--lang", "en")
    assert code == 1
    assert err.strip()
    assert "Traceback" not in err


STARS = """
[[wallet]]
id = "stars"
name = { ru = "Звёзды", en = "Stars" }
unit = { ru = "звезда|звезды|звёзд", en = "star|stars" }
"""


def test_a_member_s_other_wallets_are_named_as_the_programme_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "till"
    make_till(folder, programme=PROGRAMME + STARS)
    with opened_rig(folder) as rig:
        account = ANNA.account_id
        balance = BalanceRow(account, {"main": 200, "stars": 12, "gone": 5})
        rows = [FeedRow(account, 2, msgspec.Raw(canonical(balance)))]
        rig.store.cache.install(rows, cursor_to("bal", bucket_of(account), rows, Applied(), NOON.at_ms))
        member = rig.engine.call(lambda: rig.lookups.member(c.FindMember(CARD, "card"), rig.engine.around()))
        assert isinstance(member, c.MemberFound)
        assert (member.member.balance_points, member.member.wallets) == (200, {"stars": 12, "gone": 5})
    code, out, _ = run(capsys, "member", "find", CARD, "--data", folder, "--lang", "en")
    assert code == 0
    assert {"Points: 200", "Stars: 12"} <= set(out.splitlines())
    assert "5" not in out.replace(CARD, "")


@pytest.mark.parametrize(("lang", "said"), [("en", "To begin the demo anew"), ("ru", "Начать демо заново")])
def test_a_demo_that_cannot_go_on_says_why_and_how_to_begin_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str, said: str
) -> None:
    def older(shop: object) -> None:
        raise store_fault("journal.version", version=4)

    monkeypatch.setattr("terminal.demo.shop.DemoShop.start_office", older)
    code, _, err = run(capsys, "demo", "--data", tmp_path, "--lang", lang)
    reason, hint, anew = err.splitlines()
    assert code == 1
    assert "4" in reason
    assert hint
    assert anew.startswith(said)
