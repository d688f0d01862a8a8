"""Head offices for tests: `office` on SQLite and on PostgreSQL; `served` behind `client` and `wire`, over HTTP.

What a fixture needs is loaded in it: a run without such a test does without the head office.
"""

from __future__ import annotations

import pytest

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def office(request, tmp_path):
    from tests.support.server import office_on

    with office_on(request.param, request, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite_office(request, tmp_path):
    """For what a database has no part in."""
    from tests.support.server import office_on

    with office_on("sqlite", request, tmp_path) as made:
        yield made


@pytest.fixture
def client(tmp_path):
    """What asks a head office over HTTP, without a network."""
    from litestar.testing import TestClient

    from sync_server.app import make_app
    from sync_server.settings import Settings

    with TestClient(make_app(Settings(tmp_path)), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def served(client):
    """The office behind `client`, at today's time."""
    from sync_server.clock import now_ms
    from tests.support.server import TestOffice

    running = client.app.state.office
    return TestOffice(running.store, running.identity, now_ms())


@pytest.fixture
def wire(client, served):
    """An enrolled till's side of the wire."""
    from tests.support.signed_wire import Wire

    return Wire(client, served.till())
