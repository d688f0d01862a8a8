"""The agent's description, OpenAPI 3.1, made from the table of paths and the types that are really decoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from loyalty.events import canonical
from terminal.agent.asked import MAX_CODE_CHARS
from terminal.agent.endpoints import ENDPOINTS, Endpoint, Refusal
from terminal.agent.wire import ErrorReply

VERSION = "1"
_REF = "#/components/schemas/{name}"
_ABOUT = (
    "A till served to programs of the same machine. Amounts are minor units, quantities thousandths of a unit, times"
    " wall-clock milliseconds. Sentences come in Russian or English, by ?lang= or Accept-Language."
)
_TOKEN = "The token from agent.token in the till's folder"
_REFUSED: dict[Refusal, tuple[int, str]] = {
    "body": (422, "What the request says will not do; `where` names the part"),
    "none": (404, "There is none"),
    "now": (409, "Not in this state: the shift, the total, or an id that made something else"),
    "office": (503, "What only the head office can do, while it does not answer"),
    "soon": (429, "A code was sent a moment ago: Retry-After says when to ask again"),
}
_ALWAYS = {
    400: "The body is not JSON, or it or the query has other fields or figures than described",
    401: "The token is missing or wrong",
    403: "The request names another host",
    413: "The request is over 256 KiB",
    415: "The body is not application/json",
    503: "The disk or the till's queue is full, or the till is stopping: try again",
}
_BODY_ONLY = (413, 415)


@cache
def openapi_json() -> bytes:
    return canonical(_document())


def _document() -> dict[str, Any]:
    types = {kind for each in ENDPOINTS for kind in (each.takes, each.gives) if kind} | {ErrorReply}
    _, components = msgspec.json.schema_components(sorted(types, key=lambda kind: kind.__name__), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for each in ENDPOINTS:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kopilka till", "version": VERSION, "description": _ABOUT},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": _TOKEN}},
        },
    }


def _operation(each: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": each.summary,
        "operationId": "_".join([each.method.lower(), *re.findall(r"[a-z]+", each.path.removeprefix("/v1"))]),
        "parameters": _parameters(each),
        "responses": _responses(each),
    }
    if each.takes:
        operation["requestBody"] = {"required": True, "content": _json(each.takes)}
    return operation


def _parameters(each: Endpoint) -> list[dict[str, Any]]:
    lang = {"name": "lang", "in": "query", "schema": {"enum": ["ru", "en"]}}
    if "{key}" not in each.path:
        return [*_asked_for(each), lang]
    text = {"type": "string", "minLength": 1, "maxLength": MAX_CODE_CHARS}
    found: list[dict[str, Any]] = [{"name": "key", "in": "path", "required": True, "schema": text}, lang]
    if "/members/" in each.path:
        about = "The card itself was read, not typed"
        found.append({"name": "scanned", "in": "query", "schema": {"enum": ["true", "false"]}, "description": about})
    return found


def _asked_for(each: Endpoint) -> Iterator[dict[str, Any]]:
    if each.asks:
        _, components = msgspec.json.schema_components((each.asks,))
        for name, schema in components[each.asks.__name__]["properties"].items():
            yield {"name": name, "in": "query", "schema": schema}


def _responses(each: Endpoint) -> dict[str, Any]:
    said = {status: about for status, about in _ALWAYS.items() if each.method == "POST" or status not in _BODY_ONLY}
    for refusal in each.refuses:
        status, about = _REFUSED[refusal]
        said[status] = f"{about}. {said[status]}" if status in said else about
    refused = {str(status): {"description": about, "content": _json(ErrorReply)} for status, about in said.items()}
    done = {"200": {"description": "Done", "content": _json(each.gives)}}
    if each.made != 200:
        again = "Done before by this very request" if each.takes and "_id" in str(each.takes.__struct_fields__) else ""
        made = {"201": {"description": "Made", "content": _json(each.gives)}}
        done = {**made, **({"200": {"description": again, "content": _json(each.gives)}} if again else {})}
    return {**done, **refused}


def _json(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=kind.__name__)}}}
