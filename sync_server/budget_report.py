"""What has become of campaign budgets: how much is in shares, how much of it is used, at which store and till."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import select

from loyalty.money import money_text
from loyalty.sentences import Lang, counted
from loyalty.shares import KINDS, Amount, Budget
from sync_server.budgets import amounts, published_programme
from sync_server.schema import BUDGET_SHARE, TERMINAL
from sync_server.store import Store


class TillShare(msgspec.Struct, frozen=True):
    """One till's share; `told_ms` is when it last asked."""

    terminal: str
    terminal_no: int
    store: str
    granted: Amount
    used: Amount
    told_ms: int


class BudgetLine(msgspec.Struct, frozen=True):
    """One campaign's budget, with the shares by store and till."""

    campaign_id: str
    name_ru: str
    name_en: str
    budget: Budget
    shares: tuple[TillShare, ...]

    @property
    def granted(self) -> Amount:
        return sum((share.granted for share in self.shares), Amount())

    @property
    def used(self) -> Amount:
        return sum((share.used for share in self.shares), Amount())


class Part(msgspec.Struct, frozen=True):
    """What the tills of one store hold of a budget and have used."""

    store: str
    granted: Amount
    used: Amount


def by_store(line: BudgetLine) -> tuple[Part, ...]:
    """The shares of a budget, store by store, in the kinds it speaks of."""
    found: dict[str, Part] = {}
    for share in line.shares:
        had = found.get(share.store, Part(share.store, Amount(), Amount()))
        granted, used = had.granted + kinds_of(line.budget, share.granted), had.used + kinds_of(line.budget, share.used)
        found[share.store] = Part(share.store, granted, used)
    return tuple(found[store] for store in sorted(found))


def budget_lines(store: Store) -> tuple[BudgetLine, ...]:
    """Of the published programme, in its order."""
    programme = published_programme(store)
    if not programme.budgets:
        return ()
    shares = _shares(store, programme.budgets)
    return tuple(
        BudgetLine(each.id, each.name.ru, each.name.en, each.budget, tuple(shares.get(each.id, ())))
        for each in programme.campaigns
        if each.id in programme.budgets
    )


def told_lines(lines: Sequence[BudgetLine], lang: Lang) -> Iterator[str]:
    """The same as text, a line for each budget and, set in, for each share."""
    ru = lang == "ru"
    if not lines:
        yield "В программе нет бюджетов." if ru else "The programme has no budgets."
    for line in lines:
        granted, used = (amount_words(kinds_of(line.budget, amount), lang) for amount in (line.granted, line.used))
        said = f"в долях {granted}, дано {used}" if ru else f"{granted} in shares, {used} used"
        yield f"{line.campaign_id}: {budget_words(line.budget, lang)}; {said}"
        for share in line.shares:
            granted, used = (
                amount_words(kinds_of(line.budget, amount), lang) for amount in (share.granted, share.used)
            )
            said = f"доля {granted}, дано {used}" if ru else f"share {granted}, {used} used"
            yield f"  {share.store} T{share.terminal_no}: {said}"


def budget_words(budget: Budget, lang: Lang) -> str:
    """`100 receipts, 20 receipts a store`: of the whole budget and of a store's, those there are."""
    whole, shop = amount_words(budget, lang), amount_words(budget.per_store, lang)
    each = f"{shop} на магазин" if lang == "ru" else f"{shop} a store"
    parts = whole if any(budget.of(kind) for kind in KINDS) else "", each if budget.per_store != Amount() else ""
    return ", ".join(part for part in parts if part)


def amount_words(amount: Amount, lang: Lang) -> str:
    """`12 receipts, 3,400.00, 50 points`: the kinds that are not 0; all 0 is `0`."""
    times, points = ("чек|чека|чеков", "балл|балла|баллов") if lang == "ru" else ("receipt|receipts", "point|points")
    parts = (
        counted(amount.times, times) if amount.times else "",
        money_text(amount.minor, lang) if amount.minor else "",
        counted(amount.points, points) if amount.points else "",
    )
    return ", ".join(part for part in parts if part) or "0"


def kinds_of(budget: Budget, amount: Amount) -> Amount:
    """The kinds the budget speaks of."""
    return Amount(*(amount.of(kind) if budget.limits(kind) else 0 for kind in KINDS))


def _shares(store: Store, campaigns: Iterable[str]) -> dict[str, list[TillShare]]:
    till = (TERMINAL.c.terminal, TERMINAL.c.terminal_no)
    with store.read() as tx:
        numbers = {row.terminal: row.terminal_no for row in tx.execute(select(*till))}
        rows = tx.execute(select(BUDGET_SHARE).where(BUDGET_SHARE.c.campaign_id.in_(sorted(campaigns)))).all()
    found: dict[str, list[TillShare]] = {}
    for row in rows:
        granted, used = amounts(row)
        share = TillShare(row.terminal, numbers.get(row.terminal, 0), row.store, granted, used, row.told_ms)
        found.setdefault(row.campaign_id, []).append(share)
    for shares in found.values():
        shares.sort(key=lambda share: (share.store, share.terminal_no))
    return found
