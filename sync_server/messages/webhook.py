"""Messages by webhook: a POST of JSON to whatever sends for the shop, an SMS gateway or a program in front of one.

Body {"phone": "+79161234567", "text": "..."}; the secret in Kopilka-Secret; Idempotency-Key names the message, so that
one that is tried again is not sent twice. Taken is any answer of 200 to 299 that is not a web page.
"""

import httpx

from sync_server.messages.port import Message, NotSent

SECRET_HEADER = "Kopilka-Secret"
ONCE_HEADER = "Idempotency-Key"
TIMEOUT_S = 5.0


class Webhook:
    """Posts to `url`, showing `secret`."""

    def __init__(
        self, url: str, secret: str, timeout_s: float = TIMEOUT_S, transport: httpx.BaseTransport | None = None
    ) -> None:
        headers = {"user-agent": "kopilka-server/1", "accept": "application/json", SECRET_HEADER: secret}
        self._url = url
        self._http = httpx.Client(headers=headers, timeout=timeout_s, transport=transport, trust_env=False)

    def send(self, message: Message) -> None:
        """Raises NotSent; worth another try where nothing answered, or 429 or 500 and up did."""
        body = {"phone": message.phone, "text": message.text}
        try:
            # The answer's body is nobody's business here: it is left unread, however long it is.
            with self._http.stream("POST", self._url, json=body, headers={ONCE_HEADER: message.message_id}) as answer:
                status, kind = answer.status_code, answer.headers.get("content-type", "")
        except httpx.HTTPError as error:
            raise NotSent(type(error).__name__, again=True) from error
        if not 200 <= status <= 299:
            raise NotSent(f"HTTP {status}", again=status == httpx.codes.TOO_MANY_REQUESTS or status >= 500)
        if "html" in kind.lower():
            raise NotSent(f"HTTP {status} {kind[:40]}", again=False)

    def close(self) -> None:
        self._http.close()
