"""The model: what cashiers were told is done, as plain dictionaries, and what follows from it for every account."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import msgspec

from loyalty.ledger import receipt_entries
from loyalty.receipt import Receipt


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

    balance: int
    years: tuple[Year, ...]

    def status(self, season: int) -> str:
        """In a season: what was reached in it or in the one before."""
        place = min(year.place() for year in self.years[max(0, season - 1) : season + 1])
        return LADDER[place][0] if place < len(LADDER) else "novice"


class Back(msgspec.Struct, frozen=True):
    """What the returns of one sale take back."""

    earned: int
    redeemed: int
    minor: int


class Promises:
    """Everything a cashier or an importing administrator was told is done."""

    def __init__(self) -> None:
        self.receipts: dict[str, Receipt] = {}
        """By event id."""
        self.tills: defaultdict[str, set[str]] = defaultdict(set)
        """The event ids of each terminal's receipts."""
        self.people: dict[str, Person] = {}
        """By card."""

    def tell(self, event_id: str, receipt: Receipt) -> None:
        assert event_id not in self.receipts
        self.receipts[event_id] = receipt
        self.tills[receipt.terminal].add(event_id)

    def welcome(self, person: Person) -> None:
        self.people[person.card] = person

    def sales(self) -> list[Receipt]:
        return [receipt for receipt in self.receipts.values() if receipt.kind == "sale"]

    def own_points(self, terminal: str, account: str) -> dict[str, int]:
        """event id -> what the receipt of this till says it moves."""
        return {
            event_id: points_of(self.receipts[event_id], event_id)
            for event_id in self.tills[terminal]
            if self.receipts[event_id].account_id == account
        }

    def contras(self) -> dict[str, int]:
        """What the programme's accounts must come to: points by contra, seen from the programme."""
        sums: defaultdict[str, int] = defaultdict(int)
        for person in self.people.values():
            sums["opening"] -= person.opening
        for sale, back in self._taken_back():
            if sale.account_id is not None:
                sums["issued"] -= sale.earned_points
                sums["redeemed"] += sale.redeemed_points
                sums["issued_back"] += back.earned
                sums["redeemed_back"] -= back.redeemed
        return {name: points for name, points in sums.items() if points}

    def sums(self) -> dict[str, Sums]:
        """Account -> balance and seasons. What is taken back never exceeds the sale, and counts in its season."""
        balance: defaultdict[str, int] = defaultdict(int)
        bought: defaultdict[tuple[str, int], list[tuple[Receipt, Back]]] = defaultdict(list)
        for person in self.people.values():
            balance[person.account] += person.opening
        for sale, back in self._taken_back():
            if sale.account_id is not None:
                balance[sale.account_id] += sale.earned_points - sale.redeemed_points - back.earned + back.redeemed
                bought[sale.account_id, _season_of(sale)].append((sale, back))
        return {
            account: Sums(points, tuple(_year(bought[account, season]) for season in range(len(SEASONS))))
            for account, points in balance.items()
        }

    def sale_of(self, receipt: Receipt) -> Receipt | None:
        """The sale a return is of."""
        return next((sale for sale in self.sales() if sale.number == receipt.original_number), None)

    def _taken_back(self) -> Iterator[tuple[Receipt, Back]]:
        """Each sale with what its returns take back."""
        returns: defaultdict[str, list[Receipt]] = defaultdict(list)
        for receipt in self.receipts.values():
            if receipt.kind == "return":
                returns[receipt.original_number or ""].append(receipt)
        for sale in self.sales():
            mine = returns[sale.number]
            yield (
                sale,
                Back(
                    min(sale.earned_points, sum(found.earned_points for found in mine)),
                    min(sale.redeemed_points, sum(found.redeemed_points for found in mine)),
                    min(sale.total_minor, sum(found.total_minor for found in mine)),
                ),
            )


def _season_of(sale: Receipt) -> int:
    """The place of a sale's season; -1 before all of them."""
    day = sale.moment.local_date
    return sum(day >= first for first in ("2024-01-01", *DAYS[1:])) - 1


def _year(bought: list[tuple[Receipt, Back]]) -> Year:
    return Year(
        sum(sale.total_minor - back.minor for sale, back in bought),
        sum(sale.earned_points - back.earned for sale, back in bought),
        len(bought),
        frozenset((date.fromisoformat(sale.moment.local_date) - date(1970, 1, 1)).days for sale, _ in bought),
    )


def points_of(receipt: Receipt, event_id: str) -> int:
    return sum(entry.points for entry in receipt_entries(receipt, event_id))
