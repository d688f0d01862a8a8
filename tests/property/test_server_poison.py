"""Whatever a till signs, stage 2 goes on: damaged, absurd and hostile events are kept, and the books still balance."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sync_server.books import unbalanced_buckets
from sync_server.schema import FLAG
from tests.support.offices import KINDS
from tests.support.server import hex_id, opened_office

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([-1, 2**31, 2**31 - 1, 2**53 - 1, 2**53, 2**63, -(2**63), 10**30]),
    st.text(max_size=20),
    st.sampled_from(["", "\x00", "\ud7ff", "' OR 1=1 --", "x" * 5000, hex_id("other")]),
    st.lists(st.integers(), max_size=2),
)


@pytest.fixture(scope="module", params=KINDS)
def office(request, tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('poison') / 'office.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    with opened_office(url) as made:
        yield made


@pytest.fixture(scope="module")
def till(office):
    return office.till()


def places(value, path=()):
    """Every place in a document where something else could stand."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, found in items:
        yield from places(found, (*path, key))


def put_at(value, path, other):
    if not path:
        return other
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = put_at(value[path[0]], path[1:], other)
    return copied


def failed(tx) -> list[str]:
    return list(tx.execute(select(FLAG.c.detail).where(FLAG.c.kind == "failed")).scalars())


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_no_event_stops_those_beside_it(office, till, data):
    account = hex_id("account", till.seq)
    events = []
    for _ in range(6):
        document = json.loads(
            data.draw(st.sampled_from([till.sale(account=account, earned=3), till.back(till.receipt())]))
        )
        for _ in range(data.draw(st.integers(1, 2))):
            path = data.draw(st.sampled_from(list(places(document))))
            document = put_at(document, path, data.draw(SCALARS))
        events.append(json.dumps(document).encode())
    good = till.sale(account=hex_id("good", till.seq), earned=1)
    sent = [raw for raw in [*events, good] if 0 < len(raw) < 100_000]
    till.put(*sent)
    assert office.apply() == len(sent)
    with office.store.read() as tx:
        assert unbalanced_buckets(tx) == {}
        assert failed(tx) == [], "what cannot be kept is seen beforehand"


@pytest.mark.parametrize("place", ["local_minute", "line_no", "qty_milli", "total_minor", "at_ms", "earned_points"])
@pytest.mark.parametrize("figure", [2**31, 2**53 - 1, -(2**53) + 1])
def test_a_figure_too_large_for_its_column_parks_the_event_alone(office, till, place, figure):
    account = hex_id("figure", place, figure)
    document = json.loads(till.back(till.receipt(account=account)))
    sale = json.loads(till.sale(account=account, earned=1))
    for receipt in (document["body"]["receipt"], sale["body"]["receipt"]):
        for holder in (receipt, receipt["moment"], receipt["lines"][0]):
            if place in holder:
                holder[place] = figure
    till.put(json.dumps(sale).encode(), json.dumps(document).encode(), till.sale(account=account, earned=4))
    assert office.apply() == 3
    with office.store.read() as tx:
        assert unbalanced_buckets(tx) == {}
        assert failed(tx) == []
