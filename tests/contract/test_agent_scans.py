"""The scanners of a till without a screen: programs get their scans, each in its turn, and never an old one."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from types import ModuleType

import cv2
import httpx
import pytest

from devices.virtual.camera import camera_frame
from devices.virtual.scanner import VirtualScanner
from terminal.agent.desk import MAX_LISTENING
from terminal.agent.scanning import MAX_SCAN_NO, MAX_WAIT_S, Readers
from terminal.cards import card_png
from terminal.device_file import FILE
from terminal.session import commands as c
from terminal.session.health import DeviceHealth
from tests.support.agent import ROOT, SOON_S, Served, served
from tests.support.counter import CARD, TEA
from tests.support.small_till import make_till

TABLE = '[[device]]\nkind = "scanner"\ndriver = "serial"\nid = "{id}"\nport = "{port}"\nrepeat_ms = 0\n{more}'


@pytest.fixture(scope="module")
def scanners() -> Iterator[dict[str, VirtualScanner]]:
    with VirtualScanner(gap_s=0) as front, VirtualScanner(gap_s=0) as side:
        yield {"front": front, "side": side}


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory, scanners: dict[str, VirtualScanner]) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("agent") / "till"
    make_till(folder)
    more = {"front": 'suffix = "always"\nreject = "07"\n', "side": 'suffix = "always"\n'}
    tables = (TABLE.format(id=id, port=scanner.port, more=more[id]) for id, scanner in scanners.items())
    (folder / FILE).write_text("\n".join(tables))
    with served(folder) as opened:
        until_working(opened)
        yield opened


def until_working(agent: Served) -> None:
    """Every device: what is scanned before its port is open is lost."""
    seen: Queue[tuple[DeviceHealth, ...]] = Queue()
    agent.till.engine.watch(lambda view: seen.put(view.devices))
    agent.till.engine.post(c.Refresh())
    while any(each.standing != "working" and each.kind == "scanner" for each in seen.get(timeout=SOON_S)):
        pass


def asked(agent: Served, **query: int) -> httpx.Response:
    return agent.ask("GET", "/v1/scans", params=query)


def newest(agent: Served) -> int:
    return int(asked(agent).json()["next"])


def scanned(agent: Served, after: int, most: int = 1) -> list[dict[str, object]]:
    """The scans after a number, until there are so many."""
    found: list[dict[str, object]] = []
    while len(found) < most:
        reply = asked(agent, after=after, wait_s=MAX_WAIT_S).json()
        assert reply["scans"], "nothing came"
        assert not reply["missed"]
        found += reply["scans"]
        after = reply["next"]
    return found


def test_programs_get_each_scan_with_its_scanner_and_what_the_till_reads_it_as(
    agent: Served, scanners: dict[str, VirtualScanner]
) -> None:
    before = newest(agent)
    scanners["front"].scan(f"]E0{TEA.code}")
    first = scanned(agent, before)
    scanners["side"].scan(f"KPL:{CARD}")
    both = scanned(agent, before, 2)
    assert both[0] == first[0]
    told = [(each["device"], each["text"], each["symbology"], each["read_as"], each["said"]) for each in both]
    assert told == [("front", TEA.code, "]E0", "product", None), ("side", f"KPL:{CARD}", "", "card", None)]
    assert [each["no"] for each in both] == [before + 1, before + 2]


@pytest.mark.parametrize(
    ("sent", "read_as", "text", "why"),
    [
        (b"4600000000016", "unknown", "4600000000016", "code.check_digit"),
        (b"https://example.org", "unknown", "https://example.org", "code.unknown"),
        (b"46\x04", "unreadable", "", "scan.unreadable"),
        (b"T1-000042", "receipt", "T1-000042", None),
        (b"0104600000000015215Qbag!\x1d93Zjqw", "product", "0104600000000015215Qbag!\x1d93Zjqw", None),
    ],
)
def test_what_is_no_goods_is_told_too_with_why(
    agent: Served, scanners: dict[str, VirtualScanner], sent: bytes, read_as: str, text: str, why: str | None
) -> None:
    before = newest(agent)
    scanners["side"].scan(sent)
    (told,) = scanned(agent, before)
    said = told["said"]["code"] if isinstance(told["said"], dict) else None
    assert (told["read_as"], told["text"], said) == (read_as, text, why)


def test_goods_known_by_their_aim_identifier_alone_go_on_into_a_basket(
    agent: Served, scanners: dict[str, VirtualScanner]
) -> None:
    """Last day of use before the GTIN: nothing in the digits says that they are GS1's."""
    before = newest(agent)
    scanners["side"].scan("]C1173012310104600000000015")
    (told,) = scanned(agent, before)
    assert (told["text"], told["symbology"], told["read_as"]) == ("173012310104600000000015", "]C1", "product")
    line = {"code": told["text"], "symbology": told["symbology"]}
    reply = agent.ask("POST", "/v1/quote", {"lines": [line]})
    assert [each["code"] for each in reply.json()["lines"]] == [TEA.code]
    assert agent.ask("POST", "/v1/quote", {"lines": [{"code": told["text"]}]}).status_code == 422
    assert agent.ask("POST", "/v1/quote", {"lines": [line | {"symbology": "]C12"}]}).status_code == 400


def test_who_asks_for_the_first_time_gets_nothing_old(agent: Served, scanners: dict[str, VirtualScanner]) -> None:
    before = newest(agent)
    scanners["front"].scan(TEA.code)
    scanned(agent, before)
    reply = asked(agent).json()
    assert reply == {"scans": [], "next": before + 1, "missed": False}


def test_a_program_makes_the_scanner_beep_for_a_code_that_it_refuses(
    agent: Served, scanners: dict[str, VirtualScanner]
) -> None:
    before = newest(agent)
    scanners["front"].scan(f"{TEA.code}")
    (scan,) = scanned(agent, before)
    reply = agent.ask("POST", f"/v1/scans/{scan['no']}/refuse")
    assert (reply.status_code, reply.json()) == (200, scan)
    assert scanners["front"].heard(SOON_S) == b"\x07"
    none = agent.ask("POST", "/v1/scans/1/refuse")
    assert (none.status_code, none.json()["code"]) == (404, "agent.no_scan")


def test_scanners_stand_among_the_devices(agent: Served) -> None:
    devices = agent.ask("GET", "/v1/devices").json()["devices"]
    standing = [(each["id"], each["kind"], each["standing"]) for each in devices]
    assert standing == [("front", "scanner", "working"), ("side", "scanner", "working")]


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [("wait_s", MAX_WAIT_S, MAX_WAIT_S + 1), ("after", MAX_SCAN_NO, MAX_SCAN_NO + 1), ("after", 0, -1)],
)
def test_a_figure_of_the_query_is_taken_at_its_limit_and_refused_one_past_it(
    agent: Served, scanners: dict[str, VirtualScanner], name: str, good: int, bad: int
) -> None:
    before = newest(agent)
    scanners["front"].scan(f"{TEA.code}")
    scanned(agent, before)
    assert asked(agent, **{"after": before, name: good}).status_code == 200
    refused = asked(agent, **{name: bad})
    assert (refused.status_code, refused.json()["code"]) == (400, "agent.body")


def test_so_many_may_wait_and_the_next_is_told_to_come_again(agent: Served) -> None:
    for _ in range(MAX_LISTENING):
        assert agent.desk.listening.acquire(timeout=SOON_S)
    try:
        refused = asked(agent)
        assert (refused.status_code, refused.json()["code"]) == (503, "agent.busy")
        agent.desk.listening.release()
        assert asked(agent).status_code == 200
        assert agent.desk.listening.acquire(timeout=SOON_S)
    finally:
        for _ in range(MAX_LISTENING):
            agent.desk.listening.release()


def test_the_example_gets_every_scan_once(agent: Served, scanners: dict[str, VirtualScanner]) -> None:
    came = example().scans(agent.http)
    first: list[str] = []
    waiting = threading.Thread(target=lambda: first.append(next(came)["text"]))
    waiting.start()
    while waiting.is_alive():
        scanners["side"].scan(f"{TEA.code}")
        waiting.join(0.05)
    scanners["side"].scan(f"{CARD}")
    texts = [next(came)["text"]]
    while texts[-1] != CARD:
        texts.append(next(came)["text"])
    assert set(first + texts[:-1]) == {TEA.code}


@pytest.mark.camera
def test_a_scanner_and_a_camera_of_the_command_line_are_read_beside_the_file(tmp_path: Path) -> None:
    """The picture is there before anybody asks: what came already is told at once, else it is waited for."""
    picture = tmp_path / "card.png"
    cv2.imwrite(str(picture), camera_frame(card_png(CARD, "", "Club", "qr"), 10.0, 5.0, 1, (640, 480)))
    with VirtualScanner() as scanner, served(tmp_path / "till", Readers(scanner.port, str(picture))) as agent:
        begun = asked(agent, after=0).json()
        (scan,) = begun["scans"] or scanned(agent, begun["next"])
        devices = {each["id"] for each in agent.ask("GET", "/v1/devices").json()["devices"]}
    assert (scan["device"], scan["text"], devices) == ("camera", f"KPL:{CARD}", {"scanner", "camera"})


@pytest.mark.camera
def test_a_camera_of_the_file_is_a_scanner_as_any_other(tmp_path: Path) -> None:
    """Away when the agent starts, it is waited for; once it is there its codes come, and it may go again."""
    picture, aside = tmp_path / "card.png", tmp_path / "aside.png"
    cv2.imwrite(str(aside), camera_frame(card_png(CARD, "", "Club", "qr"), 10.0, 5.0, 1, (640, 480)))
    make_till(tmp_path / "till")
    table = f'[[device]]\nkind = "scanner"\ndriver = "camera"\nid = "desk"\nport = "{picture}"\n'
    (tmp_path / "till" / FILE).write_text(table)
    with served(tmp_path / "till") as agent:
        seen: Queue[str] = Queue()
        agent.till.engine.watch(lambda view: seen.put(view.devices[0].standing))
        agent.till.engine.post(c.Refresh())
        until_standing(seen, "waiting")
        before = newest(agent)
        aside.rename(picture)
        (scan,) = scanned(agent, before)
        told = agent.ask("GET", "/v1/devices").json()["devices"]
        picture.unlink()
        until_standing(seen, "waiting")
    assert (scan["device"], scan["text"], scan["symbology"]) == ("desk", f"KPL:{CARD}", "]Q1")
    assert [(each["id"], each["kind"], each["place"]) for each in told] == [("desk", "camera", str(picture))]


def until_standing(seen: Queue[str], wanted: str) -> None:
    while seen.get(timeout=SOON_S) != wanted:
        pass


def test_nobody_waits_for_a_scan_once_the_agent_stops(tmp_path: Path) -> None:
    with served(tmp_path) as agent:
        waiting = threading.Thread(target=lambda: agent.desk.scans.since(None, 10 * SOON_S), daemon=True)
        waiting.start()
    waiting.join(SOON_S)
    assert not waiting.is_alive()


def example() -> ModuleType:
    at = ROOT / "docs" / "examples" / "agent_scans.py"
    spec = importlib.util.spec_from_file_location("agent_scans", at)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
