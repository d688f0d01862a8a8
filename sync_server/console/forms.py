"""Forms: their fields, and the token that proves a form was ours.

The token of a form is a MAC under the secret of the cookie it came with (the session's, or before login one of its
own), so another site can neither read it nor make it.
"""

from hmac import compare_digest
from hmac import new as hmac
from urllib.parse import parse_qsl

from loyalty.errors import NotNow
from loyalty.sentences import sentence

MAX_FORM_BYTES = 8 * 1024
MAX_FIELDS = 20
TOKEN_FIELD = "form_token"


def form_token(secret: str) -> str:
    return hmac(secret.encode(), b"kopilka console form", "sha256").hexdigest()


def read_form(body: bytes, secret: str) -> dict[str, str]:
    """The fields of a form of ours. Raises NotNow where it is none, or not of this session."""
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"))
    except ValueError as error:
        raise NotNow(sentence("console.form")) from error
    if not secret or not compare_digest(fields.get(TOKEN_FIELD, "").encode(), form_token(secret).encode()):
        raise NotNow(sentence("console.form"))
    return {name: text.replace("\x00", "") for name, text in fields.items()}
