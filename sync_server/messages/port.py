"""What sends a text to a phone: one port, a driver for each way. Texts hold codes, so none of them goes to a log."""

from typing import Protocol

import msgspec

from loyalty.errors import LinkFault
from loyalty.sentences import sentence


class Message(msgspec.Struct, frozen=True):
    """`message_id` (32 hex) is the same each time the message is tried; `phone` in E.164; `bucket` of the account."""

    message_id: str
    bucket: int
    at_ms: int
    phone: str
    text: str


class NotSent(LinkFault):
    """The message did not go; `again` says whether another try may do."""

    def __init__(self, why: str, *, again: bool) -> None:
        super().__init__(sentence("message.not_sent", why=why))
        self.why = why
        self.again = again


class Messenger(Protocol):
    def send(self, message: Message) -> None:
        """Hand the message over. Raises NotSent. Called from several threads."""
        ...

    def close(self) -> None: ...


SENTENCES = {
    "message.not_sent": ("Сообщение не отправлено: {why}", "The message was not sent: {why}"),
}
