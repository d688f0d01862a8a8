"""`kopilka payment`: the payment terminal of this till, and card payments of which a person has to say what became."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loyalty.dates import moment_text
from loyalty.money import money_text
from terminal.cli.fiscal import alone_in
from terminal.cli.shop_clock import shop_zone, text_in
from terminal.cli.told import errors_in, in_folder, in_language, language, spoken

if TYPE_CHECKING:
    from devices.protocols import PaymentTerminal
    from loyalty.sentences import Lang
    from terminal.charges import Kept

SHOWN_CHARS = 8
"""The end of a reference: its beginning is the time."""
FATES = {
    "asked": ("неизвестно, прошла ли", "not known whether it was made"),
    "approved": ("проведена, чека нет", "made, no receipt"),
    "undoing": ("должна быть отменена", "to be undone"),
}
KINDS = {"sale": ("оплата", "payment"), "refund": ("возврат", "refund")}


@click.group
def payment() -> None:
    """The payment terminal, and card payments that are not settled."""


@payment.command
@in_folder
@in_language
def status(data: Path, lang: str) -> None:
    """Whether the terminal answers, its totals of the day, and which card payments are not settled. Not while the till
    runs: it has the terminal. Status 1 where it does not answer or something is to be settled."""
    from devices.errors import DeviceError
    from loyalty.sentences import sentence
    from terminal.device_file import read_devices
    from terminal.payment_terminals import made_terminal, open_payments, terminal_of

    ru = language(lang) == "ru"
    wrong = False
    with errors_in(lang):
        found = terminal_of(read_devices(data))
        if found is None:
            click.echo("Терминала нет: devices.toml его не называет" if ru else "No terminal: devices.toml names none")
        with alone_in(data):
            left = open_payments(data)
            if found is not None:
                with closing(made_terminal(found)) as terminal:
                    try:
                        click.echo(f"{'Терминал' if ru else 'Terminal'}: {terminal.terminal_id()}")
                        _tell_totals(terminal, language(lang))
                    except DeviceError:
                        wrong = True
                        click.echo(spoken(sentence("payment.silent"), language(lang)))
    for kept in left:
        click.echo(told_payment(kept, language(lang), shop_zone(data)))
    if not left:
        click.echo("Всё решено" if ru else "Everything is settled")
    if wrong or left:
        raise SystemExit(1)


def _tell_totals(terminal: PaymentTerminal, lang: Lang) -> None:
    """What it has taken and given back since its last settlement; nothing of one that keeps no totals. Raises
    DeviceError."""
    import uuid_utils

    from devices.errors import DeviceError

    try:
        totals = terminal.access_daily_log(uuid_utils.uuid7().hex, settle=False)
    except DeviceError as why:
        if why.code != "not_kept":
            raise
        return
    paid, back = (money_text(each, lang) for each in (totals.sales_minor, totals.refunds_minor))
    ru = f"С последней сверки итогов: оплат {totals.sales} на {paid}, возвратов {totals.refunds} на {back}"
    en = f"Since its last settlement: payments {totals.sales}, {paid}; refunds {totals.refunds}, {back}"
    click.echo(ru if lang == "ru" else en)


@payment.command
@click.argument("reference")
@click.option("--receipt", help="The number of the receipt that names it.")
@click.option("--not-charged", is_flag=True, help="By the bank's papers no money of it is moved, or not any more.")
@in_folder
@in_language
def settle(reference: str, receipt: str | None, not_charged: bool, data: Path, lang: str) -> None:
    """Say of the card payment REFERENCE what the bank's papers say: the terminal it was made at is gone."""
    from loyalty.sentences import sentence
    from terminal.payment_terminals import settle_payment

    if (receipt is None) != not_charged:
        raise click.UsageError("--receipt NUMBER, or --not-charged")
    with errors_in(lang), alone_in(data):
        settle_payment(data, reference, receipt)
    click.echo(spoken(sentence("payment.settled", reference=reference), language(lang)))


def told_payment(kept: Kept, lang: Lang, zone: str) -> str:
    """One line: its name, when, what, how much, at which terminal, and how it stands. `zone` is the shop's."""
    at = 0 if lang == "ru" else 1
    when = moment_text(text_in(zone, kept.at_ms), lang)
    approval = kept.operation.approval
    code = f" {approval.code or approval.rrn}" if approval else ""
    what = f"{KINDS[kept.operation.kind][at]} {money_text(kept.operation.amount_minor, lang)}{code}"
    why = f" ({kept.why})" if kept.why else ""
    return f"{kept.reference[-SHOWN_CHARS:]}  {when}  {what}  {kept.terminal}  {FATES[kept.fate][at]}{why}"
