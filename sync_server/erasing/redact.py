"""An event without what is personal in it: a new member's card, a bank card's token and last
digits, the masked name on a receipt.

Everything else stays as it was, fields of later versions too: the books follow from a redacted event as from the whole.
"""

from typing import Any

import msgspec

from loyalty.events import canonical


def member_in(raw: bytes) -> str:
    """The id of the member an event names; empty where it names none or cannot be read."""
    body = _inner(_decoded(raw), "body")
    found = body.get("member_id") or _inner(body, "receipt").get("member_id")
    return found if isinstance(found, str) else ""


def redacted(raw: bytes) -> bytes:
    """The same event without personal data; the very bytes where it has none."""
    event = _decoded(raw)
    body = _inner(event, "body")
    receipt = _inner(body, "receipt")
    if not body.get("card") and not body.get("token") and not receipt.get("member_name"):
        return raw
    for name in ("card", "token", "tail"):
        if name in body:
            body[name] = ""
    if "member_name" in receipt:
        receipt["member_name"] = ""
    return canonical(event)


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _inner(outer: dict[str, Any], name: str) -> dict[str, Any]:
    found = outer.get(name)
    return found if isinstance(found, dict) else {}
