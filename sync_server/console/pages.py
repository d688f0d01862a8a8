"""Pages as responses: templates with everything escaped, and the headers every page carries."""

from functools import cache
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from litestar import Response

from sync_server.clock import random_bytes
from sync_server.console.assets import asset_url
from sync_server.console.tongue import LANGS, minute_text
from sync_server.console.visit import LANG_COOKIE, Caller, Visit

LANG_COOKIE_S = 365 * 24 * 3600
HTML = "text/html"
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    # Pages hold people's data: nothing of them stays on the disk of the browser or on the way.
    "cache-control": "no-store",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No script stands in a page. The style elements that plotly makes carry the page's nonce; it sets style attributes."""


def page(visit: Visit, template: str, http_status: int = HTTPStatus.OK, **values: Any) -> Response[str]:
    """A page for someone who has logged in."""
    return open_page(
        visit.caller, template, http_status, visit=visit, user=visit.user, form_token=visit.form_token, **values
    )


def open_page(caller: Caller, template: str, http_status: int = HTTPStatus.OK, **values: Any) -> Response[str]:
    """A page that needs no login: values it may need and lacks are empty."""
    tongue, nonce = caller.tongue, random_bytes(16).hex()
    known: dict[str, Any] = {"user": None, "form_token": "", "section": "", "visit": None, "nonce": nonce}
    text = (
        _environment()
        .get_template(template)
        .render(known | values, _=tongue.text, many=tongue.many, t=tongue, caller=caller, langs=LANGS)
    )
    headers = {**HEADERS, "content-security-policy": POLICY.format(nonce=nonce)}
    response = Response(text, status_code=http_status, media_type=HTML, headers=headers)
    if caller.lang_asked:
        response.set_cookie(
            LANG_COOKIE, tongue.lang, max_age=LANG_COOKIE_S, path="/", samesite="lax", secure=caller.secure
        )
    return response


def go_to(target: str) -> Response[str]:
    """See another page (303)."""
    headers = {**HEADERS, "content-security-policy": "default-src 'none'", "location": target}
    return Response("", status_code=HTTPStatus.SEE_OTHER, media_type=HTML, headers=headers)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("sync_server.console"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = asset_url
    made.filters["minute"] = minute_text
    return made
