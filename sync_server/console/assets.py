"""What pages are dressed in: the style sheet, the script of the chart, the icon, and plotly from its own wheel.

Each is served under a path that names its content, so a browser may keep it for a year; a new version has a new path.
"""

import gzip
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from sync_server.refusals import Refused

STATIC = Path(__file__).with_name("static")
PREFIX = "/static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_NAMES = ("console.css", "console.js", "icon.svg", "plotly.min.js")
_FOREVER = "public, max-age=31536000, immutable"


class Asset(msgspec.Struct, frozen=True):
    """One file; `packed` is its bytes by gzip."""

    body: bytes
    packed: bytes
    digest: str
    media_type: str


@cache
def read_asset(name: str) -> Asset:
    path = _path(name)
    body = path.read_bytes()
    return Asset(body, gzip.compress(body, 6, mtime=0), sha256(body).hexdigest()[:16], _TYPES[path.suffix])


def asset_url(name: str) -> str:
    return f"/console{PREFIX}/{read_asset(name).digest}/{name}"


@get(f"{PREFIX}/{{digest:str}}/{{name:str}}", sync_to_thread=True)
def static_file(request: Request[object, object, State], digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file by its name and digest; the only pages without a login besides the login itself."""
    if name not in _NAMES or digest != read_asset(name).digest:
        raise Refused(404, "unknown", "there is no such file")
    asset = read_asset(name)
    packs = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"cache-control": _FOREVER, "vary": "accept-encoding", "x-content-type-options": "nosniff"}
    if packs:
        headers["content-encoding"] = "gzip"
    return Response(asset.packed if packs else asset.body, media_type=asset.media_type, headers=headers)


def _path(name: str) -> Path:
    if name != "plotly.min.js":
        return STATIC / name
    spec = find_spec("plotly")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "package_data" / name
