"""What can go wrong with each virtual device, by name: `kopilka devices simulate` and tests script it with these.

A fault takes a figure, 0 where none is given: so many lines, documents, bytes or requests more are good ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from devices.shtrih.commands import Command

MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """`play` does it to the device; `figure` is what its figure counts, empty where it takes none."""

    play: Callable[[Any, int], object]
    figure: str = ""


def _set(name: str, value: object) -> Fault:
    return Fault(lambda device, figure: setattr(device, name, value))


def _shtrih(loss: str) -> Fault:
    """Of the command that makes the document of a receipt: what is lost of any other is asked again unnoticed."""
    return Fault(lambda register, figure: register.link.lose(loss, Command.CLOSE_RECEIPT))


def _atol(fault: str) -> Fault:
    return Fault(lambda register, figure: register.fail(fault, figure), "requests")


def _ends(end: str) -> Fault:
    return Fault(lambda register, figure: register.end_as("sell", end))


def _plays(fault: str) -> Fault:
    return Fault(lambda terminal, figure: terminal.play(fault))


PAPER = Fault(lambda device, figure: setattr(device, "paper", figure), "documents")
FAULTS: Mapping[str, Mapping[str, Fault]] = {
    "scanner": {
        "unplug": Fault(lambda scanner, figure: scanner.unplug()),
        "plug": Fault(lambda scanner, figure: scanner.plug()),
    },
    "camera": {
        "unplug": Fault(lambda camera, figure: camera.unplug()),
        "plug": Fault(lambda camera, figure: camera.plug()),
        "dark": _set("is_dark", True),
        "light": _set("is_dark", False),
    },
    "printer": {
        "no_paper": Fault(lambda printer, figure: setattr(printer, "paper_lines", figure), "lines"),
        "near_end": _set("near_end", True),
        "cover_open": _set("cover_open", True),
        "busy": _set("stalled", True),
        "power_cut": Fault(lambda printer, figure: printer.die_after(figure), "bytes"),
        "power_on": Fault(lambda printer, figure: printer.power_on()),
        "mend": Fault(lambda printer, figure: printer.mend()),
    },
    "display": {
        "power_off": Fault(lambda display, figure: display.power_off()),
        "power_on": Fault(lambda display, figure: display.power_on()),
    },
    "register": {
        "no_paper": PAPER,
        "new_roll": _set("paper", None),
        "lose_request": _shtrih("request"),
        "lose_answer": _shtrih("answer"),
        "forget_answer": _shtrih("forgotten"),
        "power_cut": Fault(lambda register, figure: register.link.cut_after(figure), "bytes"),
        "power_on": Fault(lambda register, figure: register.power_on()),
    },
    "atol": {
        "no_paper": PAPER,
        "new_roll": _set("paper", None),
        "lose_request": _atol("request"),
        "late_request": _atol("late"),
        "lose_answer": _atol("answer"),
        "cut_answer": _atol("cut"),
        "page": _atol("html"),
        "silence": _atol("silence"),
        "blocked": _ends("blocked"),
        "blocked_made": _ends("blocked_made"),
        "error": _ends("error"),
        "error_made": _ends("error_made"),
        "interrupted": _ends("interrupted"),
        "canceled": _ends("canceled"),
        "unblock": Fault(lambda register, figure: register.unblock()),
        "power_cut": Fault(lambda register, figure: register.cut_after(figure), "steps"),
        "power_on": Fault(lambda register, figure: register.power_on()),
    },
    "payment": {
        "decline": _plays("decline"),
        "slow": _plays("slow"),
        "no_answer": _plays("no_answer"),
        "cable": _plays("cable"),
        "power_cut": Fault(lambda terminal, figure: terminal.cut_after(figure), "bytes"),
        "power_on": Fault(lambda terminal, figure: terminal.power_on()),
    },
}
"""Kind of `kopilka devices simulate` -> name -> fault. The drawer is the printer's, and goes with its power."""


def script(kind: str, device: object, line: str) -> None:
    """Play `NAME` or `NAME FIGURE` on a device of this kind. Raises ValueError for what is no such thing."""
    name, _, figure = line.strip().partition(" ")
    fault = FAULTS[kind].get(name)
    if fault is None:
        raise ValueError(", ".join(FAULTS[kind]))
    if figure and not (fault.figure and figure.isascii() and figure.isdigit() and int(figure) <= MOST):
        raise ValueError(f"{name} {fault.figure and f'0..{MOST}'}".strip())
    fault.play(device, int(figure or 0))
