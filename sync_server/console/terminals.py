"""Terminals: their lag and last contact, what was put aside, and one-time codes to bring in a new one."""

import re
from io import StringIO

import msgspec
import qrcode
import structlog
from litestar import Response, get, post
from litestar.params import RawBody

from sync_server.budget_report import BudgetLine, amount_words, budget_lines, budget_words, by_store, kinds_of
from sync_server.console.forms import read_form
from sync_server.console.pages import page
from sync_server.console.terminal_facts import LISTED, NEAR_MS, read_flagged, read_held, stores_of
from sync_server.console.tongue import Tongue
from sync_server.console.visit import AnyRequest, Visiting
from sync_server.console.words import EVENTS, FLAGS
from sync_server.enrol import CODE_LIFE_MS, make_code, name_of
from sync_server.reports import terminal_lines

QUIET_MODULES = 4
_ADDRESS = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
log = structlog.get_logger("console")


@get("/terminals", sync_to_thread=True)
def terminals_page(visit: Visiting) -> Response[str]:
    lines = terminal_lines(visit.store)
    return page(
        visit,
        "terminals.html",
        section="terminals",
        lines=lines,
        numbers={line.terminal: line.terminal_no for line in lines},
        held=read_held(visit.store),
        flagged=read_flagged(visit.store),
        events=EVENTS,
        flags=FLAGS,
        near_ms=NEAR_MS,
        stores=stores_of(visit.store),
        now_ms=visit.now_ms,
        limit=LISTED,
        budgets=[_budget(line, visit.tongue) for line in budget_lines(visit.store)],
    )


class BudgetRow(msgspec.Struct, frozen=True):
    """A campaign's budget in words; `stores` are (store, in shares, used)."""

    name: str
    budget: str
    granted: str
    used: str
    stores: tuple[tuple[str, str, str], ...]


def _budget(line: BudgetLine, tongue: Tongue) -> BudgetRow:
    lang = tongue.lang
    parts = ((part.store, amount_words(part.granted, lang), amount_words(part.used, lang)) for part in by_store(line))
    granted, used = (amount_words(kinds_of(line.budget, each), lang) for each in (line.granted, line.used))
    name = line.name_ru if lang == "ru" else line.name_en
    return BudgetRow(name, budget_words(line.budget, lang), granted, used, tuple(parts))


@post("/terminals/code", sync_to_thread=True, status_code=200)
def make_enrol_code(request: AnyRequest, visit: Visiting, body: RawBody) -> Response[str]:
    """A one-time code, shown on this page alone: only its keyed hash is kept."""
    fields = read_form(body, visit.token)
    visit.need_owner()
    shop, shop_name = fields.get("store", "").strip(), fields.get("store_name", "").strip()
    console = visit.console
    code = make_code(visit.store, console.identity, shop, shop_name, visit.now_ms, console.random)
    log.info("enrol_code_made", user=visit.user.name, store=shop, address=visit.caller.address)
    command = enrol_command(str(request.base_url), code)
    return page(
        visit,
        "code.html",
        section="terminals",
        code=code,
        command=command,
        shop=shop,
        shop_name=shop_name or name_of(visit.store, shop),
        qr=qr_path(command or code),
        size=qr_size(command or code),
        minutes=CODE_LIFE_MS // 60_000,
    )


def enrol_command(address: str, code: str) -> str:
    """What to run on the new terminal. Nothing where the address holds what a shell might take otherwise."""
    plain = address.rstrip("/")
    return f"kopilka enrol {plain} {code}" if _ADDRESS.fullmatch(plain) else ""


def qr_matrix(text: str) -> list[list[bool]]:
    """The modules of a QR code with its quiet zone."""
    code = qrcode.QRCode(border=QUIET_MODULES, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def qr_size(text: str) -> int:
    return len(qr_matrix(text))


def qr_path(text: str) -> str:
    """The dark modules as one SVG path, a unit to a module."""
    out = StringIO()
    for y, row in enumerate(qr_matrix(text)):
        for x, dark in enumerate(row):
            if dark:
                out.write(f"M{x} {y}h1v1h-1z")
    return out.getvalue()
