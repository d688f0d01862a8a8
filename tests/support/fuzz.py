"""Requests made from a program's own OpenAPI document, good ones and spoiled ones, and what every answer must be."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.simulation.seeds import seeds_of

EXAMPLES = 12
SOAK_EXAMPLES = 10
"""Of each seed."""
NAME = "X-Schemathesis-TestCaseId"
CHECKS = [
    status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance,
]  # fmt: skip
SOAK = os.environ.get("KOPILKA_SOAK_SEEDS")
FUZZ = settings(
    max_examples=max(EXAMPLES, SOAK_EXAMPLES * len(seeds_of(SOAK))) if SOAK else EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def operations(document: bytes) -> list[APIOperation]:
    """Every operation an OpenAPI document has."""
    schema = schemathesis.openapi.from_dict(json.loads(document))
    found = [*schema.get_all_operations()]
    right = [each.ok() for each in found if isinstance(each, Ok)]
    assert len(right) == len(found), "the document is not right"
    return right


def named(operation: APIOperation) -> str:
    return f"{operation.method.upper()} {operation.path}"


def cases(operation: APIOperation, known: Mapping[str, list[Any]]) -> st.SearchStrategy[Case]:
    """As the document has it, or spoiled; in every other one a part of the path is one that there is (`known`)."""
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    ways = [good]
    if operation.body or list(operation.iter_parameters()):
        ways.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))

    @st.composite
    def drawn(draw: st.DrawFn) -> Case:
        case = draw(st.one_of(ways))
        for name in sorted(set(case.path_parameters or {}) & set(known)):
            if draw(st.booleans()):
                case.path_parameters[name] = draw(st.sampled_from(known[name]))
        return case

    return drawn()


def request_of(case: Case, base_url: str) -> httpx.Request:
    """What goes over the wire."""
    asked = case.as_transport_kwargs(base_url=base_url)
    asked["headers"] = {name: value for name, value in asked["headers"].items() if name != NAME}
    asked.pop("cookies", None)
    content = asked.pop("data", None)
    if "json" in asked:
        content = json.dumps(asked.pop("json")).encode("utf-8", "surrogatepass")
    return httpx.Request(**asked, content=content.encode() if isinstance(content, str) else content)


def check_answer(case: Case, answer: httpx.Response) -> None:
    """No fault of ours, and nothing the document does not say. Raises AssertionError."""
    assert answer.status_code < 500 or answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
    case.validate_response(answer, checks=CHECKS)
    assert "Traceback" not in answer.text


class OfficeRows:
    """All that a head office on SQLite holds, but when its terminals were last heard of."""

    def __init__(self, database: str) -> None:
        self.look = sqlite3.connect(database, isolation_level=None)
        tables = self.look.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").fetchall()
        self._queries = [f"SELECT {self._columns(name)} FROM {name}" for (name,) in tables]
        self._held = (-1, b"")

    def _columns(self, table: str) -> str:
        columns = [row[1] for row in self.look.execute(f"PRAGMA table_info({table})")]
        return ", ".join(name for name in columns if name != "seen_ms")

    def held(self) -> bytes:
        """A digest of it."""
        (version,) = self.look.execute("PRAGMA data_version").fetchone()
        if version != self._held[0]:
            rows = [sorted(map(repr, self.look.execute(query))) for query in self._queries]
            self._held = (version, blake2b(repr(rows).encode()).digest())
        return self._held[1]
