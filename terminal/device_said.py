"""What a driver says of its device (devices.model.StatusUpdate), by its code, as the till tells it to people."""

from __future__ import annotations

from devices.model import Health, StatusUpdate
from loyalty.sentences import Sentence, sentence
from terminal.device_places import SENTENCES as PORT
from terminal.printing_said import SENTENCES as PRINTER
from terminal.supervised import WORKS, Seen

SENTENCES = {
    "camera.unplugged": ("Камера {port} не отвечает", "The camera {port} does not answer"),
    "camera.unplugged.hint": ("Проверьте кабель", "Check the cable"),
    "camera.no_permission": ("Нет прав на камеру {port}", "No permission for the camera {port}"),
    "camera.no_permission.hint": (
        "sudo usermod -aG video $USER, затем войдите заново", "sudo usermod -aG video $USER, then log in anew",
    ),
    "camera.no_video": ("{port} — не видео и не картинка", "{port} is no video and no picture"),
    "camera.no_video.hint": (
        "Назовите камеру, видео или картинку: --camera или port в devices.toml",
        "Name a camera, a video or a picture: --camera, or port in devices.toml",
    ),
    "camera.ended": ("Видео {port} закончилось", "The video {port} has ended"),
    "camera.camera_failed": ("Камера {port} не годится: {what}", "The camera {port} cannot be used: {what}"),
    "camera.camera_failed.hint": (
        "Проверьте --camera или port в devices.toml", "Check --camera, or port in devices.toml",
    ),
    "trace.bad": (
        "{name} — не запись обмена: строка {line}, {why}", "{name} is no trace: line {line}, {why}",
    ),
    "trace.bad.hint": (
        "Запись делает kopilka devices listen --record или trace в devices.toml",
        "kopilka devices listen --record makes one, or trace in devices.toml",
    ),
    "payment.offline": ("Банковский терминал не отвечает", "The bank terminal does not answer"),
    "payment.offline.hint": (
        "Проверьте питание и кабель; без него можно взять наличные",
        "Check its power and cable; cash can be taken without it",
    ),
    "device.offline": ("{port} не отвечает", "{port} does not answer"),
    "device.offline.hint": ("Проверьте питание и кабель", "Check its power and cable"),
    "device.not_ready": ("Устройство {port} не готово", "The device at {port} is not ready"),
    "device.not_ready.hint": ("Посмотрите, что оно показывает", "Look at what it shows"),
    "device.driver_failed": ("Драйвер не работает: {what}", "Its driver fails: {what}"),
    "device.driver_failed.hint": ("Сообщите администратору", "Tell the administrator"),
    "device.said": ("Устройство сообщает: {what}", "The device says: {what}"),
    "device.said.hint": ("{what}", "{what}"),
}  # fmt: skip
WAITED_FOR = frozenset({"unplugged", "offline", "ended", "no_paper", "cover_open", "not_ready", "unproven"})
"""What ends once a cable, power or paper is there; anything else somebody has to put right."""


def seen_of(status: StatusUpdate, kind: str, place: str) -> Seen | None:
    """What a report says of the device; nothing where it says only that the till has let it go."""
    if status.health is Health.ENABLED:
        return WORKS
    if status.code == "closed":
        return None
    said, hint = _sentences(status, kind, place)
    return Seen("waiting" if status.code in WAITED_FOR else "wrong", said, hint)


def _sentences(status: StatusUpdate, kind: str, place: str) -> tuple[Sentence, Sentence | None]:
    what = status.sentence[:200]
    for code in (f"{kind}.{status.code}", f"print.{status.code}", f"port.{status.code}", f"device.{status.code}"):
        if code in SENTENCES or code in PORT or (code in PRINTER and kind == "printer"):
            hint = f"{code}.hint"
            known = hint in SENTENCES or hint in PORT or hint in PRINTER
            return sentence(code, port=place, what=what), sentence(hint, port=place) if known else None
    return sentence("device.said", what=what), sentence("device.said.hint", what=status.hint) if status.hint else None
