"""The devices beside the till in place of the lines: how each stands, and what to do with one that does not work."""

from textual.strip import Strip

from terminal.session.health import DeviceHealth, Standing
from terminal.ui.cells import clean, wrap
from terminal.ui.rows import Part, ends, row
from terminal.ui.sight import Sight
from terminal.ui.troubles import device_name, trouble_mark
from terminal.ui.widgets.lines import window
from terminal.ui.words import N_

STANDS: dict[Standing, str] = {
    "new": N_("not asked yet"),
    "working": N_("works"),
    "waiting": N_("is waited for, {age}"),
    "wrong": N_("does not work, {age}"),
}
MOST_ROWS_SAID = 2


def devices_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    """As many as fit, the chosen one among them."""
    blocks = [_rows(sight, place, device, width) for place, device in enumerate(sight.view.devices)]
    head: list[Part] = [("  " + sight.words.text("Devices"), "head")]
    if not blocks:
        return [row(sight.palette, width, head)]
    here = min(sight.desk.choice, len(blocks) - 1)
    first, last = window([len(block) for block in blocks], here, height - 1)
    if last - first < len(blocks):
        some = sight.words.text("{first}–{last} of {count}").format(first=first + 1, last=last, count=len(blocks))
        head.append(("  " + some, "dim"))
    return [row(sight.palette, width, head), *(strip for block in blocks[first:last] for strip in block)]


def _rows(sight: Sight, place: int, device: DeviceHealth, width: int) -> list[Strip]:
    palette, here = sight.palette, place == sight.desk.choice
    ground = "selected" if here else "base"
    start: list[Part] = [
        (f" {palette.signs.here if here else ' '} ", "accent"),
        _sign(sight, device),
        (f" {device_name(sight, device)}", "strong"),
        (f"  {clean(device.place)}", "dim"),
    ]
    return [
        ends(palette, width, start, [(f"  {_stands(sight, device)} ", "text")], ground),
        *_why(sight, device, width),
    ]


def _sign(sight: Sight, device: DeviceHealth) -> Part:
    if device.standing in ("waiting", "wrong"):
        return trouble_mark(sight, device)
    return (sight.palette.signs.ok, "good") if device.standing == "working" else (sight.palette.signs.unused, "dim")


def _stands(sight: Sight, device: DeviceHealth) -> str:
    age = sight.words.age(max(0, sight.now_ms - device.since_ms) // 1000)
    return sight.words.text(STANDS[device.standing]).format(age=age)


def _why(sight: Sight, device: DeviceHealth, width: int) -> list[Strip]:
    """What is wrong, and what to do."""
    said = [sight.words.say(each) for each in (device.said, device.hint) if each is not None]
    return [
        row(sight.palette, width, [("      " + line, "warn" if place == 0 else "text")])
        for place, text in enumerate(said) for line in wrap(text, width - 8, MOST_ROWS_SAID)
    ]  # fmt: skip
