"""`kopilka devices simulate camera`: a camera without hardware, before which each line typed is held as a code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from devices.virtual.camera_served import ServedCamera

CAMERA_PORT = 4002
UNPLUGGED = ("Кабель вынут, код не показан: !plug", "Unplugged, the code was shown to nobody: !plug")
UNWATCHED = ("Никто не смотрит, код не показан", "Nobody watches, the code was shown to nobody")
TOO_LONG = ("В код помещается до {most} байт", "A code holds up to {most} bytes")


def played_camera(
    port: int, ru: bool
) -> tuple[str, ServedCamera, AbstractContextManager[str], Callable[[], Iterator[str]], Callable[[str], str]]:
    """Its name, itself, its address while it runs, what there is to tell (nothing), and what holds a code before it."""
    from devices.virtual.camera_codes import MOST_CODE_BYTES, kind_of
    from devices.virtual.camera_served import ServedCamera

    try:
        camera = ServedCamera(port)
    except OSError as error:
        raise click.ClickException(f"127.0.0.1:{port}: {error.strerror}") from error
    tongue = 0 if ru else 1

    @contextmanager
    def running() -> Iterator[str]:
        with camera:
            yield camera.url

    def take(code: str) -> str:
        if not camera.plugged:
            return UNPLUGGED[tongue]
        try:
            watching = camera.hold(code)
        except ValueError:
            return TOO_LONG[tongue].format(most=MOST_CODE_BYTES)
        return f"→ {code!r} ({kind_of(code)})" if watching else UNWATCHED[tongue]

    return "Камера" if ru else "The camera", camera, running(), lambda: iter(()), take
