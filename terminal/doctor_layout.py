"""Whether a scanner that types gets what it types to the till: which keyboard layouts this machine has set.

Letters of the American and the Russian layout are read by their keys, whichever is active. In another one, or in a
variant with dead keys or other places, some signs are lost before the till sees them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from loyalty.sentences import sentence
from terminal.doctoring import Finding

SENTENCES = {
    "doctor.layout": (
        "Раскладка клавиатуры {layout}: сканер, который печатает, в ней даёт другие знаки",
        "The keyboard layout {layout}: a scanner that types gives other signs in it",
    ),
    "doctor.layout.hint": (
        'sudo localectl set-x11-keymap us,ru, затем войдите заново; или driver = "evdev" (docs/DEVICES.md)',
        'sudo localectl set-x11-keymap us,ru, then log in anew; or driver = "evdev" (docs/DEVICES.md)',
    ),
}  # fmt: skip
MOST_BYTES = 64 * 1024
KNOWN = frozenset({"us", "ru", "ru(winkeys)"})
SETTING = re.compile(r"^\s*(XKBLAYOUT|XKBVARIANT|KEYMAP)\s*=\s*[\"']?([^\"'#\n]*)", re.MULTILINE)


def layout_findings(files: tuple[Path, ...]) -> Iterator[Finding]:
    """`files` are as /etc/default/keyboard and /etc/vconsole.conf; the first that sets a layout counts."""
    for path in files:
        layouts = _layouts(path)
        if layouts:
            strange = [layout for layout in layouts if layout not in KNOWN]
            if strange:
                yield Finding("", sentence("doctor.layout", layout=strange[0]), sentence("doctor.layout.hint"))
            return


def _layouts(path: Path) -> list[str]:
    """As `us` or `us(dvorak)`; none where the file says nothing."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            told = dict(SETTING.findall(file.read(MOST_BYTES)))
    except OSError:
        return []
    if not told.get("XKBLAYOUT"):
        return [told["KEYMAP"].strip()] if told.get("KEYMAP") else []
    names = [each.strip() for each in told["XKBLAYOUT"].split(",")]
    variants = [each.strip() for each in told.get("XKBVARIANT", "").split(",")] + [""] * len(names)
    return [f"{name}({variant})" if variant else name for name, variant in zip(names, variants, strict=False) if name]
