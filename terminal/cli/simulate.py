"""`kopilka programme simulate`: past receipts under two programmes, and what the change would have cost."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.cli.told import errors_in, in_language, language, spoken

if TYPE_CHECKING:
    from rich.progress import Progress

    from loyalty.sentences import Lang
    from loyalty.simulation import Replayed, Simulation
    from terminal.cli.simulate_goods import Goods
    from terminal.cli.simulate_receipts import Row, Source

FILE = click.Path(path_type=Path)
SOME_LEFT_OUT = 3
MAX_TOLD = 20
"""So many receipts that could not be replayed are named; all are counted."""
MAX_SHOWN = 10_000
_STEP = 100
"""So many receipts between two movements of the progress bar."""


@click.command
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.argument("receipts", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--goods", type=FILE, help="What the catalogue says of goods, as CSV, for receipts with bare codes.")
@click.option("--changed", type=click.IntRange(0, MAX_SHOWN), default=20, help="Show so many of the changed receipts.")
@click.option("--out", type=FILE, help="Write every changed receipt there, as JSON lines.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
@in_language
def simulate(
    old: Path, new: Path, receipts: Path, goods: Path | None, changed: int, out: Path | None, as_json: bool, lang: str
) -> None:
    """Replay past receipts under two programmes (docs/SIMULATE.md)."""
    from loyalty.simulation import Simulation
    from terminal.cli.files import programme_at
    from terminal.cli.simulate_goods import goods_of
    from terminal.cli.simulate_receipts import receipts_from
    from terminal.cli.simulate_text import Answer, answer_json, answer_text, changed_json

    tongue = language(lang)
    shown: list[Replayed] = []
    left_out = 0
    with errors_in(lang):
        programmes = programme_at(old, tongue), programme_at(new, tongue)
        catalogue = goods_of(goods, tongue) if goods is not None else {}
        source, simulation = receipts_from(receipts), Simulation(*programmes)
        with _writer(out) as write, _told_beside(source) as beside:
            for row, done in replayed(source, simulation, catalogue, tongue):
                if isinstance(done, str):
                    left_out += 1
                    beside.say(_left_out(row, done, left_out, tongue))
                elif done.changed:
                    write(changed_json(done))
                    shown += [done] if len(shown) < changed else []
                beside.move()
    answer = Answer(simulation, programmes, tuple(shown), left_out)
    if as_json:
        click.echo(answer_json(answer))
    else:
        answer_text(answer, tongue)
    if left_out:
        raise SystemExit(SOME_LEFT_OUT if simulation.receipts else 1)


def replayed(source: Source, simulation: Simulation, goods: Goods, lang: Lang) -> Iterator[tuple[Row, Replayed | str]]:
    """Each receipt under both programmes, or why it could not be replayed."""
    from loyalty.errors import BadInput
    from terminal.cli.simulate_goods import with_goods

    for row in source:
        if row.doc is None:
            yield row, row.why
            continue
        try:
            yield row, simulation.replay(with_goods(row.doc, goods) if goods else row.doc)
        except BadInput as error:
            yield row, spoken(error.said, lang)


def _left_out(row: Row, why: str, count: int, lang: Lang) -> str:
    """One receipt that could not be replayed; past so many, one last word."""
    from loyalty.sentences import sentence

    if count > MAX_TOLD:
        return spoken(sentence("simulate.more"), lang) if count == MAX_TOLD + 1 else ""
    return spoken(sentence("simulate.left_out", number=row.number, why=why), lang)


@contextmanager
def _writer(out: Path | None) -> Iterator[Callable[[bytes], object]]:
    """A place for the changed receipts, one a line. Raises BadInput."""
    from loyalty.errors import BadInput
    from loyalty.sentences import sentence

    if out is None:
        yield lambda _: None
        return
    try:
        with out.open("wb") as file:
            yield lambda line: file.write(line + b"\n")
    except OSError as error:
        raise BadInput(sentence("simulate.unwritten", name=str(out), why=error.strerror or str(error))) from error


class _Beside:
    """What is told on standard error while receipts are replayed: words, and on a terminal how far it has come."""

    def __init__(self, source: Source, bar: Progress | None) -> None:
        self._source, self._bar, self._steps = source, bar, 0
        self._task = bar.add_task("", total=source.size or None) if bar is not None else None

    def say(self, text: str) -> None:
        if text and self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        elif text:
            click.echo(text, err=True)

    def move(self) -> None:
        self._steps += 1
        if self._bar is not None and self._task is not None and self._steps % _STEP == 0:
            self._bar.update(self._task, completed=self._source.done)


@contextmanager
def _told_beside(source: Source) -> Iterator[_Beside]:
    if not sys.stderr.isatty():
        yield _Beside(source, None)
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield _Beside(source, bar)
