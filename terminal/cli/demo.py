"""`kopilka demo`: the whole shop on one machine, with a screen or as a script."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from loyalty.sentences import Lang
from terminal.cli.told import errors_in, in_language, language

if TYPE_CHECKING:
    from terminal.demo.shop import DemoShop

FIRST_LOAD_S = 30

HINT = {
    "ru": "Демо: Ctrl+A — отсканировать товар, Ctrl+Y — карту; телефон: {phone}, Enter\nГоловной офис: {url} — {login}",
    "en": "Demo: Ctrl+A scans goods, Ctrl+Y a card; a phone: {phone}, Enter\nHead office: {url} — {login}",
}
STARTING = {
    "ru": ("Запускаю головной офис демо-магазина…", "Подключаю кассу…", "Данные демо: {folder}"),
    "en": ("Starting the demo shop's head office…", "Enrolling the till…", "Demo data: {folder}"),
}
ANEW = {
    "ru": "Начать демо заново: kopilka demo --fresh, или make run ARGS=--fresh",
    "en": "To begin the demo anew: kopilka demo --fresh, or make run ARGS=--fresh",
}


@click.command
@click.option("--script", is_flag=True, help="Run a whole day without a screen; exit 0 only if all holds.")
@click.option("--fresh", is_flag=True, help="Forget the demo's data and begin anew.")
@click.option("--data", type=click.Path(path_type=Path), help="Where the demo keeps its data.")
@click.option("--theme", default="dark", show_default=True, help="dark, light, ansi (16 colours) or auto.")
@in_language
def demo(script: bool, fresh: bool, data: Path | None, theme: str, lang: str) -> None:
    """The demo shop: a head office, a till, a virtual scanner and a virtual printer, on this machine alone."""
    from terminal.demo.shop import DemoShop, data_folder

    if script:
        _run_script(data, lang)
        return
    chosen = language(lang)
    shop = DemoShop(data or data_folder(), fresh=fresh)
    said = STARTING[chosen]
    try:
        with errors_in(lang):
            click.echo(said[0])
            shop.start_office()
            click.echo(said[1])
            shop.enrol_till()
            _screen(shop, chosen, theme)
    except SystemExit as ended:
        if ended.code:
            click.echo(ANEW[chosen], err=True)
        raise
    finally:
        shop.close()
    click.echo(said[2].format(folder=shop.folder))


def _screen(shop: DemoShop, lang: Lang, theme: str) -> None:
    """The till as a cashier would have it, with a virtual printer and a scanner that two keys make scan."""
    from textual.events import Event

    from devices.model import DeviceInfo
    from devices.virtual.printer import VirtualPrinter
    from loyalty.codes import is_scan
    from terminal.cli.logs import log_to
    from terminal.demo.display import shown_in
    from terminal.demo.goods import pick_goods
    from terminal.demo.phone import DEMO_PHONE, showing_messages
    from terminal.demo.tray import DemoKeys, scanning
    from terminal.device_reports import watch_device
    from terminal.opened import opened_till
    from terminal.ui.app import TillApp
    from terminal.words import TEMPLATES

    log_to(shop.folder)
    hint = HINT[lang].format(url=shop.url, login=shop.console_login(), phone=DEMO_PHONE.removeprefix("+7"))
    slips = str(shop.slips_folder)
    printer = VirtualPrinter(DeviceInfo("printer", "printer", "virtual", slips), shop.slips_folder)
    printer.open(lambda event: None)
    with opened_till(shop.till_folder, lang=lang, printer=printer, url=shop.url) as till:
        watch_device(till.supervising, printer, slips)
        till.sync.run_until_idle(FIRST_LOAD_S)
        ranges = till.engine.view().programme.codes
        scans: dict[str, Callable[[], None]] = {}
        keys: DemoKeys[Event] = DemoKeys(lambda text: is_scan(text, ranges), scans)
        app = TillApp(till.engine, lang, keys, theme, hint, sentences=lambda: TEMPLATES)
        tray_of = scanning(shop.folder, pick_goods(shop.till_folder), app.bring, till.supervising)
        messages = showing_messages(till.engine, shop)
        display = shown_in(shop.folder, till.engine, lang, till.supervising)
        with tray_of as tray, messages, display:
            scans.update({"ctrl+a": tray.goods, "ctrl+y": tray.card})
            app.run()


def _run_script(data: Path | None, lang: str) -> None:
    from terminal.demo.script import Script

    with TemporaryDirectory(prefix="kopilka-demo-") as temporary:
        folder = data or Path(temporary)
        held = Script(folder, language(lang), click.echo).run()
    click.echo("All held." if held else "Something did not hold.")
    sys.exit(0 if held else 1)
