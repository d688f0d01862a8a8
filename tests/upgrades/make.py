"""Write the files of the present version: a shop that has sold, offline too, with what is in it by account.

`python -m tests.upgrades.make` replaces the folder of the version in pyproject.toml. The files hold keys made for them
alone, which open nothing.
"""

from __future__ import annotations

import shutil
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import zstandard

from loyalty.cache_file import CACHE_VERSION
from loyalty.codes import card_number
from loyalty.events import canonical
from sync_server.csv_rows import Row
from sync_server.imports import import_rows
from sync_server.programmes import publish_programme
from sync_server.stops import Target, stop
from terminal.offline_queue import journal_file
from terminal.opened import OpenedTill, opened_till
from terminal.session import commands as c
from tests.support.counter import gtin
from tests.support.served_office import WAIT_S, ServedOffice, served_office

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OFFICE_FILE = "head_office.db"
TILL_FILES = ("journal.db", "cache.db", "identity.json", "device.key")
ACCOUNT = "account.json"
TEA, CARD = gtin(1), card_number("299", 7)
RULES = """
id = "shop"
version = 1
name = { ru = "Лавка", en = "Shop" }
[redeem]
max_share_bp = 5000
offline_max_points = 100
[[season]]
id = "2026"
[[status]]
id = "basic"
name = { ru = "Базовый", en = "Basic" }
earn_bp = 1000
[[campaign]]
id = "tea"
name = { ru = "Чай", en = "Tea" }
reward = { type = "percent", rate_bp = 1000 }
[[campaign]]
id = "old"
name = { ru = "Прежняя", en = "Old" }
reward = { type = "percent", rate_bp = 500 }
"""


class Account(msgspec.Struct, frozen=True):
    """What is in the files of a version: what its tills sent, what waits in the journal, what the member has."""

    version: str
    journal_version: int
    cache_version: int
    receipts_sent: int
    receipts_waiting: int
    office_points: int
    """Of the member with CARD, at the head office."""
    till_points: int
    """The same at the till, with its own receipts over it."""
    stopped: tuple[str, ...]


def present_version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def make(folder: Path) -> Account:
    """Fill `folder`, which must be empty or not there."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="kopilka-upgrade") as work:
        with served_office(Path(work) / "office") as served:
            _open_shop(served)
            served.enrol(Path(work) / "till")
            with opened_till(Path(work) / "till", lang="en") as till:
                _sell_with_a_link(served, till)
        with opened_till(Path(work) / "till", lang="en", sync_at_once=False) as till:
            _sell_alone(till)
        account = Account(
            present_version(), journal_file.VERSION, CACHE_VERSION, receipts_sent=2, receipts_waiting=2,
            office_points=509, till_points=505, stopped=("old",),
        )  # fmt: skip
        _pack(Path(work) / "office" / OFFICE_FILE, folder)
        for name in TILL_FILES:
            _pack(Path(work) / "till" / name, folder)
    (folder / ACCOUNT).write_bytes(canonical(account) + b"\n")
    return account


def unpack(folder: Path, into: Path) -> Account:
    """The files as that version left them: `into/office` and `into/till`."""
    for name in (OFFICE_FILE, *TILL_FILES):
        place = into / ("office" if name == OFFICE_FILE else "till") / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(zstandard.ZstdDecompressor().decompress((folder / f"{name}.zst").read_bytes()))
        place.chmod(0o600)
    return msgspec.json.decode((folder / ACCOUNT).read_bytes(), type=Account)


def _open_shop(served: ServedOffice) -> None:
    at = served.office
    publish_programme(at.store, at.identity, RULES, at.now_ms)
    goods = [Row(2, {"code": TEA, "name": "Чай", "price": "100"})]
    import_rows(at.store, at.identity, "products", goods, at.now_ms)
    import_rows(at.store, at.identity, "members", [Row(2, {"card": CARD, "name": "Иванова Мария"})], at.now_ms)
    lots = [Row(2, {"source_id": "a", "card": CARD, "points": "500", "expires": "2090-12-31"})]
    import_rows(at.store, at.identity, "balances", lots, at.now_ms)
    stop(at.store, at.identity, Target("old"), "a wrong price", "anna", at.now_ms)


def _sell_with_a_link(served: ServedOffice, till: OpenedTill) -> None:
    """One tea to the member: 100.00 less 10 %, which earns 9 points; one to nobody; and the head office has both."""
    assert till.sync.run_until_idle(WAIT_S)
    till.engine.dispatch(c.OpenShift("Ольга"))
    _sell(till, c.Scan(CARD))
    _sell(till)
    assert till.sync.run_until_idle(WAIT_S)
    served.office.apply()
    assert till.sync.run_until_idle(WAIT_S)


def _sell_alone(till: OpenedTill) -> None:
    """Two more without a link: 9 points again, then 20 spent of 90.00, of which 70.00 earn 7."""
    _sell(till, c.Scan(CARD))
    _sell(till, c.Scan(CARD), c.SpendPoints(20))


def _sell(till: OpenedTill, *before: c.Command) -> None:
    for command in (c.Scan(TEA), *before, c.Pay(), c.Tender("cash")):
        till.engine.dispatch(command)
    assert till.engine.view().state.mode == "done"


def _pack(file: Path, folder: Path) -> None:
    (folder / f"{file.name}.zst").write_bytes(zstandard.ZstdCompressor(level=19).compress(file.read_bytes()))


def main() -> None:
    folder = HERE / present_version()
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{folder}: {make(folder)}", file=sys.stderr)


if __name__ == "__main__":
    main()
