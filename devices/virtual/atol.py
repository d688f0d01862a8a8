"""An ATOL register behind its web server, without hardware: a queue of JSON tasks, and a fiscal memory.

`answer` takes a request of HTTP and gives the reply, so it runs in a test without any I/O, or over a real socket
(`devices.virtual.atol_served`). Queue and memory outlive a power cut, as they do on disk and in the chip. Faults:
`fail` loses or spoils one exchange, `cut_after` takes the power away, `end_as` scripts how a task ends.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from devices.virtual.atol_memory import AtolMemory, TaskFault, carried_out, is_task

Fault = Literal["request", "late", "answer", "cut", "html", "silence"]
"""A request that does not arrive, or arrives after others; an answer that does not, in half, as a page, or never."""
End = Literal["blocked", "blocked_made", "error", "error_made", "interrupted", "canceled"]
"""How a task ends against the rule; `_made`: its document is there all the same."""
PATH = "/api/v2/requests"
LATE_BY = 6
"""Requests that overtake one that is late."""
PAGE = b"<html><body>502 Bad Gateway</body></html>"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: bytes = b""
    authorization: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """`is_cut`: only half of the body arrives."""

    status: int
    body: bytes = b"{}"
    content_type: str = "application/json"
    is_cut: bool = False


class Silence(Exception):
    """The connection stays open and nothing comes."""


class Gone(Exception):
    """The connection ends without an answer; `arrived` tells whether the server had the request."""


class Refused(Gone):
    """There is nobody to connect to."""


@dataclass(slots=True)
class _Task:
    number: int
    uuid: str
    tasks: list[dict[str, Any]]
    looks: int
    results: list[dict[str, Any]] = field(default_factory=list)


class VirtualAtol:
    """One web server and its register; `now` gives their clock as YYYY-MM-DDTHH:MM."""

    def __init__(
        self,
        memory: AtolMemory | None = None,
        now: Callable[[], str] = lambda: "2026-11-22T12:00",
        login: str = "",
        password: str = "",
    ) -> None:
        self.memory = memory or AtolMemory()
        self.paper: int | None = None
        """Documents the roll still has room for; None is a roll without end."""
        self.printed: list[int] = []
        self.cover_open = False
        self.on = True
        self.slow_looks = 0
        """Requests that come in before a new task ends."""
        self.late_by = LATE_BY
        self.requests = 0
        """How many have been sent here, those that never arrived too."""
        self.is_stopped = False
        self._now = now
        self._key = base64.b64encode(f"{login}:{password}".encode()).decode() if login else ""
        self._steps_left: int | None = None
        self._tasks: dict[str, _Task] = {}
        self._queue: list[_Task] = []
        self._faults: dict[int, Fault] = {}
        self._ends: list[tuple[str, End]] = []
        self._late: list[tuple[int, Request]] = []
        self._unprinted: int | None = None

    def fail(self, fault: Fault, after: int = 0) -> None:
        """Spoil one exchange, `after` so many good ones from now."""
        self._faults[self.requests + after] = fault

    def end_as(self, kind: str, end: End) -> None:
        """The next task of that type ends so."""
        self._ends.append((kind, end))

    def cut_after(self, steps: int) -> None:
        """Take the power away after so many steps: a request comes in, a task is done, an answer goes out."""
        self._steps_left = steps

    @property
    def steps_left(self) -> int | None:
        return self._steps_left

    def power_on(self) -> None:
        self.on = True
        self._steps_left = None

    def unblock(self) -> None:
        """As a person does on the server's page: the task in doubt stays as it is, the queue goes on."""
        self.is_stopped = False

    def answer(self, request: Request) -> Reply:
        """Raises Refused, Gone, Silence."""
        if not self.on:
            raise Refused
        fault = self._faults.pop(self.requests, None)
        self.requests += 1
        self._arrive_late()
        self._step()
        if fault == "request":
            raise Gone
        if fault == "late":
            self._late.append((self.requests + self.late_by, request))
            raise Gone
        reply = self._reply(request)
        self._step()
        if fault == "answer":
            raise Gone
        if fault == "silence":
            raise Silence
        if fault == "html":
            return Reply(200, PAGE, "text/html")
        return Reply(reply.status, reply.body, reply.content_type, fault == "cut")

    def _step(self) -> None:
        if self._steps_left is not None:
            self.on = self._steps_left > 0
            self._steps_left -= 1
        if not self.on:
            raise Gone

    def _arrive_late(self) -> None:
        due = [request for at, request in self._late if at <= self.requests]
        self._late = [each for each in self._late if each[0] > self.requests]
        for request in due:
            self._reply(request)

    def _reply(self, request: Request) -> Reply:
        if self._key and request.authorization != f"Basic {self._key}":
            return Reply(401)
        self._work()
        if request.method == "POST" and request.path == PATH:
            return self._taken(request.body)
        if request.method == "GET" and request.path.startswith(f"{PATH}/"):
            return self._looked_at(request.path.removeprefix(f"{PATH}/"))
        return Reply(404, PAGE, "text/html")

    def _taken(self, body: bytes) -> Reply:
        try:
            told = json.loads(body, parse_float=Decimal)
            uuid, tasks = told["uuid"], told["request"]
        except (ValueError, KeyError, TypeError):
            return Reply(400)
        tasks = tasks if isinstance(tasks, list) else [tasks]
        if not isinstance(uuid, str) or not tasks or not all(is_task(each) for each in tasks):
            return Reply(400)
        if uuid in self._tasks:
            return Reply(409)
        made = _Task(len(self._tasks) + 1, uuid, tasks, self.slow_looks)
        self._tasks[uuid] = made
        self._queue.append(made)
        blocked = self._queue[0].uuid if self.is_stopped else ""
        told = {"number": made.number, "uuid": uuid, "isBlocked": self.is_stopped, "blockedUUID": blocked}
        return Reply(201, json.dumps(told).encode())

    def _looked_at(self, uuid: str) -> Reply:
        task = self._tasks.get(uuid)
        if task is None:
            return Reply(404)
        results = task.results
        if not results:
            is_next = self._queue[0] is task and not self.is_stopped
            results = [{"status": "inProgress" if is_next else "wait", "error": _error(0)} for _ in task.tasks]
        return Reply(200, json.dumps({"results": results}, default=float, ensure_ascii=False).encode())

    def _work(self) -> None:
        """Do what is in the queue, up to a task that takes longer, or one that stops it."""
        while self._queue and not self.is_stopped:
            task = self._queue[0]
            task.looks -= 1
            if task.looks >= 0:
                return
            self._step()
            task.results = self._results(task.tasks)
            self._queue.pop(0)
            self._step()

    def _results(self, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        for task in tasks:
            failed = bool(results) and results[-1]["status"] != "ready"
            results.append({"status": "interrupted", "error": _error(0)} if failed else self._result(task))
        return results

    def _result(self, task: dict[str, Any]) -> dict[str, Any]:
        end = next((each for each in self._ends if each[0] == task["type"]), None)
        if end is None:
            return self._done(task)
        self._ends.remove(end)
        if end[1].endswith("_made"):
            self._done(task)
        status = end[1].removesuffix("_made")
        self.is_stopped = self.is_stopped or status == "blocked"
        return {"status": status, "error": _error(4 if status in ("error", "blocked") else 0)}

    def _done(self, task: dict[str, Any]) -> dict[str, Any]:
        try:
            result = self._device_status() if task["type"] == "getDeviceStatus" else self._carried_out(task)
        except TaskFault as fault:
            return {"status": "error", "error": _error(fault.code)}
        return {"status": "ready", "error": _error(0), "result": result}

    def _device_status(self) -> dict[str, Any]:
        now = self._now().replace("T", " ") + ":00"
        paper = {"paperPresent": self.paper != 0, "coverOpened": self.cover_open}
        return {"deviceStatus": {"currentDateTime": now, "blocked": False, **paper}}

    def _carried_out(self, task: dict[str, Any]) -> dict[str, Any]:
        if task["type"] == "setDateTime":
            return self._set_clock(str(task.get("dateTime", "")))
        if self.cover_open and not task["type"].startswith(("get", "ofd")):
            raise TaskFault(45)
        if task["type"] == "continuePrint":
            self._print(self._unprinted)
            return {}
        if not task["type"].startswith(("get", "ofd")) and (self.paper == 0 or self._unprinted is not None):
            raise TaskFault(44)
        before = len(self.memory.documents)
        result = carried_out(self.memory, task, self._now())
        if len(self.memory.documents) > before and not self._printed(len(self.memory.documents)):
            result["warnings"] = {"notPrinted": True}
        return result

    def _set_clock(self, at: str) -> dict[str, Any]:
        """As YYYY.MM.DD HH:MM:SS, while the shift is closed; it goes on from that moment."""
        if self.memory.opened_at:
            raise TaskFault(82)
        now, set_to = self._now, datetime.fromisoformat(at[:16].replace(".", "-").replace(" ", "T"))
        off = set_to - datetime.fromisoformat(now())
        self._now = lambda: (datetime.fromisoformat(now()) + off).isoformat(timespec="minutes")
        return {}

    def tear_paper(self) -> None:
        """The next document is made and not printed: the roll ends amid it."""
        self.paper = -1

    def _printed(self, number: int) -> bool:
        if self.paper == -1:
            self.paper, self._unprinted = 0, number
            return False
        if self.paper is not None:
            self.paper -= 1
        self.printed.append(number)
        return True

    def _print(self, number: int | None) -> None:
        if self.paper == 0:
            raise TaskFault(44)
        if number is not None:
            self._unprinted = None
            self._printed(number)


def _error(code: int) -> dict[str, Any]:
    return {"code": code, "description": TaskFault(code).description}
