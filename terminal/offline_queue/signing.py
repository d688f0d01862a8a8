"""Signs requests by RFC 9421: Ed25519 over @method, @path, @query and Content-Digest, keyid the terminal."""

from datetime import UTC, datetime

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

COVERED = ("@method", "@path", "@query", "content-digest")
TAG = "kopilka"


class Signer:
    """Signs for one terminal."""

    def __init__(self, terminal: str, key: Ed25519PrivateKey) -> None:
        self._terminal, self.key = terminal, key
        resolver = MappingKeyResolver(public_keys={}, private_keys={terminal: key})
        self._signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=resolver)

    def sign(self, request: httpx.Request, body: bytes, at_ms: int) -> None:
        """Add Content-Digest, Signature-Input and Signature; `at_ms` is the moment it claims."""
        created = datetime.fromtimestamp(at_ms // 1000, UTC)
        self._signer.sign(
            request, key_id=self._terminal, created=created, tag=TAG, covered_component_ids=COVERED[:3], body=body
        )
