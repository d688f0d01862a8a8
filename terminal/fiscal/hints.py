"""What to do after a refusal of the register, by what it has refused: a receipt, a correction, or neither."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from loyalty.sentences import Sentence, sentence
from terminal.fiscal.port import NoAnswer, NotIssued
from terminal.fiscal.register import Refused
from terminal.fiscal.standing import Trouble

OF_RECEIPT: Mapping[str, Sentence] = {
    "fiscal.no_paper": sentence("fiscal.no_paper.hint"),
    "fiscal.cover_open": sentence("fiscal.cover_open.hint"),
}
"""A trouble that has kept a receipt from being made: it is paid again."""
PAY_AGAIN = frozenset({
    "fiscal.silent.hint", "fiscal.not_taken.hint", "fiscal.no_paper.hint", "fiscal.cover_open.hint", "shtrih.hint",
    "atol.attempts.hint",
})  # fmt: skip


def kept_from(trouble: Trouble) -> NotIssued:
    """A receipt was kept from being made by it."""
    return NotIssued(trouble.said, OF_RECEIPT.get(trouble.said.code, trouble.hint))


def refused(why: NotIssued | NoAnswer, hint: str = "fiscal.silent.hint") -> Refused:
    """`hint` is for a register that does not answer at all."""
    return Refused(why.said, why.hint) if why.said is not None else Refused(sentence("fiscal.silent"), sentence(hint))


def refused_command(why: NotIssued | NoAnswer) -> Refused:
    """Of no receipt: nothing is to be paid again."""
    answer = refused(why, "fiscal.silent_report.hint")
    of_receipt = answer.hint is not None and answer.hint.code == "shtrih.hint"
    return replace(answer, hint=sentence("atol.hint")) if of_receipt else answer


def again(hint: Sentence | None) -> Sentence | None:
    """What a cashier is told to do about a receipt: of a correction it is the correction that is to be made again."""
    return sentence("fiscal.correct_again.hint") if hint is not None and hint.code in PAY_AGAIN else hint
