"""The fixture `office`: a head office on SQLite and one on PostgreSQL, for what must hold on both."""

from __future__ import annotations

import pytest

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def office(request, tmp_path):
    # Loaded here: a run without such a test does without the head office.
    from tests.support.server import office_on

    with office_on(request.param, request, tmp_path) as made:
        yield made
