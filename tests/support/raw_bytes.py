"""Bytes as they are, to a program that listens on this machine."""

from __future__ import annotations

import socket

ANSWER_S = 60.0


def head_answered(port: int, size: int, *, ends: bool = False) -> bytes:
    """What comes back for the first `size` bytes of a request whose head has not ended; `ends` it afterwards."""
    start = f"GET /v1/anything HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Long: ".encode()
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S) as wire:
        wire.sendall(start + b"x" * (size - len(start)))
        wire.sendall(b"\r\n\r\n" if ends else b"")
        return wire.recv(4096)
