"""Publishing a programme from a file."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from loyalty.errors import BadInput
from loyalty.sentences import sentence
from sync_server.coupon_ends import settle_spent
from sync_server.identity import Identity
from sync_server.programmes import Published, publish_programme, read_published
from sync_server.standing import date_at
from sync_server.store import Store

SHIPPED = files("loyalty") / "programmes"
MAX_PUBLISHED_BYTES = 512 * 1024
"""A programme travels as one row, which a till decodes at once."""

SENTENCES = {
    "publish.text": ("{name}: это не текст в UTF-8", "{name} is not UTF-8 text"),
    "publish.size": ("{name}: файл больше {limit} байт", "{name} is over {limit} bytes"),
}


def publish_file(store: Store, identity: Identity, path: Path, now_ms: int) -> Published:
    """Publish the document in a file, or a programme that comes with the product by its name. Raises BadInput,
    BadProgramme, OSError."""
    with _document_at(path).open("rb") as file:
        data = file.read(MAX_PUBLISHED_BYTES + 1)
    if len(data) > MAX_PUBLISHED_BYTES:
        raise BadInput(sentence("publish.size", name=path.name, limit=MAX_PUBLISHED_BYTES))
    try:
        document = data.decode()
    except UnicodeDecodeError as error:
        raise BadInput(sentence("publish.text", name=path.name)) from error
    done = publish_programme(store, identity, document, now_ms)
    if done.outcome == "new":  # series that have ended or come back
        programme = read_published(store)
        settle_spent(store, programme, date_at(programme, now_ms))
    return done


def _document_at(path: Path) -> Path | Traversable:
    shipped = SHIPPED / f"{path}.toml"
    return shipped if not path.exists() and path.parent == Path() and shipped.is_file() else path
