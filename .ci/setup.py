#!/usr/bin/env python3
"""Makes everything ready with the standard library alone: .venv, the locked packages, the project, system libraries.

    python3 .ci/setup.py             what the demo needs
    python3 .ci/setup.py --browser   and what the browser tests need
    python3 .ci/setup.py --again     and try once more what could not be added before

A second run changes nothing and is silent but for what is still missing. What cannot be added is said in one line,
with what is lost by it. KOPILKA_NO_SYSTEM=1 leaves the system's packages alone. Ends with 0, or with 1 and a sentence.

Written for any Python 3.7+, so that an old one gets a sentence and not a traceback.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, NamedTuple  # noqa: UP035  Python 3.7 and 3.8 cannot subscript the newer one

OLDEST = (3, 11)
NEWER_PYTHONS = ("python3.13", "python3.12", "python3.11", "python3.14")
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "kopilka-setup.json"
LOG = VENV / "kopilka-setup.log"
LOCK = ROOT / "requirements.txt"
HEADLESS_LOCK = ROOT / "requirements-headless.txt"
PACKAGES = ("loyalty", "devices", "terminal", "sync_server")
FROM_SOURCE = "pyshtrih,unilog"
"""Small packages of pure Python that have no wheels: a test drives the virtual register with another's program."""
PIP_TIMEOUT_S = 1800
APT_TIMEOUT_S = 900
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
NETWORK_SIGNS = (
    "NewConnectionError",
    "NameResolutionError",
    "name resolution",
    "timed out",
    "ProxyError",
    "SSLError",
    "ConnectionResetError",
    "Connection refused",
    "Network is unreachable",
)


class SetupError(Exception):
    """A sentence for the person at the keyboard."""


class SystemPart(NamedTuple):
    """A part of the operating system: its Debian packages, how to see that it is there, what is lost without it."""

    name: str
    packages: tuple[str, ...]
    is_there: Callable[[], bool]
    lost: str


def main(arguments: list[str]) -> int:
    want_python()
    with Path(__file__).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # two makes at once would write one .venv
        try:
            make_ready(browser="--browser" in arguments, again="--again" in arguments)
        except SetupError as error:
            print(f"Set-up stopped: {error}", file=sys.stderr)
            return 1
        except OSError as error:
            print(f"Set-up stopped: {error.filename or ROOT}: {error.strerror}.", file=sys.stderr)
            return 1
    return 0


def want_python() -> None:
    """Goes on in a newer Python where this one is too old and a newer one is at hand."""
    if sys.version_info >= OLDEST:
        return
    newer = next(filter(runs, map(shutil.which, NEWER_PYTHONS)), None)
    if newer is None:
        raise SystemExit(
            f"Set-up stopped: Python 3.11 or newer is needed and this is {version()}. "
            "Install one, or name it: make PYTHON=/path/to/python3.11 ..."
        )
    os.execv(newer, [newer, *sys.argv])


def runs(python: str | None) -> bool:
    return python is not None and succeeds([python, "-c", "import ssl, venv"], 10)


def make_ready(browser: bool, again: bool) -> None:
    before = read_stamp()
    refused = {} if again else dict(before.get("refused", {}))
    missing = add_missing(system_parts(browser), refused)
    lock = HEADLESS_LOCK if any(part.name == "libGL" for part in missing) else LOCK
    fingerprint = fingerprint_of(lock)
    if before.get("fingerprint") != fingerprint or not PYTHON.exists():
        install(lock, moved=before.get("root", str(ROOT)) != str(ROOT))
    compile_packages()
    after = {"fingerprint": fingerprint, "root": str(ROOT), "refused": refused}
    if after != before:
        STAMP.write_text(json.dumps(after, indent=1) + "\n", encoding="utf-8")


# The Python packages


def install(lock: Path, moved: bool) -> None:
    started_s = time.monotonic()
    print(f"Setting up .venv from {lock.name}; the first time takes a minute or two.", flush=True)
    if moved:  # every script in it names the old folder
        shutil.rmtree(VENV)
    if STAMP.exists():
        STAMP.unlink()
    make_venv()
    leave_one_opencv(lock)
    wheels = ("--only-binary", ":all:", "--no-binary", FROM_SOURCE)
    pip("install", "--require-hashes", *wheels, "-r", str(lock))
    pip("install", "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT))
    print(f"Ready after {time.monotonic() - started_s:.0f} s.", flush=True)


def compile_packages() -> None:
    """Compiles what is new in the project's own modules: whoever runs a till may not be allowed to keep them compiled,
    and would wait for it at every start. Where nobody may, nothing is lost but that."""
    command = [str(PYTHON), "-m", "compileall", "-qq", *PACKAGES]
    subprocess.run(command, cwd=ROOT, check=False)


def make_venv() -> None:
    if venv_works():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    want_ensurepip()
    run = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if run.returncode != 0 or not venv_works():
        raise SetupError(f"python -m venv failed: {last_line(run.stdout.decode(errors='replace'))}")


def want_ensurepip() -> None:
    """Debian and Ubuntu split off what venv needs into a package of its own."""
    if has_ensurepip():
        return
    package = f"python{version()}-venv"
    reason = add(SystemPart("venv", (package,), has_ensurepip, "everything"))
    if reason:
        raise SetupError(
            f"this Python cannot make virtual environments and {package} could not be added ({reason}). "
            "Add it, then run make setup again."
        )


def has_ensurepip() -> bool:
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("ensurepip")
    return spec is not None and spec.origin is not None  # an emptied folder still counts as a namespace


def venv_works() -> bool:
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST!r})"
    if not PYTHON.exists():
        return False
    return subprocess.run([str(PYTHON), "-c", check], stderr=subprocess.DEVNULL, check=False).returncode == 0


def leave_one_opencv(lock: Path) -> None:
    """opencv-python and its headless twin fill one folder, so the one that goes takes the other's files along."""
    unwanted = "opencv_python" if lock == HEADLESS_LOCK else "opencv_python_headless"
    if any((VENV / "lib").glob(f"python*/site-packages/{unwanted}-*.dist-info")):
        pip("uninstall", "-y", "opencv-python", "opencv-python-headless")


def pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", *arguments]
    environment = {**os.environ, "PIP_USER": "0"}
    try:
        run = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PIP_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SetupError(f"pip did not finish in {PIP_TIMEOUT_S // 60} minutes; is the network slow?") from None
    if run.returncode != 0:
        said = run.stdout.decode(errors="replace")
        LOG.write_text(said, encoding="utf-8")
        raise SetupError(explain_pip(said))


def explain_pip(said: str) -> str:
    """One sentence for what pip said in many; the whole of it stays in the log."""
    log = LOG.relative_to(ROOT)
    if "DO NOT MATCH THE HASHES" in said:
        return f"a downloaded package is not the one that was locked, so nothing was installed; see {log}."
    if "No space left" in said:
        return "the disk is full; about 1 GB is needed."
    if any(sign in said for sign in NETWORK_SIGNS):
        return "the package registry does not answer; check the network or pip's settings, then run make setup again."
    if "No matching distribution" in said:
        return (
            f"a locked package is not to be had for Python {version()} on this machine: {last_line(said)}. "
            "Another Python may do: rm -r .venv; make setup PYTHON=python3.12"
        )
    return f"pip failed: {last_line(said)} (the whole is in {log})"


def last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["it said nothing"])[-1][:300].rstrip(".")


# The system's packages


def system_parts(browser: bool) -> list[SystemPart]:
    parts = [SystemPart("zbar", ("libzbar0",), has_zbar, "the second reader of camera pictures and the camera tests")]
    if sys.platform.startswith("linux"):
        lost = "OpenCV's own windows; opencv-python-headless takes the place of opencv-python"
        parts.append(SystemPart("libGL", ("libgl1", "libglib2.0-0"), has_gl, lost))
    if browser:
        parts.append(SystemPart("chromium", ("chromium", "fonts-dejavu-core"), has_chromium, "the browser tests"))
    if browser and sys.platform.startswith("linux"):  # playwright's driver is linked to it
        parts.append(SystemPart("libatomic", ("libatomic1",), has_atomic, "the browser tests"))
    return parts


def add_missing(wanted: list[SystemPart], refused: dict[str, str]) -> list[SystemPart]:
    """Adds what is not there and says what could not be added; `refused` (name -> reason) is brought up to date."""
    missing = []
    for part in wanted:
        if not part.is_there() and part.name not in refused:
            refused[part.name] = add(part)
        if part.is_there():
            refused.pop(part.name, None)
        else:
            missing.append(part)
            print(f"Not added: {' '.join(part.packages)} ({refused[part.name]}). Lost: {part.lost}.", flush=True)
    return missing


def add(part: SystemPart) -> str:
    """Adds the part's Debian packages; the answer is empty, or says why it could not be done."""
    if os.environ.get("KOPILKA_NO_SYSTEM"):
        return "KOPILKA_NO_SYSTEM is set"
    if shutil.which("apt-get") is None:
        return "there is no apt-get here; use your system's own way"
    if os.geteuid() != 0 and not has_sudo():
        return "only root may add it"
    print(f"Adding {' '.join(part.packages)} to the system.", flush=True)
    if apt("update") and apt("install", "-y", "--no-install-recommends", *part.packages) and part.is_there():
        return ""
    return "apt-get could not"


def apt(*arguments: str) -> bool:
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    options = ["-qq", "-o", "DPkg::Lock::Timeout=120"]
    command = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options, *arguments]
    return succeeds(command, APT_TIMEOUT_S)


def has_sudo() -> bool:
    return shutil.which("sudo") is not None and succeeds(["sudo", "-n", "true"], 10)


def has_zbar() -> bool:
    return ctypes.util.find_library("zbar") is not None


def has_gl() -> bool:
    return loads("libGL.so.1") and loads("libgthread-2.0.so.0")


def has_atomic() -> bool:
    return loads("libatomic.so.1")


def has_chromium() -> bool:
    chosen = os.environ.get("KOPILKA_CHROMIUM")
    return any(shutil.which(name) for name in ([chosen] if chosen else CHROMIUM_NAMES))


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def succeeds(command: list[str], timeout_s: int) -> bool:
    quiet = subprocess.DEVNULL
    try:
        run = subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=timeout_s, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return run.returncode == 0


# The stamp


def fingerprint_of(lock: Path) -> str:
    """What .venv is made from: the lock, the project's metadata, this file, and the folder it is in."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in (lock, ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def read_stamp() -> dict[str, Any]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def version() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
