"""`kopilka queue`: what is recorded here and what of it the head office has."""

from __future__ import annotations

from pathlib import Path

import click

from loyalty.dates import clock_text, date_text
from terminal.cli.told import errors_in, in_folder, in_language, language, spoken


@click.group
def queue() -> None:
    """The offline queue."""


@queue.command
@in_folder
@in_language
def status(data: Path, lang: str) -> None:
    """Recorded, acknowledged, safe and pending events, and when the head office was last level with this till."""
    from terminal.cli.shop_clock import shop_zone
    from terminal.clock import moment_at, now_ms
    from terminal.offline_queue.keys import read_identity
    from terminal.offline_queue.status import read_status

    with errors_in(lang):
        identity, found = read_identity(data), read_status(data)
    ru = language(lang) == "ru"
    zone = shop_zone(data) or "Europe/Moscow"

    def when(at_ms: int) -> str:
        if not at_ms:
            return "никогда" if ru else "never"
        moment = moment_at(at_ms, zone)
        return f"{date_text(moment.local_date, language(lang))} {clock_text(moment.local_minute)}"

    none = "нет" if ru else "none"
    rows = [
        ("Касса" if ru else "Till", f"T{identity.terminal_no}, {identity.store_name}"),
        ("Записано событий" if ru else "Events recorded", str(found.recorded)),
        ("Принято головным офисом" if ru else "Stored by the head office", str(found.acked)),
        ("Сохранено надёжно" if ru else "Safe there", str(found.safe)),
        ("Ждут отправки" if ru else "Waiting to be sent", str(found.pending)),
        ("Старейшее из ждущих" if ru else "Oldest waiting", when(found.oldest_pending_ms) if found.pending else none),
        ("Расхождение" if ru else "Parted", spoken(found.parted, language(lang)) if found.parted else none),
        ("Запас места на диске" if ru else "Room kept back on the disk", _room_said(found.ballast_bytes, ru)),
        ("Кэш обновлён" if ru else "Cache level with head office", when(found.as_of_ms)),
        ("Сейчас" if ru else "Now", when(now_ms())),
    ]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        click.echo(f"{name.ljust(width)}  {value}")


def _room_said(kept_bytes: int | None, ru: bool) -> str:
    if kept_bytes is None:
        return "нет" if ru else "none"
    if not kept_bytes:
        return "отдан: диск полон, новых продаж нет" if ru else "let go: the disk is full, nothing new is sold"
    return f"{kept_bytes // 2**20} МиБ" if ru else f"{kept_bytes // 2**20} MiB"


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


@queue.command
@click.option("--by", required=True, help="The manager's name: it goes into the journal and to the head office.")
@in_folder
@in_language
def mend(by: str, data: Path, lang: str) -> None:
    """Begin a new epoch where two histories of this till have parted (a copied folder, a disk put back).

    The till must not be running: at one that runs it is the first line of the menu. What the head office lacks goes up
    anew, under the same ids, so nothing is lost and nothing counts twice.
    """
    from terminal.clock import now_ms
    from terminal.offline_queue.mending import mend as begin
    from terminal.offline_queue.store import open_store
    from terminal.opened import new_id

    with errors_in(lang):
        store = open_store(data)
        try:
            done = begin(store.journal, store.keys, store.identity.store, by, lambda: (new_id(), now_ms()))
        finally:
            store.close()
    ru = language(lang) == "ru"
    click.echo(
        f"Начата эпоха {done.epoch}. Заново отправятся события: {done.reissued}"
        if ru
        else f"Epoch {done.epoch} has begun. Events that go up anew: {done.reissued}"
    )


@queue.command
@click.option("--by", default="", help="The manager's name, needed only where a new epoch begins.")
@in_folder
@in_language
def repair(by: str, data: Path, lang: str) -> None:
    """Make a damaged journal whole again, with the head office's help where it takes that.

    The till must not be running. Events behind damage come from the segments kept here, else from the head office. What
    nobody has is lost and named, and the rest goes up under a new epoch; so does what the head office has only without
    the personal data of a member erased since. The damaged file is kept beside.
    """
    from terminal.clock import now_ms
    from terminal.offline_queue.client import Client
    from terminal.offline_queue.keyring import Keyring
    from terminal.offline_queue.keys import read_identity
    from terminal.offline_queue.repair import repair as make_whole
    from terminal.offline_queue.repair_swap import DAMAGED
    from terminal.offline_queue.trust import trust_of
    from terminal.opened import new_id

    ru = language(lang) == "ru"
    with errors_in(lang):
        identity = read_identity(data)
        client = Client(identity, Keyring(data, identity.terminal), now_ms, trust=trust_of(data))
        try:
            done = make_whole(data, client.own_segment, by, lambda: (new_id(), now_ms()))
        finally:
            client.close()
    click.echo(f"{'Журнал цел, событий' if ru else 'The journal is whole, events'}: {done.events}")
    click.echo(f"{'Восстановлено' if ru else 'Put right'}: {done.put_right}")
    click.echo(f"{'Из них вернул офис' if ru else 'Of these the head office gave back'}: {done.fetched}")
    if done.lost:
        places = ", ".join(f"{epoch}/{seq}" for epoch, seq in done.lost)
        click.echo(f"{'Потеряны события' if ru else 'Lost events'}: {places}")
    if done.told:
        told = "Взято без личных данных удалённых участников" if ru else "Taken without erased members' personal data"
        click.echo(f"{told}: {done.told}")
    if done.epoch:
        click.echo(f"{'Начата эпоха' if ru else 'An epoch has begun'}: {done.epoch}")
    click.echo(f"{'Повреждённый файл' if ru else 'The damaged file'}: {data / DAMAGED}")
    click.echo(
        f"Удалите его и {DAMAGED}-wal, {DAMAGED}-shm, когда офис примет всё (kopilka queue status)"
        if ru
        else f"Delete it, and {DAMAGED}-wal, {DAMAGED}-shm, once the head office has all (kopilka queue status)"
    )


@queue.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--all", "every", is_flag=True, help="Everything kept, also what the head office has.")
@in_folder
@in_language
def export_(target: Path, every: bool, data: Path, lang: str) -> None:
    """Write the events that wait into one file, to be carried to the head office by hand.

    TARGET is a file, or the folder to put it into. The till goes on as before and still sends them itself: each counts
    once.
    """
    from terminal.clock import now_ms
    from terminal.offline_queue.export import export

    with errors_in(lang):
        done = export(data, target, every, now_ms())
    ru = language(lang) == "ru"
    if done.path is None:
        click.echo("Ничего не ждёт: файл не записан" if ru else "Nothing waits: no file was written")
    else:
        span = f"{done.first}–{done.last}" if ru else f"{done.first} to {done.last}"
        click.echo(f"{'Записаны события' if ru else 'Written: events'} {span} ({done.events})")
        click.echo(f"{'Файл' if ru else 'File'}: {done.path}")
    if done.personal:
        click.echo(
            f"Личных данных новых участников в файле нет ({done.personal}): касса отправит их сама"
            if ru
            else f"No personal data of new members in the file ({done.personal}): the till sends them itself"
        )


@queue.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@in_folder
@in_language
def import_(file: Path, data: Path, lang: str) -> None:
    """Carry another till's events to the head office, from the file that its export wrote."""
    from terminal.clock import now_ms
    from terminal.offline_queue.carry import carry
    from terminal.offline_queue.client import Client
    from terminal.offline_queue.keyring import Keyring
    from terminal.offline_queue.keys import read_identity
    from terminal.offline_queue.trust import trust_of

    with errors_in(lang):
        identity = read_identity(data)
        client = Client(identity, Keyring(data, identity.terminal), now_ms, trust=trust_of(data))
        try:
            click.echo(spoken(carry(file, client), language(lang)))
        finally:
            client.close()
