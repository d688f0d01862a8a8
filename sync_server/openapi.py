"""The API's description, OpenAPI 3.1: paths written here, components taken from the very types that are decoded."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from loyalty.api import (  # fmt: skip
    CarriedReply,
    CheckReply,
    CheckRequest,
    ConfirmReply,
    ConfirmRequest,
    EnrolReply,
    EnrolRequest,
    ErrorReply,
    HoldReply,
    HoldRequest,
    HoldVoid,
    KeysReply,
    KeysTold,
    PersonalReply,
    PersonalUpload,
    ReceiptReply,
    SegmentReply,
    SharesAsk,
    SharesReply,
    SnapshotManifest,
)
from loyalty.events import canonical
from loyalty.feed import STREAMS, BalanceRow, DeltaPage, Heads, IdentRow, ProgrammeRow, SpentRow

VERSION = "1"
_TYPES = (
    EnrolRequest,
    EnrolReply,
    SegmentReply,
    KeysTold,
    KeysReply,
    CarriedReply,
    PersonalUpload,
    PersonalReply,
    Heads,
    DeltaPage,
    SnapshotManifest,
    ReceiptReply,
    ConfirmRequest,
    ConfirmReply,
    CheckRequest,
    CheckReply,
    SharesAsk,
    SharesReply,
    HoldRequest,
    HoldVoid,
    HoldReply,
    ErrorReply,
    IdentRow,
    BalanceRow,
    ProgrammeRow,
    SpentRow,
)
_REF = "#/components/schemas/{name}"
_SIGNED: list[dict[str, list[str]]] = [{"httpMessageSignature": []}]


@cache
def openapi_json() -> bytes:
    return canonical(_document())


def _document() -> dict[str, Any]:
    _, components = msgspec.json.schema_components(_TYPES, schema_hook=_raw, ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kopilka head office", "version": VERSION, "description": _ABOUT},
        "paths": _paths(),
        "components": {
            "schemas": components,
            "securitySchemes": {
                "httpMessageSignature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Signature",
                    "description": _SIGNATURE,
                },
            },
        },
    }


def _raw(kind: type) -> dict[str, Any]:
    """A row's body: the JSON of the stream's own type."""
    if kind is msgspec.Raw:
        return {"description": "The row as JSON: IdentRow, BalanceRow, ProgrammeRow or a product"}
    raise NotImplementedError(kind)


def _paths() -> dict[str, Any]:
    delta = "/v1/delta/{gen}/{stream}/{bucket}/{from}"
    return {
        "/v1/enrol": {
            "post": _operation("Enrol a terminal by a one-time code", EnrolReply, sends=EnrolRequest, signed=False)
        },
        "/v1/segments": {
            "post": _operation(
                "Send a signed segment of events", SegmentReply, sends=_SEGMENT, signed=False, parameters=[_FENCE]
            )
        },
        "/v1/keys": {
            "post": _operation("Announce keys, each signed by the one before", KeysReply, sends=KeysTold, signed=False)
        },
        "/v1/segments/{epoch}/{seq}": {
            "get": _operation(
                "The terminal's own segment with an event, as it came or redacted",
                None,
                parameters=[_in_path("epoch", {"type": "integer"}), _in_path("seq", {"type": "integer"})],
                gives_bytes=_SEGMENT,
            )
        },
        "/v1/carried": {"post": _operation("Bring a segment of another terminal", CarriedReply, sends=_SEGMENT)},
        "/v1/personal": {
            "post": _operation("Send personal data beside their events", PersonalReply, sends=PersonalUpload)
        },
        "/v1/heads": {"get": _operation("Where every bucket of every stream stands", Heads)},
        delta: {
            "get": _operation(
                "Rows of one bucket after a place",
                DeltaPage,
                parameters=[
                    _in_path("gen"),
                    _in_path("stream", {"type": "string", "enum": list(STREAMS)}),
                    _in_path("bucket", {"type": "integer", "minimum": 0, "maximum": 255}),
                    _in_path("from", {"type": "integer", "minimum": 0}),
                ],
            )
        },
        "/v1/snapshot": {"get": _operation("The manifest of a ready cache file", SnapshotManifest)},
        "/v1/snapshot/{snapshot_id}": {
            "get": _operation("The cache file, zstd; Range is honoured", None, parameters=[_in_path("snapshot_id")])
        },
        "/v1/receipts/{number}": {
            "get": _operation("A receipt by its number", ReceiptReply, parameters=[_in_path("number")])
        },
        "/v1/confirmations": {
            "post": _operation("Send a code to a member's phone", ConfirmReply, sends=ConfirmRequest)
        },
        "/v1/confirmations/{confirmation_id}/check": {
            "post": _operation(
                "Check the code the member said",
                CheckReply,
                sends=CheckRequest,
                parameters=[_in_path("confirmation_id")],
            )
        },
        "/v1/shares": {"post": _operation("Ask for shares of campaign budgets", SharesReply, sends=SharesAsk)},
        "/v1/holds": {"post": _operation("Hold points for a sale", HoldReply, sends=HoldRequest)},
        "/v1/holds/{hold_id}/void": {
            "post": _operation("Give a hold back", HoldReply, sends=HoldVoid, parameters=[_in_path("hold_id")])
        },
    }


def _operation(
    summary: str, gives: type | None, sends: type | Mapping[str, Any] | None = None, signed: bool = True,
    parameters: list[dict[str, Any]] | None = None, gives_bytes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    given = (
        {"application/json": {"schema": _ref(gives)}}
        if gives
        else dict(gives_bytes or {"application/zstd": {"schema": {"type": "string", "format": "binary"}}})
    )
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {
            "200": {"description": "Done", "content": given},
            "default": {"description": "Refused", "content": {"application/json": {"schema": _ref(ErrorReply)}}},
        },
    }
    if signed:
        operation["security"] = _SIGNED
    if parameters:
        operation["parameters"] = parameters
    if sends is not None:
        content = {"application/json": {"schema": _ref(sends)}} if isinstance(sends, type) else dict(sends)
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}


def _in_path(name: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema or {"type": "string"}}


_SEGMENT = {"application/vnd.kopilka.segment": {"schema": {"type": "string", "format": "binary"}}}
_FENCE = {"name": "Kopilka-Fence", "in": "header", "required": True, "schema": {"type": "string"}}
_ABOUT = (
    "What terminals send up and read down. Segments and keys carry their own signature; every other request but enrol"
    " is signed."
)
_SIGNATURE = (
    "RFC 9421, Ed25519, over @method, @path, @query, content-digest; keyid is the terminal's id, created within 300 s"
)
