"""Receipts and members that add up, drawn from the seed."""

from datetime import UTC, datetime
from random import Random

from msgspec.structs import replace

from loyalty.basket import Moment
from loyalty.events import Consent, MemberEnrolled, Personal, bucket_of, personal_hash
from loyalty.feed import IdentRow
from loyalty.ledger import earned_points
from loyalty.points.earned import lots_back
from loyalty.points.terms import Lot, LotTerms, lot_for, lot_id
from loyalty.receipt import Payment, Receipt, ReceiptLine
from terminal.offline_queue.journal import Known
from terminal.offline_queue.keys import phone_hash
from tests.simulation.promises import Person
from tests.simulation.till import Till
from tests.simulation.wallets import WALLETS

BUCKETS = (3, 77, 200)
"""Members enrolled at tills all lie in these: so that they meet there."""
POINT_MINOR = 100
TERMS = (
    LotTerms(), LotTerms(), LotTerms(pending_days=3), LotTerms(pending_days=1, expire_days=200),
    LotTerms(expire_month_day="11-30"), LotTerms(idle_days=90),
)  # fmt: skip


def hex_id(chance: Random) -> str:
    return chance.randbytes(16).hex()


def member_id(chance: Random) -> str:
    while bucket_of(found := hex_id(chance)) not in BUCKETS:
        pass
    return found


def card_number(prefix: str, number: int) -> str:
    """13 digits with their check digit (GS1 General Specifications, 7.9)."""
    body = f"{prefix}{number:05}"
    odd, even = sum(map(int, body[0::2])), sum(map(int, body[1::2]))
    return f"{body}{-(odd + 3 * even) % 10}"


def moment(at_ms: int) -> Moment:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return Moment(at_ms, at.date().isoformat(), at.hour * 60 + at.minute, at.weekday())


def sale(till: Till, chance: Random, known: Known | None, spend_points: int) -> Receipt:
    """One to three lines; `spend_points` lower the first, some of them stars. Stars are earned and taken beside."""
    lines = [_line(number, chance, spend_points if number == 1 else 0) for number in range(1, chance.randint(1, 3) + 1)]
    if known is None:
        return _receipt(till, chance, "sale", tuple(_without_points(line) for line in lines), None)
    receipt = _receipt(till, chance, "sale", tuple(_with_stars(line, chance) for line in lines), known)
    stars = chance.randint(0, spend_points) if chance.random() < 0.3 else 0
    parts = tuple((wallet, points) for wallet, points in (("stars", stars), ("main", spend_points - stars)) if points)
    return replace(receipt, redeemed_wallets=parts if stars else (), lots=_lots(receipt, chance))


def _with_stars(line: ReceiptLine, chance: Random) -> ReceiptLine:
    had, cost = chance.choice((0, 0, 5, 12)), chance.choice((0, 0, 0, 7))
    return replace(line, wallets={"stars": had} if had else {}, costs={chance.choice(WALLETS): cost} if cost else {})


def _lots(receipt: Receipt, chance: Random) -> tuple[Lot, ...]:
    """Of what a receipt earned, some may have dates."""
    drawn = [(wallet, points, chance.choice(TERMS)) for wallet, points in earned_points(receipt).items()]
    today, made = receipt.moment.local_date, receipt.receipt_id
    return tuple(
        lot_for(terms, lot_id(made, number), wallet, points, today)
        for number, (wallet, points, terms) in enumerate(drawn, start=1)
        if terms != TERMS[0]
    )


def _line(number: int, chance: Random, points: int) -> ReceiptLine:
    qty = chance.choice((1000, 2000))
    price = chance.randrange(100, 50_000) + points * POINT_MINOR
    base = price * qty // 1000
    total = base - points * POINT_MINOR
    return ReceiptLine(
        number, "4607102430015", "Шарф", "piece", "22", qty, price, base, 0, points * POINT_MINOR, points, total,
        chance.randrange(200),
    )  # fmt: skip


def _without_points(line: ReceiptLine) -> ReceiptLine:
    return ReceiptLine(
        line.line_no, line.code, line.name, line.unit, line.vat, line.qty_milli, line.price_minor, line.base_minor,
        0, 0, 0, line.base_minor, 0,
    )  # fmt: skip


def return_of(
    till: Till, chance: Random, original: Receipt, returned: dict[int, int], by_number: bool = False
) -> Receipt | None:
    """Some or all of what is left of a sale once `returned` (line_no -> qty_milli) is taken off; None for nothing.

    `by_number`: the slip shows only the number of the sale.
    """
    left = [(line, line.qty_milli - returned.get(line.line_no, 0)) for line in original.lines]
    wanted = [(line, qty) for line, qty in left if qty > 0 and chance.random() < 0.8]
    if not wanted:
        return None
    lines = tuple(_part(line, qty if chance.random() < 0.6 else min(qty, 1000)) for line, qty in wanted)
    receipt = _receipt(till, chance, "return", lines, None, original, by_number)
    parts, rest = [], receipt.redeemed_points
    for wallet, points in original.redeemed_wallets[::-1]:
        parts.append((wallet, min(points, rest)))
        rest -= parts[-1][1]
    spent = tuple((wallet, points) for wallet, points in parts if points)
    return replace(receipt, redeemed_wallets=spent, lots=lots_back(original, earned_points(receipt)))


def _part(line: ReceiptLine, qty: int) -> ReceiptLine:
    """So much of a line, its figures in proportion."""

    def share(figure: int) -> int:
        return figure * qty // line.qty_milli

    base, redeemed = share(line.base_minor), share(line.redeemed_points)
    return ReceiptLine(
        line.line_no, line.code, line.name, line.unit, line.vat, qty, line.price_minor, base, 0,
        redeemed * POINT_MINOR, redeemed, base - redeemed * POINT_MINOR, share(line.earned_points),
        wallets={wallet: share(points) for wallet, points in line.wallets.items()},
        costs={wallet: share(points) for wallet, points in line.costs.items()},
    )  # fmt: skip


def _receipt(
    till: Till,
    chance: Random,
    kind: str,
    lines: tuple[ReceiptLine, ...],
    known: Known | None,
    original: Receipt | None = None,
    by_number: bool = False,
) -> Receipt:
    identity, shift = till.store.identity, till.journal.open_shift()

    def total(name: str) -> int:
        return sum(getattr(line, name) for line in lines)

    def by_wallet(name: str) -> dict[str, int]:
        return {
            wallet: points for wallet in WALLETS if (points := sum(getattr(of, name).get(wallet, 0) for of in lines))
        }

    return Receipt(
        receipt_id=hex_id(chance),
        number=f"{identity.terminal_no}-{till.journal.next_receipt_no():06}",
        kind="sale" if kind == "sale" else "return",
        store=identity.store,
        terminal=identity.terminal,
        cashier="anna",
        shift_id=shift.shift_id if shift else "",
        moment=moment(till.wall_ms()),
        programmes=(),
        lines=lines,
        base_minor=total("base_minor"),
        discount_minor=0,
        redeemed_minor=total("redeemed_minor"),
        redeemed_points=total("redeemed_points"),
        total_minor=total("total_minor"),
        earned_points=total("earned_points"),
        payments=(Payment("cash", total("total_minor")),),
        account_id=original.account_id if original else known.ident.account_id if known else None,
        member_id=original.member_id if original else known.ident.member_id if known else None,
        original_id=original.receipt_id if original and not by_number else None,
        original_number=original.number if original else None,
        wallets=by_wallet("wallets"),
        costs=by_wallet("costs"),
    )


def enrolment(till: Till, chance: Random, phone: str) -> tuple[Person, MemberEnrolled, Personal, IdentRow]:
    """A new member with a card of this till's own range."""
    identity = till.store.identity
    member, event_id = member_id(chance), hex_id(chance)
    card = card_number(identity.card_prefix, till.journal.next_card_no())
    personal = Personal(member, member, event_id, chance.randbytes(8).hex(), phone, "Иванова Мария")
    consents = (Consent("processing", "1", True),)
    body = MemberEnrolled(member, member, card, "novice", personal_hash(personal), consents, "anna", "S1")
    hashed = phone_hash(identity.scope_key, phone) if phone else ""
    ident = IdentRow(member, member, "Мария И.", (card,), hashed, phone[-2:])
    return Person(card, member, member, phone, event_id=event_id), body, personal, ident
