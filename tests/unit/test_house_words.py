"""Every sentence of a till's rooms can be said, in both languages, and having them costs no heavy import."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys

import devices
import loyalty
import terminal
from terminal.words import TEMPLATES

HEAVY = ("PIL", "cv2", "numpy", "zxingcpp", "pyzbar", "qrcode", "barcode", "serial", "textual", "litestar")
PLACE = re.compile(r"\{(\w+)")


def sentences() -> dict[str, tuple[str, str]]:
    """What each module of the till's side has to say."""
    found: dict[str, tuple[str, str]] = {}
    for package in (loyalty, devices, terminal):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                found |= getattr(importlib.import_module(module.name), "SENTENCES", {})
    return found


def test_every_room_s_sentences_are_among_those_the_till_says() -> None:
    assert sentences().items() <= dict(TEMPLATES).items()


def test_both_languages_name_the_same_figures() -> None:
    def figures(text: str) -> set[str]:
        return {re.sub(r"_(ru|en)$", "", name) for name in PLACE.findall(text)}

    assert {code for code, (russian, english) in TEMPLATES.items() if figures(russian) != figures(english)} == set()


def test_the_till_s_words_load_no_library_of_pictures_or_screens() -> None:
    program = f"import sys, terminal.words; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
