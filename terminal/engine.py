"""The till at work: one thread takes commands in order, steps the session, runs what it asks, and shows the picture.

The same engine serves the screen, the local API, scripts and tests (terminal.session.port.Till). Nothing here
waits for the network or the printer: they have threads of their own and answer with commands.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import msgspec

from loyalty.basket import Basket
from loyalty.errors import KopilkaError, NotNow
from loyalty.member import Member
from loyalty.programme import Programme
from loyalty.quote import Quote, Standing
from loyalty.sentences import sentence
from terminal.clock import moment_at
from terminal.effects import Effects
from terminal.labels import labelled
from terminal.session import Link, State, Surroundings, step
from terminal.session import commands as c
from terminal.session.health import DeviceHealth
from terminal.session.port import View

MAX_QUEUED = 1000
REVOKED = "link.revoked"
MAX_FOLLOWING = 50
"""One command may cause at most this many more; a longer run is a fault in the table."""
T = TypeVar("T")
log = logging.getLogger("till")


class Engine:
    """A working till. `start` opens the day where it stopped; `stop` ends the thread and closes nothing else."""

    def __init__(
        self,
        effects: Effects,
        clock: Callable[[], int],
        devices: Callable[[], tuple[DeviceHealth, ...]] = lambda: (),
    ) -> None:
        self._effects = effects
        self._clock = clock
        self._devices = devices
        self._queue: queue.Queue[_Job | None] = queue.Queue(MAX_QUEUED)
        self._stopping = False
        self._watchers: list[Callable[[View], None]] = []
        self._state = State()
        self._link = Link()
        self._thread = threading.Thread(target=self._run, name="till", daemon=True)
        self._view = self._picture("")
        self.refused: Callable[[str], None] = lambda source: None
        """Called on the till's thread with the source of a scan that was refused; must return at once."""

    def start(self, *, screen: bool = True) -> None:
        """Without a screen a sale that never completed stays in the journal, for the next start with one."""
        self._state = self._effects.resume(self.around(), screen)
        self._view = self._picture("")
        self._thread.start()

    def stop(self) -> None:
        """Do what waits, then end; work given later is refused."""
        if self._thread.is_alive():
            self._stopping = True
            self._queue.put(None)
            self._thread.join()
            self._refuse_rest()

    # -- the port

    def view(self) -> View:
        return self._view

    def post(self, command: c.Command) -> None:
        self._later(lambda: self._take(command), type(command).__name__)

    def answer(self, then: Callable[[], c.Command | None]) -> None:
        """What is to be done here with the fiscal register's answer, from the thread that has it."""
        self._queue.put(_Job(lambda: self._take(self._answered(then))))

    def dispatch(self, command: c.Command) -> View:
        """What the fiscal register answers to it is waited for too."""
        return self.call(lambda: self._effects.waited_for(lambda: self._take(command)))

    def call(self, work: Callable[[], T]) -> T:
        """Run `work` on the till's thread, in its turn, and wait; what it raises is raised here.

        Work that calls again, on that very thread, goes on at once. Raises NotNow once the till is stopping.
        """
        if threading.current_thread() is self._thread:
            return work()
        if self._stopping:
            raise NotNow(sentence("till.stopping"))
        done: Future[T] = Future()
        self._queue.put(_Job(work, done))
        return done.result()

    def around(self, member: Member | None = None, in_doubt: bool = False) -> Surroundings:
        """The moment, the programme, and how fresh the balance of `member` is: for work given to `call`. `in_doubt`:
        the head office may not answer for the points, so what may be spent without it is looked up too."""
        programme = self._effects.programme()
        now_ms = self._clock()
        age_s = max(0, now_ms - member.as_of_ms) // 1000 if member else 0
        left, shares = self._effects.left()
        stops, earn_only = self._effects.stops(), self._effects.earn_only()
        standing = Standing(self._link.online, age_s, left, shares, stops, earn_only)
        if member is not None:
            asked = msgspec.structs.replace(standing, online=standing.online and not in_doubt)
            standing = msgspec.structs.replace(standing, rights=self._effects.rights(member, asked))
        moment = moment_at(now_ms, programme.time_zone)
        hold_id = self._effects.hold_id() if self._link.online else ""
        made = self._effects
        charge_ref = made.charge_ref()
        return Surroundings(
            moment, programme, made.store, standing, made.shop, hold_id, made.is_fiscal, charge_ref, made.asked
        )

    def note(self, basket: Basket, quote: Quote, around: Surroundings) -> None:
        """A quote a customer looks at: what it lacks of a budget is asked for."""
        self._effects.note(basket, quote, around)

    def watch(self, painted: Callable[[View], None]) -> Callable[[], None]:
        self._watchers.append(painted)
        return lambda: self._watchers.remove(painted)

    def link_changed(self, link: Link, programme_changed: bool = False) -> None:
        """Told by the sync runner, from its thread."""
        self._link = link
        problem = link.problem.code if link.problem else ""
        if problem == REVOKED or (link.online and not problem):
            self._effects.note_revoked(problem == REVOKED)
        if programme_changed:
            self._effects.forget_programme()
        self.post(c.Refresh())
        if programme_changed:
            self._later(self._tell_stops, "stops")

    # -- the loop

    def _later(self, work: Callable[[], Any], name: str) -> None:
        try:
            self._queue.put_nowait(_Job(work))
        except queue.Full:
            log.error("command_dropped", extra={"command": name})

    def _tell_stops(self) -> None:
        """One notice; of more than two changes at once the others stand among the reasons of what is quoted."""
        news = self._effects.stops_news()
        if news:
            self._take(c.Notify("warn", news[0], news[1] if len(news) > 1 else None))

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                answer = job.work()
            except Exception as error:
                if job.done:
                    job.done.set_exception(error)
                else:
                    log.exception("job_failed")
            else:
                if job.done:
                    job.done.set_result(answer)

    def _take(self, command: c.Command) -> View:
        sound = ""
        try:
            sound = self._settle(command)
        except Exception:
            log.exception("command_failed", extra={"command": type(command).__name__})
            failed = c.Failed(sentence("till.unexpected"), sentence("till.unexpected.hint"))
            self._state, _ = step(self._state, failed, self._around())
        if self._state.quote is not None and self._state.quote is not self._view.state.quote:
            self.note(self._state.basket, self._state.quote, self._around())
        self._view = self._picture(sound)
        if sound == "error" and isinstance(command, c.Scan):
            self.refused(command.source)
        for painted in tuple(self._watchers):
            self._show(painted)
        self._effects.keep(self._state, self._clock())
        return self._view

    def _show(self, painted: Callable[[View], None]) -> None:
        try:
            painted(self._view)
        except Exception:
            log.exception("watcher_failed")

    def _refuse_rest(self) -> None:
        """Nobody waits for ever for a till that has ended."""
        while not self._queue.empty():
            job = self._queue.get_nowait()
            if job and job.done:
                job.done.set_exception(NotNow(sentence("till.stopping")))

    def _settle(self, command: c.Command) -> str:
        """The command and everything it causes, in order; returns the last sound asked for."""
        sound = ""
        todo: list[c.Command] = [labelled(command)]
        for _ in range(MAX_FOLLOWING):
            if not todo:
                return sound
            self._state, effects = step(self._state, todo.pop(0), self._around())
            for effect in effects:
                if isinstance(effect, c.Signal):
                    sound = effect.sound
                    continue
                answer = self._carry_out(effect)
                if answer is not None:
                    todo.append(answer)
        raise RuntimeError("a command causes commands without end")

    def _carry_out(self, effect: c.Effect) -> c.Command | None:
        try:
            return self._effects.run(effect, self._state, self._around())
        except KopilkaError as error:
            log.warning("effect_refused", extra={"effect": type(effect).__name__, "code": error.code})
            return c.Failed(error.said, error.hint)

    def _answered(self, then: Callable[[], c.Command | None]) -> c.Command:
        """What went wrong is said, and no more: a payment that was begun meanwhile has not failed by it."""
        try:
            return then() or c.Refresh()
        except KopilkaError as error:
            log.warning("answer_refused", extra={"code": error.code})
            return c.Notify("error", error.said, error.hint)
        except Exception:
            log.exception("answer_failed")
            return c.Notify("error", sentence("till.unexpected"), sentence("till.unexpected.hint"))

    def _around(self) -> Surroundings:
        hold, unheld = self._state.hold, self._state.unheld
        return self.around(self._state.basket.member, bool(unheld) or (hold is not None and hold.stage == "asking"))

    def _picture(self, sound: str) -> View:
        programme: Programme = self._effects.programme()
        count, oldest_ms = self._effects.pending()
        link = msgspec.structs.replace(self._link, pending=count, oldest_pending_ms=oldest_ms)
        effects = self._effects
        names = effects.store_name, effects.label
        return View(self._state, link, programme, *names, sound, effects.in_doubt(), self._devices(), effects.asked)


class _Job:
    """Work for the till's thread, and where its answer is awaited."""

    __slots__ = ("done", "work")

    def __init__(self, work: Callable[[], Any], done: Future[Any] | None = None) -> None:
        self.work = work
        self.done = done
