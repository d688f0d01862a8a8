"""`kopilka demo`: the whole shop on one machine, with a screen or as a script."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from loyalty.sentences import Lang
from terminal.cli.told import errors_in, in_language, language

if TYPE_CHECKING:
    from terminal.demo.shop import DemoShop
    from terminal.device_file import Configured

FIRST_LOAD_S = 30

HINT = {
    "ru": "Демо: Ctrl+A — отсканировать товар, Ctrl+Y — карту\n"
    "или наберите и Enter: телефон {phone}, купон {coupon}\nГоловной офис: {url} — {login}",
    "en": "Demo: Ctrl+A scans goods, Ctrl+Y a card\n"
    "or type and Enter: a phone {phone}, a coupon {coupon}\nHead office: {url} — {login}",
}
BESIDE = {
    "ru": ('Касса (ККТ) и банковский терминал: make run ARGS="--register --bank"', "{files} — в папке {folder}"),
    "en": ('With a fiscal register and a bank terminal: make run ARGS="--register --bank"', "{files} are in {folder}"),
}
"""Without them how to have them; with them where to look."""
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
@click.option("--register", is_flag=True, help="With a virtual fiscal register; register.txt has its documents.")
@click.option("--bank", is_flag=True, help="With a virtual payment terminal, which F8 asks; bank.txt has what it does.")
@click.option("--theme", default="dark", show_default=True, help="dark, light, ansi (16 colours) or auto.")
@in_language
def demo(script: bool, fresh: bool, data: Path | None, register: bool, bank: bool, theme: str, lang: str) -> None:
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
            with _beside(shop, chosen, register, bank) as (beside, said_of_them):
                _screen(shop, chosen, theme, beside, said_of_them)
    except SystemExit as ended:
        if ended.code:
            click.echo(ANEW[chosen], err=True)
        raise
    finally:
        shop.close()
    click.echo(said[2].format(folder=shop.folder))


@contextmanager
def _beside(shop: DemoShop, lang: Lang, register: bool, bank: bool) -> Iterator[tuple[tuple[Configured, ...], str]]:
    """The devices that were asked for, and a line of them for the idle screen."""
    without, having = BESIDE[lang]
    if not (register or bank):
        yield (), without
        return
    from terminal.demo.beside import BANK, REGISTER, played_beside

    files = [name for name, asked in ((REGISTER, register), (BANK, bank)) if asked]
    with played_beside(shop.folder, lang, register=register, bank=bank) as beside:
        yield beside.devices, having.format(files=", ".join(files), folder=shop.folder)


def _screen(shop: DemoShop, lang: Lang, theme: str, beside: tuple[Configured, ...], said_of_them: str) -> None:
    """The till as a cashier would have it, with a virtual printer and a scanner that two keys make scan."""
    from textual.events import Event

    from devices.model import DeviceInfo
    from devices.virtual.printer import VirtualPrinter
    from loyalty.codes import is_scan
    from terminal.cli.logs import log_to
    from terminal.demo.display import shown_in
    from terminal.demo.goods import COUPON, pick_goods
    from terminal.demo.phone import DEMO_PHONE, showing_messages
    from terminal.demo.tray import DemoKeys, scanning
    from terminal.device_reports import watch_device
    from terminal.opened import opened_till
    from terminal.ui.app import TillApp
    from terminal.words import TEMPLATES

    log_to(shop.folder)
    phone = DEMO_PHONE.removeprefix("+7")
    hint = HINT[lang].format(url=shop.url, login=shop.console_login(), phone=phone, coupon=COUPON[lang])
    hint = f"{hint}\n{said_of_them}"
    slips = str(shop.slips_folder)
    printer = VirtualPrinter(DeviceInfo("printer", "printer", "virtual", slips), shop.slips_folder)
    printer.open(lambda event: None)
    with opened_till(shop.till_folder, lang=lang, printer=printer, url=shop.url, beside=beside) as till:
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
