"""What is wrong with a camera that `devices.toml` names: it is opened, one picture is taken, and it is let go."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import cast

from devices.ports import Port
from devices.transport.reader import why_not_open
from loyalty.sentences import Sentence, sentence
from terminal.device_places import Place, why_closed
from terminal.device_said import SENTENCES as SAID
from terminal.doctoring import Finding, named_by_path
from terminal.scanner.camera_driver import CameraSettings, Opens, node_of, opens_camera
from terminal.scanner.camera_source import open_capture


def camera_findings(place: Place, ports: Sequence[Port], opens: Opens = open_capture) -> Iterator[Finding]:
    """Not there, not ours, not the only one that fits, without a picture; or named so that it gets lost."""
    settings = cast(CameraSettings, place.device.settings)
    wrong = _wrong(settings, opens)
    if wrong is not None:
        yield Finding(settings.id, *wrong)
    elif settings.port:
        yield from named_by_path(settings.id, node_of(settings.port), settings.port, ports)


def _wrong(settings: CameraSettings, opens: Opens) -> tuple[Sentence, Sentence] | None:
    named = settings.named
    try:
        capture = opens_camera(settings, opens)()
    except OSError as error:
        code = why_not_open(error, named).code
        known = f"camera.{code}"
        if known in SAID:
            return sentence(known, port=named), sentence(f"{known}.hint", port=named)
        return why_closed(code, named, hid=False)
    try:
        if not capture.isOpened():
            code = "camera.no_video" if os.path.isfile(settings.port) else "camera.unplugged"
            return sentence(code, port=named), sentence(f"{code}.hint", port=named)
        if not capture.read()[0]:
            return sentence("doctor.no_picture", port=named), sentence("doctor.no_picture.hint")
    finally:
        capture.release()
    return None
