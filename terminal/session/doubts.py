"""A receipt in doubt: asked about, settled by a manager who has seen the tape, put aside. Selling waits, nothing else.

The doubt itself is the till's, not the screen's: it stands in the picture beside this state.
"""

import msgspec

from loyalty.receipt import Receipt
from terminal.session import commands as c
from terminal.session import payment
from terminal.session.parts import Step, fresh, refuse, refused, requoted, told
from terminal.session.state import State, Surroundings

replace = msgspec.structs.replace
MAX_NAME_CHARS = 40
MAX_DOCUMENT = 4_294_967_295
"""Tag 1040 has four bytes."""


def ask(state: State, command: c.AskRegister, around: Surroundings) -> Step:
    return state, (c.ResolveDoubt(),)


def settle(state: State, command: c.SettleDoubt, around: Surroundings) -> Step:
    by = " ".join(command.by.split())
    if not by or len(by) > MAX_NAME_CHARS:
        return refused(state, "doubt.who")
    if command.document is not None and not 0 < command.document <= MAX_DOCUMENT:
        return refused(state, "doubt.document")
    return state, (c.ResolveDoubt(by, command.document),)


def put_aside(state: State, command: c.PutAside, around: Surroundings) -> Step:
    """Money that was taken beside what is in doubt stays taken: the receipt may yet turn out to be issued."""
    if state.mode not in ("pay", "return"):
        return refused(state, "doubt.nothing_to_put_aside")
    return told(fresh(state, around.store), "info", "doubt.aside"), ()


def stands(state: State, command: c.DoubtStands, around: Surroundings) -> Step:
    if command.said.code == "fiscal.doubt":
        # What the register says and what to do stand in the picture of the doubt.
        return refused(state, "doubt.still", number=command.said.args["number"])
    return refuse(state, command.said, command.hint)


def ended(state: State, command: c.DoubtEnded, around: Surroundings) -> Step:
    """Recorded, it is shown as done where the screen has nothing else; never issued, it is there to be paid again."""
    if not command.number:
        return told(state, "info", "doubt.none"), ()
    if command.completed is not None:
        if _is_on_screen(state, command.completed.receipt, command):
            return payment.completed(state, command.completed, around)
        state = replace(state, shift=command.completed.shift)
        return told(state, "ok", "doubt.issued", number=command.number), (c.Signal("ok"),)
    hint = "doubt.pay_again"
    if command.basket.lines and not state.basket.lines and state.mode in ("sale", "done"):
        state = _back_on_screen(state, command, around)
    elif state.basket.lines is not command.basket.lines:
        hint = "doubt.ring_up_again"
    return told(state, "ok", "doubt.not_issued", hint=hint, number=command.number), (c.Signal("ok"),)


def _is_on_screen(state: State, receipt: Receipt, command: c.DoubtEnded) -> bool:
    if state.mode == "return":
        return state.returning is not None and state.returning.receipt.receipt_id == receipt.original_id
    return state.mode != "closed" and (not state.basket.lines or state.basket.lines is command.basket.lines)


def _back_on_screen(state: State, command: c.DoubtEnded, around: Surroundings) -> State:
    """With the very lines it had: what is paid again is the same sale."""
    member = command.basket.member
    if member is not None and member.identified_by == "phone_code":
        member = replace(member, identified_by="phone")
    basket = replace(command.basket, member=member, payment="", beside_gift_card=False)
    last_id = max(line.line_id for line in basket.lines)
    return requoted(replace(fresh(state, around.store), basket=basket, next_line_id=last_id + 1), around)
