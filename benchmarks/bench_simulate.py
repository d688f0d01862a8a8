"""Past receipts replayed: what reading them, comparing and summing up costs beside the quotes themselves.

Receipts of one to eight lines, two of three with a member, under the club's programme and under the same with a higher
percentage. Ours is all that `kopilka programme simulate` does with a receipt, from the bytes of its file to the sums;
the peer quotes the same baskets, already in memory, under the same two programmes, and throws the answers away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from random import Random

import msgspec
import pyarrow as pa
from pyarrow import parquet

from benchmarks.measure import Finding, Goal, Take, compare, elapsed_s
from benchmarks.scratch import Scratch
from loyalty.documents.basket_file import basket_of, local_moment
from loyalty.documents.programme_file import parse_programme
from loyalty.programme import Programme
from loyalty.quote import quote
from loyalty.simulation import ReceiptDoc, Simulation
from terminal.cli.simulate import replayed
from terminal.cli.simulate_receipts import receipts_from

PAIRS = 9
RECEIPTS = 300
GOODS = 500
AT = "2026-11-22T13:00"
CATEGORIES = ("scarves", "souvenirs", "food", "drinks", "tickets", "kit")


def run(scratch: Scratch) -> Iterator[Finding]:
    programmes = programme_of("rate_bp = 1500"), programme_of("rate_bp = 1700")
    folder, receipts = scratch.new_folder(), receipts_of(scratch.times(RECEIPTS))
    pairs, peer = scratch.times(PAIRS), quoting(receipts, programmes)
    for name, path in (("JSON lines", lines_of(folder, receipts)), ("Parquet", table_of(folder, receipts))):
        ours = replaying(path, programmes, len(receipts))
        yield compare(f"a receipt replayed from {name}, against quoting it twice", "µs", pairs, ours, peer, Goal(1.25))


def programme_of(rate: str) -> Programme:
    """The club's, with another percentage off scarves."""
    text = files("loyalty").joinpath("programmes", "club.toml").read_text("utf-8")
    return parse_programme(text.replace("rate_bp = 1500", rate, 1))


def receipts_of(count: int) -> list[dict[str, object]]:
    """Receipts as a database has them."""
    random = Random(20_261_122)
    goods = [(f"46{number:011d}", random.choice(CATEGORIES), random.randint(1_000, 200_000)) for number in range(GOODS)]
    found: list[dict[str, object]] = []
    for number in range(count):
        lines = [
            {"code": code, "name": "Goods", "category": category, "price_minor": price_minor}
            for code, category, price_minor in random.choices(goods, k=random.randint(1, 8))
        ]
        member = {"id": f"m{number}", "status": "driver", "points": 500} if number % 3 else None
        found.append({"receipt": f"r{number}", "at": AT, "member": member, "lines": lines})
    return found


def lines_of(folder: Path, receipts: Sequence[dict[str, object]]) -> Path:
    path = folder / "receipts.jsonl"
    path.write_text("".join(f"{json.dumps(receipt)}\n" for receipt in receipts), "utf-8")
    return path


def table_of(folder: Path, receipts: Sequence[dict[str, object]]) -> Path:
    """One row a line."""
    path, rows = folder / "receipts.parquet", []
    for receipt in receipts:
        lines, member = receipt["lines"], receipt["member"]
        assert isinstance(lines, list)
        about = member if isinstance(member, dict) else {}
        head = {"receipt": receipt["receipt"], "at": AT, "member_id": about.get("id")}
        head |= {"member_status": about.get("status"), "member_points": about.get("points")}
        rows += [{**head, **line} for line in lines]
    parquet.write_table(pa.table({name: [row[name] for row in rows] for name in rows[0]}), path)
    return path


def replaying(path: Path, programmes: tuple[Programme, Programme], count: int) -> Take:
    def work() -> None:
        simulation = Simulation(*programmes)
        answers = replayed(receipts_from(path), simulation, {}, "en")
        changed = sum(not isinstance(done, str) and done.changed for _, done in answers)
        assert (simulation.receipts, changed > 0) == (count, True)

    return lambda: [elapsed_s(work) * 1_000_000 / count]


def quoting(receipts: Sequence[dict[str, object]], programmes: tuple[Programme, Programme]) -> Take:
    baskets = [basket_of(msgspec.convert(receipt, ReceiptDoc)) for receipt in receipts]
    moment = local_moment(AT)

    def work() -> None:
        for basket in baskets:
            for programme in programmes:
                quote(basket, programme, moment, hints=False)

    return lambda: [elapsed_s(work) * 1_000_000 / len(baskets)]
