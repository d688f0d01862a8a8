"""The console's routes. A page asks for a `Visit`, and there is none without a session; login and assets do not."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from litestar import Response, Router, get
from litestar.di import Provide
from litestar.params import FromPath

from sync_server.clock import now_ms, random_bytes
from sync_server.console.assets import static_file
from sync_server.console.erasing import erase_confirmed, show_erase
from sync_server.console.forms import MAX_FORM_BYTES
from sync_server.console.login import TRIES, log_in, log_out, login_page
from sync_server.console.member_cards import withdraw_card
from sync_server.console.member_consents import withdraw_consent
from sync_server.console.member_joining import change_family, merge_confirmed, show_merge
from sync_server.console.members import change_status, member_page, members_page, search_members, show_personal
from sync_server.console.messages import messages_page
from sync_server.console.pages import go_to
from sync_server.console.problems import on_problem
from sync_server.console.receipts import receipt_page, receipts_page
from sync_server.console.revoking import revoke_confirmed, show_revoke
from sync_server.console.stops import resume_now, stop_now, stops_page
from sync_server.console.terminals import make_enrol_code, terminals_page
from sync_server.console.today import today_page
from sync_server.console.tries import Tries
from sync_server.console.visit import AnyRequest, Console, Visit, Visiting, visit_of
from sync_server.erasing.erase import Beside
from sync_server.identity import read_identity
from sync_server.refusals import Refused
from sync_server.store import Store

PATH = "/console"
_PAGES = (
    today_page, receipts_page, receipt_page, members_page, search_members, member_page, show_personal, change_status,
    show_erase, erase_confirmed, change_family, withdraw_card, withdraw_consent, show_merge, merge_confirmed,
    terminals_page, show_revoke, revoke_confirmed, make_enrol_code, stops_page, stop_now, resume_now, messages_page,
    login_page, log_in, log_out, static_file,
)  # fmt: skip


def console_routes(
    store: Store, clock: Callable[[], int] = now_ms, *, beside: Beside, messages: bool = False
) -> Sequence[Any]:
    """The console's pages under /console, and the way there from /. `clock` gives milliseconds; `beside`: what lies
    beside the database; `messages`: messages to members are written down here instead of sent."""
    console = Console(
        store=store,
        identity=read_identity(store),
        clock=clock,
        random=random_bytes,
        tries=Tries(store, TRIES),
        checking=Lock(),
        beside=beside,
        messages=messages,
    )

    def visiting(request: AnyRequest) -> Visit:
        return visit_of(request, console)

    router = Router(
        PATH,
        route_handlers=[*_PAGES, nothing_here],
        dependencies={
            "console": Provide(lambda: console, sync_to_thread=False),
            "visit": Provide(visiting, sync_to_thread=True),
        },
        exception_handlers={Exception: on_problem},
        request_max_body_size=MAX_FORM_BYTES,
    )
    return [front_door, router]


@get("/", sync_to_thread=False)
def front_door() -> Response[str]:
    return go_to(PATH)


@get("/{rest:path}", sync_to_thread=False)
def nothing_here(visit: Visiting, rest: FromPath[str]) -> Response[str]:
    raise Refused(404, "unknown", "there is no such page")
