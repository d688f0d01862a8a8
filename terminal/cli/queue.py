"""`kopilka queue`: what is recorded here and what of it the head office has."""

from __future__ import annotations

from pathlib import Path

import click

from terminal.cli.told import errors_in, in_folder, in_language, language


@click.group
def queue() -> None:
    """The offline queue."""


@queue.command
@in_folder
@in_language
def status(data: Path, lang: str) -> None:
    """Recorded, acknowledged, safe and pending events, and when the head office was last level with this till."""
    from terminal.clock import moment_at, now_ms
    from terminal.offline_queue.keys import read_identity
    from terminal.offline_queue.status import read_status

    with errors_in(lang):
        identity, found = read_identity(data), read_status(data)
    ru = language(lang) == "ru"
    zone = "Europe/Moscow"

    def when(at_ms: int) -> str:
        if not at_ms:
            return "никогда" if ru else "never"
        moment = moment_at(at_ms, zone)
        return f"{moment.local_date} {moment.local_minute // 60:02d}:{moment.local_minute % 60:02d}"

    rows = [
        ("Касса" if ru else "Till", f"T{identity.terminal_no}, {identity.store_name}"),
        ("Записано событий" if ru else "Events recorded", str(found.recorded)),
        ("Принято головным офисом" if ru else "Stored by the head office", str(found.acked)),
        ("Сохранено надёжно" if ru else "Safe there", str(found.safe)),
        ("Ждут отправки" if ru else "Waiting to be sent", str(found.pending)),
        ("Старейшее из ждущих" if ru else "Oldest waiting", when(found.oldest_pending_ms)),
        ("Кэш обновлён" if ru else "Cache level with head office", when(found.as_of_ms)),
        ("Сейчас" if ru else "Now", when(now_ms())),
    ]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        click.echo(f"{name.ljust(width)}  {value}")


@queue.command
@in_folder
@in_language
def verify(data: Path, lang: str) -> None:
    """Check the whole journal: every event's hash in the chain, the file, and the index made from it."""
    from terminal.offline_queue import journal_index
    from terminal.offline_queue import verify as checking

    with errors_in(lang):
        found = checking.verify(data)
    ru = language(lang) == "ru"
    click.echo(f"Журнал цел, событий: {found.events}" if ru else f"The journal is whole, events: {found.events}")
    if not found.differing:
        click.echo("Указатель сходится с журналом" if ru else "The index agrees with the journal")
        return
    tables, file = ", ".join(found.differing), journal_index.FILE
    told = (
        f"Указатель не сходится с журналом: {tables}\nЗакройте кассу, удалите {file}: он составится заново"
        if ru
        else f"The index differs from the journal: {tables}\nEnd the till and delete {file}: it is made anew"
    )
    click.echo(told, err=True)
    raise SystemExit(1)
