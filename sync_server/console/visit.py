"""Who is looking: the console behind the pages, the browser that asks, and the user who has logged in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from loyalty.errors import NotNow
from loyalty.programme import Programme
from loyalty.sentences import sentence
from sync_server.console.forms import form_token
from sync_server.console.sessions import User, find_user
from sync_server.console.tongue import Tongue, choose_lang
from sync_server.console.tries import Tries
from sync_server.erasing.erase import Beside
from sync_server.identity import Identity, Random
from sync_server.programmes import read_rules
from sync_server.standing import zone_of
from sync_server.store import Store

AnyRequest = Request[Any, Any, State]
SESSION_COOKIE = "kopilka_session"
LANG_COOKIE = "kopilka_lang"


class LoginNeeded(NotNow):
    """The page asked for is only for those logged in; `target` is where to come back to."""

    def __init__(self, target: str) -> None:
        super().__init__(sentence("console.login"))
        self.target = target


@dataclass(frozen=True, slots=True)
class Console:
    """What stands behind the pages. Passwords are checked one at a time, since each check takes 64 MiB."""

    store: Store
    identity: Identity
    clock: Callable[[], int]
    random: Random
    tries: Tries
    checking: Lock
    beside: Beside
    messages: bool = False
    """Messages to members are written down here instead of sent."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The browser: its language, whether it came over https, and the page it may ask for again (`here`)."""

    tongue: Tongue
    lang_asked: bool
    secure: bool
    path: str
    here: str
    address: str

    def in_lang(self, lang: str) -> str:
        """The same page in another language."""
        path, _, query = self.here.partition("?")
        kept = [(name, value) for name, value in parse_qsl(query) if name != "lang"]
        return f"{path}?{urlencode([*kept, ('lang', lang)])}"


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of someone who has logged in."""

    console: Console
    caller: Caller
    user: User
    token: str
    now_ms: int
    programme: Programme | None

    @property
    def store(self) -> Store:
        return self.console.store

    @property
    def tongue(self) -> Tongue:
        return self.caller.tongue

    @property
    def form_token(self) -> str:
        return form_token(self.token)

    @property
    def today(self) -> str:
        """The stores' own date, by the programme's time zone."""
        return self.here.date().isoformat()

    @property
    def here(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms / 1000, self.tongue.zone)

    def need_owner(self) -> None:
        """Raises NotNow for anyone but an owner."""
        if not self.user.is_owner:
            raise NotNow(sentence("console.owner"))


Behind = NamedDependency[SkipValidation[Console]]
Visiting = NamedDependency[SkipValidation[Visit]]
"""What a handler asks for: the console behind the pages; a visit, which there is only for someone logged in."""


def caller_of(request: AnyRequest, zone: tzinfo = UTC) -> Caller:
    asked = request.query_params.get("lang", "")
    lang = choose_lang(asked, request.cookies.get(LANG_COOKIE, ""), request.headers.get("accept-language", ""))
    address = request.client.host if request.client else ""
    secure = request.url.scheme == "https"
    return Caller(Tongue(lang, zone), asked == lang, secure, request.url.path, target_of(request), address)


def visit_of(request: AnyRequest, console: Console) -> Visit:
    """The visit behind a request. Raises LoginNeeded."""
    now_ms = console.clock()
    token = request.cookies.get(SESSION_COOKIE, "")
    user = find_user(console.store, token, now_ms)
    if user is None:
        raise LoginNeeded(target_of(request))
    programme = read_rules(console.store).programme
    caller = caller_of(request, zone_of(programme))
    return Visit(console, caller, user, token, now_ms, programme)


def target_of(request: AnyRequest) -> str:
    """Where to come back to: the page itself where it can be asked for again."""
    query = request.scope.get("query_string", b"").decode("latin-1")
    return request.url.path + (f"?{query}" if query else "") if request.method == "GET" else "/console"
