"""Revoking a terminal from its page: an owner is told what it means first, and confirms."""

import structlog
from litestar import Response, post
from litestar.params import FromPath, RawBody

from sync_server.console.forms import read_form
from sync_server.console.pages import go_to, page
from sync_server.console.visit import Visit, Visiting
from sync_server.enrol import revoke_terminal
from sync_server.refusals import Refused
from sync_server.reports import TerminalLine, terminal_lines

log = structlog.get_logger("console")


@post("/terminals/{terminal:str}/revoke", sync_to_thread=True, status_code=200)
def show_revoke(visit: Visiting, terminal: FromPath[str], body: RawBody) -> Response[str]:
    """What becomes of the terminal; nothing is changed yet."""
    read_form(body, visit.token)
    visit.need_owner()
    return page(visit, "revoke.html", section="terminals", line=_known(visit, terminal), now_ms=visit.now_ms)


@post("/terminals/{terminal:str}/revoke/confirmed", sync_to_thread=True, status_code=200)
def revoke_confirmed(visit: Visiting, terminal: FromPath[str], body: RawBody) -> Response[str]:
    read_form(body, visit.token)
    visit.need_owner()
    line = _known(visit, terminal)
    revoke_terminal(visit.store, line.terminal)
    log.info("terminal_revoked", user=visit.user.name, terminal=line.terminal, address=visit.caller.address)
    return go_to("/console/terminals")


def _known(visit: Visit, terminal: str) -> TerminalLine:
    found = next((line for line in terminal_lines(visit.store) if line.terminal == terminal), None)
    if found is None:
        raise Refused(404, "unknown", "there is no such terminal")
    return found
