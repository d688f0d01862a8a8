"""The head office as a web application: the API, the console, health, metrics, documentation."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from sync_server.api import HANDLERS
from sync_server.clock import now_ms, random_bytes
from sync_server.console import console_routes
from sync_server.console.problems import on_problem
from sync_server.console.routes import PATH as CONSOLE
from sync_server.docs_page import docs_page
from sync_server.erasing.erase import beside
from sync_server.migrate import init_store
from sync_server.office import Office, open_office
from sync_server.openapi import openapi_json
from sync_server.replies import on_error, reply
from sync_server.settings import JOURNAL, Settings
from sync_server.shedding import Door
from sync_server.store import IDLE_LIMIT_MS, open_store
from sync_server.watch import measure

AnyRequest = Request[Any, Any, State]


def make_app(settings: Settings) -> Litestar:
    """A head office ready to serve; `app.state.office` is what stands behind it. Raises StoreFault, NotNow."""
    store = open_store(settings.url, IDLE_LIMIT_MS)
    office = open_office(settings, store, init_store(store, random_bytes))
    app = Litestar(
        route_handlers=[*HANDLERS, healthz, metrics, openapi, docs, *console_handlers(office)],
        exception_handlers={Exception: _on_error},
        middleware=[Door(settings.max_requests).around],
        request_max_body_size=settings.body_limit_bytes,
        openapi_config=None,
        lifespan=[_running],
        state=State({"office": office}),
        debug=False,
    )
    return app


def _on_error(request: AnyRequest, error: Exception) -> Response[Any]:
    """What no route answers, such as a GET where only a form is taken, is a page for people and JSON for programs."""
    pages = request.url.path.startswith(f"{CONSOLE}/")
    return on_problem(request, error) if pages else on_error(request, error)


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    office: Office = app.state.office
    if office.settings.applies:
        office.applier.start()
    try:
        yield
    finally:
        if office.settings.applies:
            office.applier.stop()
        if office.sender:
            office.sender.close()
        office.store.close()


def console_handlers(office: Office) -> Sequence[Any]:
    """The console's pages."""
    messages = office.settings.messages == JOURNAL
    return console_routes(office.store, beside=beside(office.settings), messages=messages)


@get("/healthz", sync_to_thread=True)
def healthz(request: AnyRequest) -> Response[bytes]:
    """200 while the database answers."""
    office: Office = request.app.state.office
    with office.store.read() as tx:
        tx.connection.exec_driver_sql("SELECT 1")
    return reply({"status": "ok", "gen": office.identity.gen})


@get("/metrics", sync_to_thread=True)
def metrics(request: AnyRequest) -> Response[bytes]:
    office: Office = request.app.state.office
    measure(office, now_ms())
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})


@get("/openapi.json", sync_to_thread=False)
def openapi() -> Response[bytes]:
    return Response(openapi_json(), media_type="application/json")


@get("/docs", sync_to_thread=False)
def docs() -> Response[str]:
    return Response(docs_page(), media_type="text/html")
