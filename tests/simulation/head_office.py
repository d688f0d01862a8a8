"""The real head office in this process: its web application without sockets, its rounds when the seed says so.

Handlers run in the caller's thread, one at a time. A fuse makes the n-th statement from now raise: `Died` is the
process gone amid whatever it was doing, `Hiccup` an error it survives.
"""

import asyncio
import itertools
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import httpx
import msgspec
from sqlalchemy import event

from sync_server.app import make_app
from sync_server.csv_rows import Row
from sync_server.enrol import make_code
from sync_server.identity import renew_generation
from sync_server.imports import import_rows
from sync_server.office import Office, opened
from sync_server.programmes import publish_programme
from sync_server.rounds import run_round
from sync_server.settings import Settings

MOST_ROUNDS = 200


class Died(BaseException):
    """The process is gone. Nothing may catch it on the way, so it is no Exception."""


class Hiccup(Exception):
    """Something unforeseen, once."""


class Reply(msgspec.Struct, frozen=True):
    """What goes over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class _Inline(ThreadPoolExecutor):
    """Runs what it is given at once, in the caller's thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


class HeadOffice:
    """One head office on the files in `folder`; `clock_ms` and `chance` are its only time and randomness."""

    def __init__(self, folder: Path, clock_ms: Callable[[], int], chance: Random) -> None:
        self.folder = folder
        self._clock_ms, self._chance = clock_ms, chance
        self._patches = ExitStack()
        for name in ("api", "office"):
            self._patches.enter_context(patch(f"sync_server.{name}.now_ms", clock_ms))
        for name in ("api", "office", "app"):
            self._patches.enter_context(patch(f"sync_server.{name}.random_bytes", chance.randbytes))
        for name, limit in (("rounds.UNIT_EVENTS", 1), ("rounds.ROUND_SEGMENTS", 3), ("feed.MAX_PAGE_ROWS", 3)):
            self._patches.enter_context(patch(f"sync_server.{name}", limit))
        self._patches.enter_context(patch("sync_server.app.console_handlers", lambda _: ()))
        self._patches.enter_context(patch("sync_server.replies.log"))
        self._patches.callback(logging.disable, logging.root.manager.disable)
        logging.disable()
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(_Inline(1))
        self._fuse: tuple[int, BaseException, str] | None = None
        self._programme_versions = itertools.count(1)
        self.restarts = -1
        self.set_backs = 0
        self.restart()
        self.look = sqlite3.connect(folder / "head_office.db", isolation_level=None)

    @property
    def office(self) -> Office:
        office: Office = self.app.state.office
        return office

    def restart(self) -> None:
        """Begin anew on the same files, as after the process has ended in any way."""
        if self.restarts >= 0:
            self.office.store.close()
        self.restarts += 1
        self._fuse = None
        self.app = make_app(Settings(data=self.folder))
        engine = self.office.store._engine
        event.listen(engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_: self._burn(statement))
        event.listen(engine, "commit", lambda *_: self._burn("COMMIT"))

    def light_fuse(self, statements: int, error: BaseException, about: str = "") -> None:
        """Let the statement after so many others raise, counting those that hold `about`."""
        self._fuse = (statements, error, about)

    def douse_fuse(self) -> None:
        self._fuse = None

    def _burn(self, statement: str) -> None:
        if self._fuse is None or self._fuse[2] not in statement:
            return
        left, error, about = self._fuse
        self._fuse = (left - 1, error, about)
        if left <= 0:
            self._fuse = None
            raise error

    def back_up(self) -> None:
        """Keep a copy of the database as it is now, in the place of the one before."""
        copy = self.folder / "backup.db"
        copy.unlink(missing_ok=True)
        self.look.execute("VACUUM INTO ?", (str(copy),))

    def set_back(self) -> bool:
        """The database is lost and its last copy takes its place, as in `kopilka-server restored`; if there is one."""
        copy = self.folder / "backup.db"
        if not copy.exists():
            return False
        self.look.close()
        self.office.store.close()
        for path in self.folder.glob("head_office.db*"):
            path.unlink()
        copy.rename(self.folder / "head_office.db")
        with opened(Settings(data=self.folder)) as (store, _):
            renew_generation(store, self._chance.randbytes)
        self.restart()
        self.look = sqlite3.connect(self.folder / "head_office.db", isolation_level=None)
        self.set_backs += 1
        return True

    # -- what it is asked

    def answer(self, request: httpx.Request) -> Reply:
        """Its reply. Raises Died when it does not live to give one."""
        return self._loop.run_until_complete(self._answer(request))

    async def _answer(self, request: httpx.Request) -> Reply:
        asked = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        app: Any = self.app  # the two describe one interface in types of their own
        response = await httpx.ASGITransport(app).handle_async_request(asked)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        body = b"".join([piece async for piece in response.stream])
        return Reply(response.status_code, tuple(response.headers.items()), body)

    def code(self) -> str:
        office = self.office
        return make_code(office.store, office.identity, "S1", "Shop", self._clock_ms(), self._chance.randbytes)

    # -- what it does by itself

    def round(self) -> int:
        """One round of stage 2; how many events it held."""
        return run_round(self.office.store, self.office.identity, lambda: 0)

    def rounds(self) -> int:
        """Rounds until nothing is left. Raises AssertionError when they do not end."""
        for count in range(MOST_ROUNDS):
            if not self.round():
                return count
        raise AssertionError(f"stage 2 is not done after {MOST_ROUNDS} rounds")

    def forget(self, table: str) -> None:
        """Empty a table, as if what it holds had never been."""
        with self.office.store.begin("many") as tx:
            tx.connection.exec_driver_sql(f"DELETE FROM {table}")

    def take_rows(self, what: str, rows: list[dict[str, str]]) -> None:
        """Import members or products, all of them or none of those missing."""
        numbered = [Row(line, fields) for line, fields in enumerate(rows, start=2)]
        done = import_rows(self.office.store, self.office.identity, what, numbered, self._clock_ms())
        assert not done.refused, f"{done.refused} rows refused"

    def publish(self, document: str) -> None:
        version = next(self._programme_versions)
        publish_programme(self.office.store, self.office.identity, document.format(version=version), self._clock_ms())

    def close(self) -> None:
        self.look.close()
        self.office.store.close()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self._patches.close()
