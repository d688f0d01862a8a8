"""The model: what cashiers were told is done, as plain dictionaries, and what follows from it for every account."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec.structs import replace

from loyalty.basket import Moment
from loyalty.points.history import AnyFact
from loyalty.points.terms import Lot
from loyalty.receipt import Receipt
from tests.simulation.wallets import WALLETS, added, facts_of, had, points_of, took


class Person(msgspec.Struct, frozen=True):
    """A member, however they came; `phone` is empty where none was given."""

    card: str
    member: str
    account: str
    phone: str = ""
    opening: int = 0
    event_id: str = ""


SEASONS = ("summer", "winter", "later")
DAYS = ("2026-11-21", "2026-11-22", "2027-11-22")
"""A day of each season: summer begins on 1 January 2024, winter and later on these days."""
LADDER = (("friend", 100_000, 2, 4, 300), ("guest", 50_000, 0, 2, 0))
"""What a status takes, the highest first: spend, visits, receipts, points; all of them."""


class Year(msgspec.Struct, frozen=True):
    """A season of one account."""

    spend_minor: int = 0
    points: int = 0
    receipts: int = 0
    days: frozenset[int] = frozenset()

    def place(self) -> int:
        """Of the status reached on the ladder, its length for none."""
        done = (self.spend_minor, len(self.days), self.receipts, self.points)
        reached = [all(map(int.__ge__, done, needed)) for _, *needed in LADDER]
        return reached.index(True) if any(reached) else len(LADDER)


class Sums(msgspec.Struct, frozen=True):
    """An account when everything has arrived."""

    wallets: dict[str, int]
    years: tuple[Year, ...]

    def status(self, season: int) -> str:
        """In a season: what was reached in it or in the one before."""
        place = min(year.place() for year in self.years[max(0, season - 1) : season + 1])
        return LADDER[place][0] if place < len(LADDER) else "novice"


class Back(msgspec.Struct, frozen=True):
    """What the returns of one sale take back."""

    earned: dict[str, int]
    redeemed: dict[str, int]
    minor: int
    whole: bool
    """Nothing they printed was cut."""


class Promises:
    """Everything a cashier or an importing administrator was told is done."""

    def __init__(self) -> None:
        self.receipts: dict[str, Receipt] = {}
        """By event id."""
        self.tills: defaultdict[str, set[str]] = defaultdict(set)
        """The event ids of each terminal's receipts."""
        self.people: dict[str, Person] = {}
        """By card."""
        self.true_ms: dict[str, int] = {}
        """event id -> when it was told, whatever the till's clock showed."""
        self._counted_ms: Mapping[str, int] = {}

    def tell(self, event_id: str, receipt: Receipt, true_ms: int) -> None:
        assert event_id not in self.receipts
        self.receipts[event_id] = receipt
        self.true_ms[event_id] = true_ms
        self.tills[receipt.terminal].add(event_id)

    def welcome(self, person: Person) -> None:
        self.people[person.card] = person

    def count_at(self, moments_ms: Mapping[str, int]) -> None:
        """When the head office takes receipts to have been made, by event id; the others are as told."""
        self._counted_ms = moments_ms

    def _counted(self) -> dict[str, Receipt]:
        """By event id, each at the time it counts for."""
        return {
            event_id: moved_to(receipt, self._counted_ms.get(event_id, receipt.moment.at_ms))
            for event_id, receipt in self.receipts.items()
        }

    def sales(self) -> list[Receipt]:
        return [receipt for receipt in self.receipts.values() if receipt.kind == "sale"]

    def own_points(self, terminal: str, account: str) -> dict[str, dict[str, int]]:
        """event id -> what the receipt of this till says it moves, by wallet."""
        return {
            event_id: points_of(self.receipts[event_id])
            for event_id in self.tills[terminal]
            if self.receipts[event_id].account_id == account
        }

    def contras(self) -> dict[tuple[str, str], int]:
        """What the programme's accounts must come to: points by wallet and contra, seen from the programme."""
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        for person in self.people.values():
            sums["main", "opening"] -= person.opening
        for sale, back in self._taken_back():
            if sale.account_id is not None:
                for wallet in WALLETS:
                    sums[wallet, "issued"] -= had(sale)[wallet]
                    sums[wallet, "redeemed"] += took(sale)[wallet]
                    sums[wallet, "issued_back"] += back.earned[wallet]
                    sums[wallet, "redeemed_back"] -= back.redeemed[wallet]
        return {name: points for name, points in sums.items() if points}

    def sums(self) -> dict[str, Sums]:
        """Account -> balance and seasons. What is taken back never exceeds the sale, and counts in its season."""
        balance: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(WALLETS, 0))
        bought: defaultdict[tuple[str, int], list[tuple[Receipt, Back]]] = defaultdict(list)
        for person in self.people.values():
            balance[person.account]["main"] += person.opening
        for sale, back in self._taken_back():
            if sale.account_id is not None:
                for wallet in WALLETS:
                    kept = had(sale)[wallet] - back.earned[wallet]
                    balance[sale.account_id][wallet] += kept - took(sale)[wallet] + back.redeemed[wallet]
                bought[sale.account_id, _season_of(sale)].append((sale, back))
        return {
            account: Sums(points, tuple(_year(bought[account, season]) for season in range(len(SEASONS))))
            for account, points in balance.items()
        }

    def facts(self) -> dict[str, list[AnyFact]]:
        """What happened to the points of each account: of those whose returns were booked as printed."""
        found: defaultdict[str, list[AnyFact]] = defaultdict(list)
        cut = {sale.account_id for sale, back in self._taken_back() if not back.whole}
        for event_id, receipt in self._counted().items():
            if receipt.account_id not in cut and receipt.account_id is not None:
                sold = self.sale_of(receipt)
                sale_id = next((each for each, of in self.receipts.items() if of is sold), "")
                found[receipt.account_id] += facts_of(receipt, event_id, sale_id)
        return found

    def sale_of(self, receipt: Receipt) -> Receipt | None:
        """The sale a return is of."""
        return next((sale for sale in self.sales() if sale.number == receipt.original_number), None)

    def _taken_back(self) -> Iterator[tuple[Receipt, Back]]:
        """Each sale with what its returns take back."""
        returns: defaultdict[str, list[Receipt]] = defaultdict(list)
        counted = self._counted().values()
        for receipt in counted:
            if receipt.kind == "return":
                returns[receipt.original_number or ""].append(receipt)
        for sale in (receipt for receipt in counted if receipt.kind == "sale"):
            mine = returns[sale.number]
            yield (
                sale,
                Back(
                    _least(had(sale), added(*map(had, mine))),
                    _least(took(sale), added(*map(took, mine))),
                    min(sale.total_minor, sum(found.total_minor for found in mine)),
                    all(
                        added(*map(told, mine)).get(wallet, 0) <= told(sale)[wallet]
                        for told in (had, took)
                        for wallet in WALLETS
                    ),
                ),
            )


def moved_to(receipt: Receipt, at_ms: int) -> Receipt:
    """The receipt as if made at that moment; stores keep UTC here. Its lots' dates move by as many days as its own."""
    if at_ms == receipt.moment.at_ms:
        return receipt
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    moment = Moment(at_ms, at.date().isoformat(), at.hour * 60 + at.minute, at.weekday())
    days = at.date() - date.fromisoformat(receipt.moment.local_date)
    return replace(receipt, moment=moment, lots=tuple(_later(lot, days) for lot in receipt.lots))


def _later(lot: Lot, by: timedelta) -> Lot:
    names = ("earned_date", "usable_from_date", "expires_date")
    days = {name: (date.fromisoformat(day) + by).isoformat() for name in names if (day := getattr(lot, name))}
    return replace(lot, **days)


def _season_of(sale: Receipt) -> int:
    """The place of a sale's season; -1 before all of them."""
    day = sale.moment.local_date
    return sum(day >= first for first in ("2024-01-01", *DAYS[1:])) - 1


def _year(bought: list[tuple[Receipt, Back]]) -> Year:
    return Year(
        sum(sale.total_minor - back.minor for sale, back in bought),
        sum(sale.earned_points - back.earned["main"] for sale, back in bought),
        len(bought),
        frozenset((date.fromisoformat(sale.moment.local_date) - date(1970, 1, 1)).days for sale, _ in bought),
    )


def _least(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {wallet: min(points, other.get(wallet, 0)) for wallet, points in one.items()}
