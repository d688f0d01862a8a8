"""`kopilka fiscal correct`: a settlement that was made without the register, put right by a correction receipt.

It takes all that the till's screen for it takes, looked at by the same rules.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from terminal.cli.told import errors_in, in_folder, in_language, language, spoken

if TYPE_CHECKING:
    from loyalty.sentences import Lang
    from terminal.fiscal.register import Answer
    from terminal.session.correction import CorrectionDraft, CorrectionVat

MOST_NTH = 99


@click.command("correct")
@click.option("--sale", is_flag=True, help="A sale was made without the register.")
@click.option("--return", "is_return", is_flag=True, help="A return was; not with FFD 1.05.")
@click.option("--cash", default="", help="How much was paid in cash, as in 100.00.")
@click.option("--card", default="", help="How much was paid by card.")
@click.option(
    "--vat", multiple=True, required=True, help="The rate of VAT, as in 20; of several each with its sum: 20=80.00."
)
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day it was made.")
@click.option("--order", default="", help="The number of the tax service's order, if there is one.")
@click.option("--sign", default="", help="The fiscal sign of the wrong document it puts right; not with FFD 1.05.")
@click.option("--name", default="Коррекция расчёта", show_default=True, help="What was sold.")
@click.option("--nth", type=click.IntRange(1, MOST_NTH), default=1, show_default=True, help="Which of several alike.")
@click.option("--by", required=True, help="The name of who makes it; it stands in the document.")
@in_folder
@in_language
def correct(data: Path, lang: str, nth: int, **said: Any) -> None:
    """Issue a correction receipt, once: the same command again finds the one there is. Not while the till runs."""
    from loyalty.errors import BadInput
    from loyalty.sentences import sentence
    from terminal.at_register import document_of
    from terminal.cli.fiscal import alone_in
    from terminal.cli.shop_clock import shop_clock
    from terminal.clock import now_ms
    from terminal.device_file import read_devices
    from terminal.fiscal.once import FiscalRegister
    from terminal.fiscal_book import FiscalBook
    from terminal.opened import new_id
    from terminal.registers import port_of, register_of
    from terminal.session.correction import fault_of

    draft = _draft(**said)
    fault = fault_of(draft, shop_clock(data)[:10])
    if fault is not None:
        raise click.UsageError(spoken(fault, language(lang)))
    document = document_of(draft, nth)
    with errors_in(lang):
        register = register_of(read_devices(data))
        if register is None:
            raise BadInput(sentence("fiscal.none"))
        with alone_in(data), closing(port_of(register)) as port, closing(FiscalBook(data)) as book:
            known = book.sent_of(document.key)
            answer = FiscalRegister(port, book).correct(document, new_id(), now_ms())
    _tell(answer, known is not None and known.issued is not None, nth, language(lang))


def _draft(
    sale: bool, is_return: bool, cash: str, card: str, vat: tuple[str, ...], date: datetime, order: str, sign: str,
    name: str, by: str,
) -> CorrectionDraft:  # fmt: skip
    from terminal.session.correction import CorrectionDraft

    if sale == is_return:
        raise click.UsageError("--sale, or --return")
    cash_minor, card_minor = _minor("--cash", cash), _minor("--card", card)
    return CorrectionDraft(
        "sale" if sale else "return", cash_minor, card_minor, _by_rates(vat, cash_minor + card_minor),
        f"{date:%Y-%m-%d}", " ".join(by.split()), order.strip(), sign.strip(), name.strip(),
    )  # fmt: skip


def _by_rates(said: tuple[str, ...], total_minor: int) -> dict[CorrectionVat, int]:
    """One rate may stand without its sum: it has all that the others leave."""
    from terminal.session.correction import CorrectionVat

    rates: tuple[CorrectionVat, ...] = get_args(CorrectionVat)
    vat_minor: dict[CorrectionVat, int] = {}
    rest: CorrectionVat | None = None
    for each in said:
        text, equals, sum_text = each.partition("=")
        rate = next((rate for rate in rates if rate == text.strip()), None)
        if rate is None:
            raise click.UsageError(f"--vat {each}: {', '.join(rates)}")
        if rate in vat_minor or rate == rest or (not equals and rest is not None):
            raise click.UsageError(f"--vat {each}: {rate}=12.34")
        if equals:
            vat_minor[rate] = _minor(f"--vat {rate}", sum_text)
        else:
            rest = rate
    return vat_minor if rest is None else {rest: total_minor - sum(vat_minor.values()), **vat_minor}


def _minor(option: str, text: str) -> int:
    """0 where the option is not given. Kopecks are to be said: 30 may be meant for 30.00 or, as at the till, for 0.30,
    and nobody looks the document through before it is made."""
    from loyalty.money import parse_amount

    if not text:
        return 0
    amount_minor = parse_amount(text) if "." in text or "," in text else None
    if not amount_minor:
        raise click.UsageError(f"{option} {text}: 12.34")
    return amount_minor


def _tell(answer: Answer, was_there: bool, nth: int, lang: Lang) -> None:
    from loyalty.sentences import sentence
    from terminal.fiscal.hints import again
    from terminal.fiscal.register import Registered, Unknown

    if isinstance(answer, Registered):
        made = "fiscal.corrected_before" if was_there else "fiscal.corrected"
        click.echo(spoken(sentence(made, number=answer.fiscal_number), lang))
        if was_there:
            click.echo(spoken(sentence("fiscal.corrected_before.hint", nth=nth + 1), lang))
        return
    click.echo(spoken(answer.said, lang), err=True)
    hint = again(answer.hint)
    if hint is not None and isinstance(answer, Unknown) and hint.code == "fiscal.doubt.hint":
        hint = sentence("fiscal.correct_doubt.hint")
    if hint is not None:
        click.echo(spoken(hint, lang), err=True)
    raise SystemExit(1)
