"""`kopilka fiscal correct`: a settlement that was made without the register, put right by a correction receipt."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from terminal.cli.told import errors_in, in_folder, in_language, language, spoken

if TYPE_CHECKING:
    from loyalty.sentences import Lang
    from terminal.fiscal.document import FiscalDocument, Means
    from terminal.fiscal.register import Answer
    from terminal.fiscal.tags import FiscalVat

RATES = ("22", "20", "10", "7", "5", "0", "none", "22/122", "20/120", "10/110", "7/107", "5/105")
MOST_ORDER, MOST_NAME, MOST_NTH = 32, 128, 99


@click.command("correct")
@click.option("--sale", is_flag=True, help="A sale was made without the register.")
@click.option("--return", "is_return", is_flag=True, help="A return was; not with FFD 1.05.")
@click.option("--sum", "amount", required=True, help="All of it, as in 100.00.")
@click.option("--cash", is_flag=True, help="It was paid in cash.")
@click.option("--card", is_flag=True, help="It was paid by card.")
@click.option("--vat", type=click.Choice(RATES), required=True, help="The rate of VAT.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day it was made.")
@click.option("--order", default="", help="The number of the tax service's order, if there is one.")
@click.option("--name", default="Коррекция расчёта", show_default=True, help="What was sold.")
@click.option("--nth", type=click.IntRange(1, MOST_NTH), default=1, show_default=True, help="Which of several alike.")
@click.option("--by", required=True, help="The name of who makes it; it stands in the document.")
@in_folder
@in_language
def correct(data: Path, lang: str, **said: Any) -> None:
    """Issue a correction receipt, once: the same command again finds the one there is. Not while the till runs."""
    from loyalty.errors import BadInput
    from loyalty.sentences import sentence
    from terminal.cli.fiscal import alone_in
    from terminal.clock import now_ms
    from terminal.device_file import read_devices
    from terminal.fiscal.once import FiscalRegister
    from terminal.fiscal_book import FiscalBook
    from terminal.opened import new_id
    from terminal.registers import port_of, register_of

    document = _document(data, **said)
    with errors_in(lang):
        register = register_of(read_devices(data))
        if register is None:
            raise BadInput(sentence("fiscal.none"))
        with alone_in(data), closing(port_of(register)) as port, closing(FiscalBook(data)) as book:
            known = book.sent_of(document.key)
            answer = FiscalRegister(port, book).correct(document, new_id(), now_ms())
    _tell(answer, known is not None and known.issued is not None, said["nth"], language(lang))


def _document(
    data: Path, sale: bool, is_return: bool, amount: str, cash: bool, card: bool, vat: str, date: datetime, order: str,
    name: str, nth: int, by: str,
) -> FiscalDocument:  # fmt: skip
    from loyalty.money import parse_amount
    from terminal.cli.shop_clock import shop_clock
    from terminal.fiscal.correction import correction_document
    from terminal.fiscal.document import Correction

    if sale == is_return:
        raise click.UsageError("--sale, or --return")
    if cash == card:
        raise click.UsageError("--cash, or --card")
    amount_minor = parse_amount(amount)
    if amount_minor is None or amount_minor <= 0:
        raise click.UsageError(f"--sum {amount}: 12.34")
    if f"{date:%Y-%m-%d}" > shop_clock(data)[:10]:
        raise click.UsageError(f"--date {date:%Y-%m-%d}: not a day to come")
    if len(order) > MOST_ORDER or not 0 < len(name) <= MOST_NAME:
        raise click.UsageError(f"--order, --name: at most {MOST_ORDER} and {MOST_NAME} characters")
    basis = Correction(f"{date:%Y-%m-%d}", order.strip())
    paid_by: Means = "cash" if cash else "electronic"
    rate = cast("FiscalVat", vat)
    return correction_document("sale" if sale else "return", amount_minor, paid_by, rate, basis, by, name=name, nth=nth)


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
