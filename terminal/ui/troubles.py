"""A device that does not work, named and in words, for the strip and the row of hints."""

from terminal.session.health import DeviceHealth, troubles
from terminal.ui.cells import clean
from terminal.ui.rows import Part, cells
from terminal.ui.sight import Sight
from terminal.ui.words import N_

KINDS = {
    "scanner": N_("scanner"),
    "camera": N_("camera"),
    "printer": N_("receipt printer"),
    "fiscal": N_("fiscal register"),
    "payment": N_("payment terminal"),
    "display": N_("customer display"),
    "drawer": N_("cash drawer"),
}


def device_name(sight: Sight, device: DeviceHealth) -> str:
    """Its own name where it was given one, else what it is."""
    if device.id == device.kind and device.kind in KINDS:
        return sight.words.text(KINDS[device.kind])
    return clean(device.id)


def trouble_mark(sight: Sight, device: DeviceHealth) -> Part:
    """The sign of a device that does not work, in its colour."""
    signs = sight.palette.signs
    return (signs.error, "bad") if device.standing == "wrong" else (signs.warn, "warn")


def trouble_parts(sight: Sight, *, whole: bool) -> list[Part]:
    """The worst trouble, by name alone or `whole`, and how many more there are; nothing where all is well."""
    found = troubles(sight.view.devices)
    if not found:
        return []
    sign, ink = trouble_mark(sight, found[0])
    said = f": {sight.words.say(found[0].said)}" if whole and found[0].said else ""
    more = f" +{len(found) - 1}" if len(found) > 1 else ""
    return [(f"{sign} {device_name(sight, found[0])}{said}{more}", ink)]


def trouble_row(sight: Sight, width: int, said_above: bool, told: frozenset[str] = frozenset()) -> list[Part]:
    """The worst trouble with what to do, as much of it as a row holds; what is `said_above` gives way first, and what
    is `told` elsewhere on the screen, by its code, is not said twice."""
    found = [each for each in troubles(sight.view.devices) if each.said is None or each.said.code not in told]
    if not found:
        return []
    sign, ink = trouble_mark(sight, found[0])
    name: Part = (f" {sign} {device_name(sight, found[0])}: ", ink)
    said, do = (sight.words.say(each) if each else "" for each in (found[0].said, found[0].hint))
    both: list[Part] = [name, (said, ink), (f". {do}" if do else "", "text")]
    if cells(both) <= width:
        return both
    return [name, (do, "text")] if said_above and do else [name, (said, ink)]
