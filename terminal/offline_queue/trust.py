"""Which certificate a head office must show: any that the public authorities vouch for, or the company's own.

A head office inside a company may have a certificate of the company's own authority. That authority's certificate is
given once, kept in the till's folder, and from then on the only one believed.
"""

import ssl
from pathlib import Path

from loyalty.errors import BadInput
from loyalty.sentences import sentence
from terminal.offline_queue.disk import write_whole

CA_FILE = "head-office-ca.pem"
MAX_CA_BYTES = 64 * 1024


def keep_ca(folder: Path, given: Path) -> None:
    """Keep the certificates in the file `given` (PEM) for this till. Raises BadInput for a file that has none."""
    try:
        with given.open("rb") as file:
            data = file.read(MAX_CA_BYTES + 1)
        if len(data) > MAX_CA_BYTES:
            raise ValueError(f"> {MAX_CA_BYTES} B")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=data.decode("ascii"))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        what = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise BadInput(sentence("link.bad_ca", file=str(given), what=what), sentence("link.bad_ca.do")) from error
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(folder / CA_FILE, data)


def trust_of(folder: Path) -> ssl.SSLContext | None:
    """What the till in this folder checks its head office by; None: by the public authorities.

    Raises OSError where the kept file has been damaged: a till must not fall back to trusting others.
    """
    path = folder / CA_FILE
    return ssl.create_default_context(cafile=str(path)) if path.exists() else None
