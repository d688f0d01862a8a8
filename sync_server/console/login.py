"""Logging in and out: five tries, then a pause; a session on the server; a token on every form."""

import ipaddress
import re
from collections.abc import Mapping
from http import HTTPStatus

import structlog
from litestar import Response, get, post
from litestar.params import RawBody

from sync_server.console.forms import form_token, read_form
from sync_server.console.pages import go_to, open_page
from sync_server.console.sessions import SESSION_MS, begin_session, end_session, find_user
from sync_server.console.tongue import N_
from sync_server.console.tries import Kind
from sync_server.console.visit import SESSION_COOKIE, AnyRequest, Behind, Caller, Console, Visiting, caller_of
from sync_server.users import MAX_NAME_CHARS, check_user

FORM_COOKIE = "kopilka_form"
TRIES_OF_ADDRESS = 5
TRIES_OF_NAME = 50
TRIES: Mapping[Kind, int] = {"address": TRIES_OF_ADDRESS, "name": TRIES_OF_NAME}
"""By name over all addresses, more than of one, so that strangers cannot keep a user out with five tries."""
MAX_TARGET_CHARS = 2000
_TARGET = re.compile(r"/console(/[A-Za-z0-9/._-]*)?(\?[!-~]*)?")
log = structlog.get_logger("console")


@get("/login", sync_to_thread=True)
def login_page(request: AnyRequest, console: Behind) -> Response[str]:
    caller = caller_of(request)
    target = _own(request.query_params.get("next", ""))
    if find_user(console.store, request.cookies.get(SESSION_COOKIE, ""), console.clock()):
        return go_to(target)
    return _form(request, caller, console, target)


@post("/login", sync_to_thread=True, status_code=200)
def log_in(request: AnyRequest, console: Behind, body: RawBody) -> Response[str]:
    caller = caller_of(request)
    fields = read_form(body, request.cookies.get(FORM_COOKIE, ""))
    name, target = fields.get("name", "").strip(), _own(fields.get("next", ""))
    keys = _keys(caller, name)
    wait_ms, role = console.tries.wait_ms(keys, console.clock()), None
    if not wait_ms:
        # One at a time: so tries are written down no faster than passwords are checked.
        with console.checking:
            wait_ms = console.tries.take(keys, console.clock())
            role = None if wait_ms else check_user(console.store, name, fields.get("password", ""))
    if wait_ms:
        log.warning("login_paused", user=name[:60], address=caller.address, wait_s=wait_ms // 1000)
        return _form(request, caller, console, target, name, wait_ms=wait_ms, status=HTTPStatus.TOO_MANY_REQUESTS)
    if role is None:
        log.warning("login_failed", user=name[:60], address=caller.address)
        said = N_("The name or the password is wrong.")
        return _form(request, caller, console, target, name, said=said, status=HTTPStatus.FORBIDDEN)
    console.tries.forget(keys)
    log.info("logged_in", user=name, address=caller.address)
    response = go_to(target)
    token = begin_session(console.store, name, console.clock(), console.random)
    _set_cookie(response, caller, SESSION_COOKIE, token, SESSION_MS // 1000)
    return response


@post("/logout", sync_to_thread=True, status_code=200)
def log_out(visit: Visiting, body: RawBody) -> Response[str]:
    read_form(body, visit.token)
    end_session(visit.store, visit.token)
    log.info("logged_out", user=visit.user.name)
    response = go_to("/console/login")
    response.delete_cookie(SESSION_COOKIE, path="/console")
    return response


def _keys(caller: Caller, name: str) -> Mapping[Kind, str]:
    """Whose tries are counted: the address's, and those for the name."""
    return {"address": _address(caller), "name": name.casefold()[:MAX_NAME_CHARS]}


def _form(
    request: AnyRequest,
    caller: Caller,
    console: Console,
    target: str,
    name: str = "",
    said: str = "",
    wait_ms: int = 0,
    status: int = HTTPStatus.OK,
) -> Response[str]:
    secret = request.cookies.get(FORM_COOKIE, "") or console.random(16).hex()
    response = open_page(
        caller,
        "login.html",
        status,
        form_token=form_token(secret),
        target=target,
        name=name,
        said=caller.tongue.text(said) if said else "",
        wait_s=-(-wait_ms // 1000),
    )
    if FORM_COOKIE not in request.cookies:
        _set_cookie(response, caller, FORM_COOKIE, secret, None)
    return response


def _set_cookie(response: Response[str], caller: Caller, name: str, value: str, max_age_s: int | None) -> None:
    response.set_cookie(
        name, value, max_age=max_age_s, path="/console", httponly=True, samesite="lax", secure=caller.secure
    )


def _own(target: str) -> str:
    """A page of the console to go on to; anything else is the first page."""
    return target if len(target) <= MAX_TARGET_CHARS and _TARGET.fullmatch(target) else "/console"


def _address(caller: Caller) -> str:
    """The address; of IPv6 the network of 64 bits, since one customer has that many."""
    try:
        address = ipaddress.ip_address(caller.address)
    except ValueError:
        return caller.address
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
