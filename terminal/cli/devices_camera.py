"""`kopilka devices listen --driver camera`, and `replay` of a video: a camera's codes, recorded and played."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from loyalty.errors import NotNow
from loyalty.sentences import Lang, sentence

if TYPE_CHECKING:
    from devices.model import StatusUpdate
    from devices.virtual.replayed_camera import Film
    from terminal.scanner.camera_source import Capture
    from terminal.scanner.scan import Scan

MOST_WAITING = 1000
LOOK_S = 0.1


def scans_of_camera(camera: str, record: Path | None, lang: Lang) -> Iterator[Scan]:
    """The codes that are held before it, until it ends or Ctrl+C. Raises NotNow where it does not answer, BadInput."""
    from devices.model import Health, StatusUpdate
    from terminal.scanner.camera_source import READY, CameraSource, open_capture

    heard: queue.Queue[Scan | StatusUpdate] = queue.Queue(MOST_WAITING)
    opened = _recorded(open_capture, record)
    source = int(camera) if camera.isdigit() else camera
    watched = CameraSource(source, on_scan=heard.put, on_status=heard.put, once=True, capture=opened)
    watched.open()
    ready = False
    try:
        while True:
            found = heard.get()
            if not isinstance(found, StatusUpdate):
                yield found
            elif found == READY:
                ready = True
                click.echo(
                    f"{camera}: {'держите код перед камерой' if lang == 'ru' else 'hold a code before it'}", err=True
                )
            elif ready and found.health is Health.CLOSED:
                return
            else:
                code = "camera.camera_failed" if found.health is Health.ERROR else "camera.unplugged"
                raise NotNow(sentence(code, port=camera, what=found.sentence[:200]), sentence(f"{code}.hint"))
    except KeyboardInterrupt:
        return
    finally:
        watched.close()


def _recorded(opened: Any, record: Path | None) -> Any:
    if record is None:
        return opened
    from terminal.scanner.camera_recording import RecordedCapture, Source, require_place

    require_place(record)

    def capture(source: int | str) -> Capture:
        return RecordedCapture(cast(Source, opened(source)), record)

    return capture


def film_at(file: Path) -> Film | None:
    """A camera's trace: a video, or pictures in a folder; None where the file is neither, or is one of bytes."""
    if file.is_dir():
        from devices.virtual.replayed_camera import film_of

        return film_of(file)
    try:
        with file.open("rb") as opened:
            if opened.read(1) in (b"{", b""):
                return None
    except OSError:
        return None
    from devices.virtual.replayed_camera import film_of

    return film_of(file)


def play_film(film: Film, name: str, port: int, fast: bool, lang: Lang) -> None:
    """Until all is played, or Ctrl+C."""
    from devices.virtual.replayed_camera import replayed_camera

    try:
        with replayed_camera(film, port, fast=fast) as (url, ended):
            click.echo(f"{name} ({'камера' if lang == 'ru' else 'camera'}): {url}")
            while not ended.wait(LOOK_S):
                pass
    except KeyboardInterrupt:
        return
    except OSError as error:
        raise click.ClickException(f"127.0.0.1:{port}: {error.strerror}") from error
