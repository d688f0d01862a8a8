"""A Shtrih-M register's side of the link, with the faults a cable, a power cut and a lost byte make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from devices.shtrih.link import ACK, ENQ, NAK, STX, framed, lrc

Loss = Literal["request", "answer", "taken", "forgotten"]
"""A command that does not arrive, an answer that does not, only the byte that says the command is taken, or an answer
that neither arrives nor is kept."""


class RegisterLink:
    """Bytes of the host in, bytes of the register out; `answer` does what a whole message says."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._losses: list[tuple[int, Loss]] = []
        self.power_on()

    def power_on(self) -> None:
        """Half a message and an answer nobody has taken are forgotten."""
        self.on = True
        self.left: int | None = None
        """Bytes until the power goes."""
        self._unread: bytes | None = None
        self._frame: bytearray | None = None

    def wait_in_vain(self) -> None:
        """No byte has come for longer than the register waits for one: half a message is forgotten."""
        self._frame = None

    def cut_after(self, count: int) -> None:
        """Take the power away after `count` more bytes, of both ways together."""
        self.left = count

    def lose(self, loss: Loss, command: int) -> None:
        """Once, of the next such command."""
        self._losses.append((command, loss))

    def receive(self, raw: bytes) -> bytes:
        """What the register sends while these bytes arrive."""
        out = b""
        for byte in raw:
            if self._spend():
                out += self._sent(self._byte(byte))
        return out

    def _spend(self) -> bool:
        """Whether there is power for one byte more."""
        if self.left is not None and self.on:
            self.on = self.left > 0
            self.left -= 1
        return self.on

    def _sent(self, raw: bytes) -> bytes:
        return bytes(byte for byte in raw if self._spend())

    def _byte(self, byte: int) -> bytes:
        if self._frame is not None:
            self._frame.append(byte)
            return self._whole(self._frame) if len(self._frame) == self._frame[0] + 2 else b""
        if byte == STX:
            self._frame = bytearray()
        elif byte == ACK:
            self._unread = None
        elif byte == ENQ:
            return bytes((NAK,)) if self._unread is None else bytes((ACK,)) + framed(self._unread)
        return b""

    def _whole(self, frame: bytearray) -> bytes:
        self._frame = None
        raw = bytes(frame[1:-1])
        if not raw or lrc(raw) != frame[-1]:
            return bytes((NAK,))
        loss = self._loss_of(command_of(raw))
        if loss == "request":
            return b""
        answer = self._unread = self._answer(raw)
        if loss == "forgotten":
            self._unread = None
        if loss is not None:
            return b"" if loss == "taken" else bytes((ACK,))
        return bytes((ACK,)) + framed(answer)

    def _loss_of(self, command: int) -> Loss | None:
        found = next((each for each in self._losses if each[0] == command), None)
        if found is not None:
            self._losses.remove(found)
        return found[1] if found else None


def command_of(raw: bytes) -> int:
    return int.from_bytes(raw[:2], "big") if raw[0] == 0xFF else raw[0]
