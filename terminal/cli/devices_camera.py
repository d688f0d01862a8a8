"""`kopilka devices listen --driver camera`, and `replay` of a video: a camera's codes, recorded and played."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from loyalty.errors import NotNow
from loyalty.sentences import Lang

if TYPE_CHECKING:
    from devices.model import StatusUpdate
    from devices.virtual.replayed_camera import Film
    from terminal.scanner.camera_driver import CameraSettings
    from terminal.scanner.camera_source import Capture
    from terminal.scanner.scan import Scan

CAMERA = "camera"
BY_PATH = "/dev/video"
MOST_WAITING = 1000
LOOK_S = 0.1


def camera_at(port: str, driver: str | None, folder: Path) -> CameraSettings | None:
    """The camera of that id or port in the folder's devices.toml, else what is at that path, where it is a camera."""
    from terminal.device_file import read_devices
    from terminal.scanner.camera_driver import CameraSettings

    named = (each.settings for each in read_devices(folder) if isinstance(each.settings, CameraSettings))
    found = next((each for each in named if port in (each.id, each.port)), None)
    if found is None and (driver == CAMERA or (driver is None and port.startswith(BY_PATH))):
        return CameraSettings(id=CAMERA, port=port)
    return found


def scans_of_camera(camera: CameraSettings, record: Path | None, lang: Lang) -> Iterator[Scan]:
    """The codes that are held before it, until it ends or Ctrl+C. Raises NotNow where it does not answer, BadInput."""
    from devices.model import Health, StatusUpdate
    from terminal.device_said import seen_of
    from terminal.scanner.camera_driver import opens_camera
    from terminal.scanner.camera_source import LOST, READY, CameraSource

    heard: queue.Queue[Scan | StatusUpdate] = queue.Queue(MOST_WAITING)
    opened = _recorded(opens_camera(camera), record)
    named = camera.named
    watched = CameraSource(named, on_scan=heard.put, on_status=heard.put, once=True, capture=opened)
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
                    f"{named}: {'держите код перед камерой' if lang == 'ru' else 'hold a code before it'}", err=True
                )
            elif ready and found.health is Health.CLOSED:
                return
            else:
                # That a video has ended before it began is that it is none.
                why = found if found.health is Health.ERROR else LOST
                seen = seen_of(why, CAMERA, named)
                assert seen is not None
                assert seen.said is not None
                raise NotNow(seen.said, seen.hint)
    except KeyboardInterrupt:
        return
    finally:
        watched.close()


def _recorded(opened: Callable[[], Capture], record: Path | None) -> Callable[[int | str], Capture]:
    if record is None:
        return lambda _: opened()
    from terminal.scanner.camera_recording import RecordedCapture, Source, require_place

    require_place(record)

    return lambda _: RecordedCapture(cast(Source, opened()), record)


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
