"""Returns: what may still be returned of a receipt, and the receipt of a return.

What comes back for a part is in `loyalty.returning`: parts always come to the original, whatever their order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec.structs import replace

from loyalty.basket import Moment
from loyalty.errors import BadInput
from loyalty.gift_pay import refunds
from loyalty.ledger import MAIN_WALLET
from loyalty.points.earned import lots_back
from loyalty.points.purse import Purse
from loyalty.programme import Programme
from loyalty.receipt import Payment, Receipt, Refund
from loyalty.returning.parts import GivenBack, sums_of
from loyalty.returning.settled import before_of, settle, with_earned
from loyalty.returning.short import short_of
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "return.not_sale": ("Чек {number} — это возврат: вернуть можно покупку", "Receipt {number} is a return itself"),
    "return.nothing": ("Не выбрано, что вернуть", "Nothing is chosen to return"),
    "return.no_line": ("В чеке {number} нет позиции {line_no}", "Receipt {number} has no line {line_no}"),
    "return.quantity": ("Количество к возврату должно быть больше нуля", "The quantity to return must be over zero"),
    "return.too_much": (
        "«{name}»: вернуть можно не больше {left_milli}",
        "“{name}”: at most {left_milli} can be returned",
    ),
    "return.all_returned": ("«{name}» уже возвращён", "“{name}” has been returned already"),
    "return.piece": ("«{name}» продаётся целыми штуками", "“{name}” is sold in whole pieces"),
    "return.less_off": (
        "«{name_ru}»: на то, что остаётся, скидка меньше на {less_minor}",
        "“{name_en}” takes {less_minor} less off what is kept",
    ),
    "return.withheld": (
        "К возврату на {withheld_minor} меньше, чем за это уплачено",
        "{withheld_minor} less comes back than was paid for this",
    ),
    "return.repaid": (
        "Возвращается и удержанное раньше: {repaid_minor}",
        "Withheld before, paid out now: {repaid_minor}",
    ),
    "return.short_paid": (
        "На счёте не хватает {points:балла|баллов|баллов}: за них удержано {short_minor}",
        "The account is {points:point|points} short: {short_minor} is kept for them",
    ),
    "return.short_left": (
        "На счёте не хватает {points:балла|баллов|баллов}: они не снимаются",
        "The account is {points:point|points} short: they are not taken",
    ),
    "return.unknown_rules": (
        "Правил этой покупки на кассе нет ({id} {version}): возврат по уплаченной цене",
        "This till has not the rules of this sale ({id} {version}): returned at the price paid",
    ),
}

SUMMED = ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor", "earned_points")


def returned_said(back: Receipt) -> Iterator[Sentence]:
    """Why a return comes to another sum than was paid for its goods."""
    if back.return_rule == "unknown":
        for rules in back.programmes[:1]:
            yield sentence("return.unknown_rules", id=rules.id, version=rules.version)
    if back.withheld_minor > 0:
        yield sentence("return.withheld", withheld_minor=back.withheld_minor)
    for each in back.withheld:
        if each.discount_minor:
            names = {"name_ru": each.name_ru, "name_en": each.name_en}
            yield sentence("return.less_off", **names, less_minor=each.discount_minor)
    if back.withheld_minor < 0:
        yield sentence("return.repaid", repaid_minor=-back.withheld_minor)
    points = sum(back.short_points.values())
    if back.short_minor:
        yield sentence("return.short_paid", points=points, short_minor=back.short_minor)
    elif points:
        yield sentence("return.short_left", points=points)


def returnable(receipt: Receipt, returned_milli: Mapping[int, int]) -> dict[int, int]:
    """line_no -> thousandths still to be returned, without lines that have nothing left; of a return, nothing."""
    if receipt.kind != "sale":
        return {}
    left = {line.line_no: line.qty_milli - returned_milli.get(line.line_no, 0) for line in receipt.lines}
    return {line_no: qty_milli for line_no, qty_milli in left.items() if qty_milli > 0}


def return_receipt(
    original: Receipt,
    returned_milli: Mapping[int, int],
    wanted: Mapping[int, int],
    *,
    receipt_id: str,
    number: str,
    store: str,
    terminal: str,
    cashier: str,
    shift_id: str,
    moment: Moment,
    payment: Refund = "cash",
    balance_before_points: int | None = None,
    offline: bool = False,
    parts: Iterable[GivenBack] = (),
    programme: Programme | None = None,
    purse: Purse | None = None,
) -> Receipt:
    """The receipt of a return: line_no -> thousandths wanted, after those returned before. Raises BadInput.

    `parts` are the returns made before, as far as they are known; `programme` is the version the sale was made by,
    None where it is not at hand: then the return goes by the price paid. `purse` is what the account has, None where
    nobody knows. Amounts are positive and go the other way;
    lines keep their numbers in the original. What gift cards paid goes back to them, the rest by `payment`.
    """
    before = before_of(original, returned_milli, parts)
    _check(original, before.milli, wanted)
    done = settle(original, before, wanted, programme)
    back = sums_of(done.lines)
    total_minor = sum(line.total_minor for line in done.lines)
    payments = refunds(original, before, back.total_minor, total_minor, payment)
    spent_back = tuple(_spent_back(original, before.given.redeemed_points, back.redeemed_points))
    spent = _all_points([dict(spent_back) or {MAIN_WALLET: back.redeemed_points}, back.costs])
    money_minor = sum(paid.amount_minor for paid in payments if paid.gift_card is None)
    short = short_of(original, back.earned, spent, purse, programme, money_minor, moment.local_date)
    lines = with_earned(done.lines, short.taken)
    wallets = _all_points(line.wallets for line in lines)
    sums = {name: sum(getattr(line, name) for line in lines) for name in SUMMED}
    return replace(
        original,
        receipt_id=receipt_id,
        number=number,
        kind="return",
        store=store,
        terminal=terminal,
        cashier=cashier,
        shift_id=shift_id,
        moment=moment,
        lines=lines,
        payments=tuple(_kept_from(payments, short.minor)),
        change_minor=0,
        balance_before_points=balance_before_points,
        offline=offline,
        rights=(),
        channel="till",
        asked=(),
        choices={},
        coupons=(),
        spent=(),
        wallets=wallets,
        costs=_all_points(line.costs for line in lines),
        issues=(),
        issued=(),
        messages=(),
        asked_points=0,
        campaigns=(),
        original_id=original.receipt_id,
        original_number=original.number,
        redeemed_wallets=spent_back,
        lots=lots_back(original, {MAIN_WALLET: sums["earned_points"], **wallets}),
        return_rule=done.rule,
        withheld_minor=done.withheld_minor,
        withheld=done.why,
        short_points=short.missing,
        short_minor=short.minor,
        **sums,
    )


def _kept_from(payments: Sequence[Payment], minor: int) -> Iterator[Payment]:
    """The payments with so much kept from the money, which has as much: from cash, then from what goes to the card."""
    kept = {"gift_card": 0}
    for kind in ("cash", "card"):
        kept[kind] = min(minor, sum(paid.amount_minor for paid in payments if paid.kind == kind))
        minor -= kept[kind]
    for paid in payments:
        rest = paid.amount_minor - kept[paid.kind]
        if rest:
            yield replace(paid, amount_minor=rest)


def _spent_back(original: Receipt, before: int, points: int) -> Iterator[tuple[str, int]]:
    """Points spent come back to the wallet that was spent last, then to the one before it; `before` came before."""
    for wallet, spent in original.redeemed_wallets[::-1]:
        skipped = min(before, spent)
        part = min(points, spent - skipped)
        before, points = before - skipped, points - part
        if part:
            yield wallet, part


def _check(original: Receipt, returned_milli: Mapping[int, int], wanted: Mapping[int, int]) -> None:
    if original.kind != "sale":
        raise BadInput(sentence("return.not_sale", number=original.number))
    if not wanted:
        raise BadInput(sentence("return.nothing"))
    lines = {line.line_no: line for line in original.lines}
    for line_no, qty_milli in wanted.items():
        line = lines.get(line_no)
        if line is None:
            raise BadInput(sentence("return.no_line", number=original.number, line_no=line_no))
        if qty_milli <= 0:
            raise BadInput(sentence("return.quantity"))
        left_milli = line.qty_milli - returned_milli.get(line_no, 0)
        if left_milli <= 0:
            raise BadInput(sentence("return.all_returned", name=line.name))
        if qty_milli > left_milli:
            raise BadInput(sentence("return.too_much", name=line.name, left_milli=left_milli))
        if line.unit == "piece" and qty_milli % 1000 and qty_milli != left_milli:
            raise BadInput(sentence("return.piece", name=line.name))


def _all_points(lines: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for wallet, points in chain.from_iterable(each.items() for each in lines):
        found[wallet] = found.get(wallet, 0) + points
    return found
