"""`kopilka-server` as a process: set up, run, killed, run again; every error a sentence."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.api import EnrolReply, SegmentReply
from sync_server.reports import read_counts
from sync_server.serve import _listen
from tests.support.office_command import command, running
from tests.support.server import TestOffice, Till, hex_id, opened_office

ANNA = hex_id("anna")


def enrolled(address: str, data: Path, office: TestOffice) -> Till:
    code = command("enrol", "--store", "S1", data=data).stdout.strip()
    assert len(code) == 8
    key = Ed25519PrivateKey.generate()
    asked = {"code": code, "public_key": key.public_key().public_bytes_raw().hex(), "name": "till"}
    reply = msgspec.json.decode(httpx.post(f"{address}/v1/enrol", json=asked).content, type=EnrolReply)
    return Till(office, key, reply.terminal, reply.terminal_no, reply.fence)


def send(address: str, till: Till, data: bytes) -> SegmentReply:
    headers = {"content-type": "application/vnd.kopilka.segment", "kopilka-fence": till.fence}
    answer = httpx.post(f"{address}/v1/segments", content=data, headers=headers)
    assert answer.status_code == 200, answer.text
    reply = msgspec.json.decode(answer.content, type=SegmentReply)
    till.fence = reply.fence_next
    return reply


def test_what_was_acknowledged_survives_a_kill_and_is_counted_once(tmp_path):
    data = tmp_path / "office"
    with opened_office(f"sqlite:///{tmp_path / 'other.db'}") as helper:
        with running(data) as (server, address):
            till = enrolled(address, data, helper)
            last = till.segment(*(till.sale(account=ANNA, earned=1) for _ in range(200)))
            acked = send(address, till, last).acked
            server.send_signal(signal.SIGKILL)
            server.wait()
        with running(data) as (_, address):
            assert send(address, till, last).acked == acked
            send(address, till, till.segment(till.sale(account=ANNA, earned=5)))
            books = json.loads(command("books", "--json", ANNA, data=data).stdout)
    (account,) = books["accounts"]
    assert account["wallets"] == {"main": {"balance_points": 205, "ledger_points": 205, "opening_points": 0}}
    assert books["wallets"] == {"main": {"liability_points": 205, "moved_points": {"issued": 205}}}
    assert (books["receipts"], books["stored_twice"], books["conserved"], books["events_behind"]) == (201, 0, True, 0)


def test_a_second_server_on_one_sqlite_file_is_refused_and_commands_are_not(tmp_path):
    data = tmp_path / "office"
    with running(data) as (server, _):
        for words in (("run", "--port", "0"), ("apply",)):
            refused = command(*words, data=data)
            assert refused.returncode == 1
            assert f"Process {server.pid} serves this SQLite database already" in refused.stderr
        assert command("enrol", data=data).returncode == 0
        assert command("run", "--no-apply", data=data).returncode == 1
    with running(data):
        pass


def test_sigterm_ends_it_cleanly(tmp_path):
    with running(tmp_path / "office") as (server, _):
        server.terminate()
        _, said = server.communicate(timeout=60)
        assert server.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in said


@pytest.mark.timeout(300)
def test_the_demo_shop_is_filled_once(tmp_path):
    data = tmp_path / "office"
    counted = []
    for _ in range(2):
        with running(data, "--demo") as (_, address):
            assert httpx.get(f"{address}/healthz").status_code == 200
            with opened_office(f"sqlite:///{data / 'head_office.db'}") as office:
                counts = read_counts(office.store)
                counted.append((counts.members, counts.products, counts.points))
    assert counted[0][:2] == (10_000, 500)
    assert counted[0] == counted[1]


def test_commands_do_what_they_say(tmp_path):
    data = tmp_path / "office"
    assert "ready" in command("init", data=data).stdout
    programme = Path(__file__).parents[2] / "loyalty" / "programmes" / "club.toml"
    assert "published." in command("publish", str(programme), data=data).stdout
    assert "published already" in command("publish", str(programme), data=data).stdout
    members = tmp_path / "members.csv"
    members.write_text("phone,name,points\n+79031234567,Иванова Мария,5\nnonsense,,\n", "utf-8")
    report = tmp_path / "report.csv"
    dry = command("import", "members", str(members), "--dry-run", data=data)
    assert "1 would be added" in dry.stdout
    done = command("import", "members", str(members), "--report", str(report), data=data)
    assert (done.returncode, "1 added" in done.stdout, "1 not taken" in done.stdout) == (0, True, True)
    assert "no such phone" in report.read_text("utf-8-sig")
    assert "0 added" in command("import", "members", str(members), data=data).stdout
    assert "1 ident" in command("snapshot", data=data).stdout
    assert "can log in" in command("user", "olga", data=data, given="correct horse\n").stdout
    books = command("books", data=data)
    assert (books.returncode, "the books balance" in books.stdout) == (0, True)


BAD = [
    (("enrol",), "init"),
    (("import", "members", "/nowhere.csv"), "init"),
    (("books",), "init"),
]


@pytest.mark.parametrize(("words", "said"), BAD)
def test_a_folder_that_is_not_prepared_is_said(tmp_path, words, said):
    done = command(*words, data=tmp_path / "office")
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_files_and_options_are_said_in_a_sentence(tmp_path):
    data = tmp_path / "office"
    command("init", data=data)
    bad = tmp_path / "bad.toml"
    bad.write_text("id = 5\n", "utf-8")
    noise = tmp_path / "noise.csv"
    noise.write_bytes(os.urandom(2000) + b"\x00")
    bad_commands = (
        ("publish", str(bad)),
        ("publish", str(noise)),
        ("publish", str(tmp_path / "none.toml")),
        ("import", "members", str(noise)),
        ("import", "members", str(tmp_path / "none.csv")),
        ("import", "horses", str(noise)),
        ("enrol", "--database", "postgresql://127.0.0.1:1/none"),
        ("enrol", "--store", "x" * 61),
    )
    for words in bad_commands:
        done = command(*words, data=data)
        assert done.returncode == 1, words
        assert done.stderr.strip(), words
        assert "Traceback" not in done.stderr, words
        assert "should not have happened" not in done.stderr, done.stderr


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = command("run", "--port", str(taken.getsockname()[1]), data=tmp_path / "office")
    assert done.returncode == 1
    assert "taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_sentences_are_russian_where_the_system_is(tmp_path):
    done = command("books", data=tmp_path / "office", lang="ru_RU.UTF-8")
    assert "Папка ещё не подготовлена" in done.stderr


def test_a_reply_does_not_wait_until_its_first_half_is_acknowledged():
    with _listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
