"""The edge of the console: any fault becomes a page with a sentence; what is ours goes to the log."""

import traceback
from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from loyalty.errors import KopilkaError, StoreFault
from sync_server.console.pages import go_to, open_page
from sync_server.console.tongue import N_
from sync_server.console.visit import AnyRequest, Caller, LoginNeeded, caller_of
from sync_server.refusals import Refused

log = structlog.get_logger("console")
_SAID: dict[int, tuple[str, str]] = {
    404: (N_("There is no such page"), N_("There may be a mistake in the address, or what was here is no more.")),
    405: (N_("This address takes no such request"), N_("Open the page from the menu.")),
    413: (N_("Too much was sent"), N_("Send a shorter text.")),
    503: (N_("The database does not answer"), N_("Try again in a minute. What tills send is not lost: they keep it.")),
}
_OTHER = (N_("The page could not be made"), N_("The head office goes on working; its log says what happened."))
_REFUSED = (N_("This cannot be done"), N_("Go back and try again."))


def on_problem(request: AnyRequest, error: Exception) -> Response[str]:
    caller = caller_of(request)
    match error:
        case LoginNeeded():
            return go_to("/console/login?" + urlencode({"next": error.target}))
        case StoreFault():
            log.error("store_fault", code=error.code, args=error.said.args)
            return _page(caller, HTTPStatus.SERVICE_UNAVAILABLE)
        case Refused():
            return _page(caller, error.status)
        case KopilkaError():
            title = caller.tongue.text(_REFUSED[0])
            said = caller.tongue.say(error.said)
            hint = caller.tongue.say(error.hint) if error.hint else caller.tongue.text(_REFUSED[1])
            return open_page(caller, "problem.html", HTTPStatus.BAD_REQUEST, title=title, said=f"{said}. {hint}")
        case HTTPException():
            return _page(caller, error.status_code)
        case _:
            # As text: a traceback that shows local variables would put keys and personal data into the log.
            trace = "".join(traceback.format_exception(error))
            log.error("page_failed", kind=type(error).__name__, path=caller.path, trace=trace)
            return _page(caller, HTTPStatus.INTERNAL_SERVER_ERROR)


def _page(caller: Caller, status: int) -> Response[str]:
    title, said = _SAID.get(status, _REFUSED if status < HTTPStatus.INTERNAL_SERVER_ERROR else _OTHER)
    return open_page(caller, "problem.html", status, title=caller.tongue.text(title), said=caller.tongue.text(said))
