"""The model: what cashiers were told is done, as plain dictionaries, and what follows from it for every account."""

from collections import defaultdict
from collections.abc import Iterator

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


class Sums(msgspec.Struct, frozen=True):
    """An account when everything has arrived."""

    balance: int
    spend_minor: int
    visits: int


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
        for sale, earned, redeemed in self._taken_back():
            if sale.account_id is not None:
                sums["issued"] -= sale.earned_points
                sums["redeemed"] += sale.redeemed_points
                sums["issued_back"] += earned
                sums["redeemed_back"] -= redeemed
        return {name: points for name, points in sums.items() if points}

    def sums(self) -> dict[str, Sums]:
        """Account -> balance, spend and visits. Points taken back never exceed those of the sale."""
        balance: defaultdict[str, int] = defaultdict(int)
        spend: defaultdict[str, int] = defaultdict(int)
        visits: defaultdict[str, int] = defaultdict(int)
        for person in self.people.values():
            balance[person.account] += person.opening
        for sale, earned, redeemed in self._taken_back():
            if sale.account_id is not None:
                balance[sale.account_id] += sale.earned_points - sale.redeemed_points - earned + redeemed
        for receipt in self.receipts.values():
            if receipt.account_id is not None:
                spend[receipt.account_id] += receipt.total_minor * (1 if receipt.kind == "sale" else -1)
                visits[receipt.account_id] += receipt.kind == "sale"
        return {account: Sums(points, spend[account], visits[account]) for account, points in balance.items()}

    def _taken_back(self) -> Iterator[tuple[Receipt, int, int]]:
        """Each sale with the earned and the redeemed points that its returns take back."""
        returns: defaultdict[str, list[Receipt]] = defaultdict(list)
        for receipt in self.receipts.values():
            if receipt.kind == "return":
                returns[receipt.original_number or ""].append(receipt)
        for sale in self.sales():
            mine = returns[sale.number]
            earned = min(sale.earned_points, sum(found.earned_points for found in mine))
            redeemed = min(sale.redeemed_points, sum(found.redeemed_points for found in mine))
            yield sale, earned, redeemed


def points_of(receipt: Receipt, event_id: str) -> int:
    return sum(entry.points for entry in receipt_entries(receipt, event_id))
