"""A virtual payment terminal that speaks our protocol, with the faults of cards, banks, cables and power.

Its `card` is what the customer holds to it. Scripted: `decline` is why the bank says no to every sale or refund,
`slow` so many questions are answered with `working` first, `lose("sale", "answer")` makes one line not arrive,
`cut_after(n)` ends its power after n more bytes of both ways; `power_on()` brings it back with all it has approved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from devices.payment.lines import Lines, Reply, Request, line_of, request_of
from devices.payment.model import BankCard, DayTotals

Loss = Literal["request", "answer"]
Fault = Literal["decline", "slow", "no_answer", "cable"]
FAULTS: tuple[Fault, ...] = ("decline", "slow", "no_answer", "cable")
SLOW_POLLS = 80
"""A customer who takes twenty seconds."""
LOST_LINES = 5
"""A till gives up after three, and is answered when it asks again."""
State = Literal["working", "approved", "declined", "voided", "none", "read"]
MIR = BankCard("1234", "MIR", "tok-5f1c0e")
STEPS: tuple[Literal["card", "pin", "bank"], ...] = ("card", "pin", "bank")


@dataclass(slots=True)
class Done:
    """What the terminal keeps of one reference."""

    do: str
    amount_minor: int
    state: State = "working"
    polls: int = 0
    code: str = ""
    rrn: str = ""
    why: str = ""
    card: BankCard = field(default_factory=BankCard)
    settled: bool = False

    @property
    def counts(self) -> bool:
        return self.state == "approved" and not self.settled


class VirtualTerminal:
    """`receive` takes bytes of the till and gives those of the terminal (devices.virtual.served puts it on a port)."""

    def __init__(self, terminal: str = "VT000001", done: dict[str, Done] | None = None) -> None:
        self.terminal = terminal
        self.card = MIR
        self.decline = ""
        self._decline_next = ""
        self.slow = 0
        self.done = done if done is not None else {}
        self.on = True
        self.left: int | None = None
        """Bytes until the power goes."""
        self._totals: dict[str, DayTotals] = {}
        self._losses: list[tuple[str, Loss]] = []
        self._lines = Lines()
        self._numbers = len(self.done)

    def charged(self) -> list[tuple[str, int]]:
        """What has moved money and was not taken back: (`sale` or `refund`, amount)."""
        return [(each.do, each.amount_minor) for each in self.done.values() if each.state == "approved"]

    def play(self, fault: Fault) -> None:
        """`decline`: the bank says no to the next sale or refund. `slow`: the customer takes their time. `no_answer`:
        the next sale is approved, and the till does not hear it. `cable`: the next sale and what is asked after it do
        not arrive."""
        match fault:
            case "decline":
                self._decline_next = "declined"
            case "slow":
                self.slow = SLOW_POLLS
            case "no_answer" | "cable":
                loss: Loss = "answer" if fault == "no_answer" else "request"
                self.lose("sale", loss)
                for _ in range(LOST_LINES):
                    self.lose("ask", loss)

    def lose(self, do: str, loss: Loss) -> None:
        """Once, of the next request of this name."""
        self._losses.append((do, loss))

    def cut_after(self, count: int) -> None:
        self.left = count

    def power_on(self) -> None:
        """What was half said and half done is gone: an operation the bank was not yet asked about never was."""
        self.on, self.left = True, None
        self._lines = Lines()
        for each in self.done.values():
            if each.state == "working":
                each.state, each.why = "declined", "power"

    def receive(self, raw: bytes) -> bytes:
        out = b""
        for byte in raw:
            if not self._spend():
                continue
            for line in self._lines.feed(bytes((byte,))):
                out += bytes(each for each in self._answered(line) if self._spend())
        return out

    def _spend(self) -> bool:
        """Whether there is power for one byte more."""
        if self.left is not None and self.on:
            self.on = self.left > 0
            self.left -= 1
        return self.on

    def _answered(self, line: bytes) -> bytes:
        request = request_of(line)
        if request is None:
            return b""
        loss = next((each for each in self._losses if each[0] == request.do), None)
        if loss is not None:
            self._losses.remove(loss)
        if loss == (request.do, "request"):
            return b""
        reply = self._reply(request)
        return b"" if loss is not None else line_of(reply)

    def _reply(self, request: Request) -> Reply:
        match request.do:
            case "status":
                return Reply(request.no, "ready", terminal=self.terminal)
            case "totals":
                return Reply(request.no, "totals", totals=self._day(request))
            case "sale" | "refund" | "read" if request.reference not in self.done:
                self.done[request.reference] = Done(request.do, request.amount_minor)
            case "ask" | "cancel" | "void" if request.reference not in self.done:
                self.done[request.reference] = Done(request.do, 0, "none")
        return self._told(request, self.done[request.reference])

    def _told(self, request: Request, done: Done) -> Reply:
        if request.do == "cancel" and done.state == "working":
            done.state, done.why = "declined", "cancelled"
        if request.do == "void" and done.settled:
            return Reply(request.no, "refused", why="settled")
        if request.do == "void" and done.state != "none":
            done.state = "voided"
        if done.state == "working":
            self._go_on(done)
        third = min(done.polls * len(STEPS) // max(self.slow, 1), len(STEPS) - 1)
        step = STEPS[third] if done.state == "working" else ""
        return Reply(
            request.no, done.state, step=step, code=done.code, rrn=done.rrn, card=done.card, why=done.why
        )  # fmt: skip

    def _go_on(self, done: Done) -> None:
        done.polls += 1
        if done.polls <= self.slow:
            return
        done.card = self.card
        if done.do == "read":
            done.state = "read"
        elif self._decline_next or self.decline:
            done.state, done.why = "declined", self._decline_next or self.decline
            self._decline_next = ""
        else:
            self._numbers += 1
            done.state, done.code, done.rrn = "approved", f"{self._numbers:06d}", f"{self._numbers:012d}"

    def _day(self, request: Request) -> DayTotals:
        if request.reference not in self._totals:
            counted = [each for each in self.done.values() if each.counts]
            sums = {do: [each.amount_minor for each in counted if each.do == do] for do in ("sale", "refund")}
            self._totals[request.reference] = DayTotals(
                len(sums["sale"]), sum(sums["sale"]), len(sums["refund"]), sum(sums["refund"])
            )
            for each in counted if request.settle else ():
                each.settled = True
        return self._totals[request.reference]
