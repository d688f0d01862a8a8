"""A till's folder as enrolment and a first download leave it: a few goods, two members, one programme, no network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from devices.backoff import Backoff
from devices.protocols import PaymentTerminal
from loyalty.api import CheckReply, CheckRequest, ConfirmReply, ConfirmRequest
from loyalty.catalogue import Product
from loyalty.documents.programme_file import parse_programme
from loyalty.errors import LinkFault
from loyalty.events import bucket_of, canonical
from loyalty.feed import Applied, BalanceRow, FeedRow, IdentRow
from loyalty.sentences import sentence
from terminal.confirming import Confirming
from terminal.effects import Effects
from terminal.engine import Engine
from terminal.fiscal.register import NoRegister, Register
from terminal.lookups import Lookups
from terminal.offline_queue.keys import device_key, phone_hash, token_hash, write_identity
from terminal.offline_queue.store import Store, create_journal, open_store
from terminal.opened import OpenedTill, new_id
from terminal.paid_cards import PaidCards
from terminal.paying import Paying
from terminal.payment_book import PaymentBook
from terminal.records import Records
from terminal.sales import Sales
from terminal.session import State
from terminal.session import commands as c
from terminal.session.port import View
from tests.support.counter import ANNA, BLOCKED, CARD, CUP, NOON, PHONE, PROGRAMME, SWEETS, TEA, UNPRICED
from tests.support.queue_samples import SCOPE, cursor_to, identity, programme_row

NOWHERE = "http://127.0.0.1:9"
"""Nothing listens there: the till is offline."""
ANNAS_POINTS = 200
SOON_S = 60.0
GOODS = (TEA, CUP, SWEETS, UNPRICED)


def make_till(
    folder: Path,
    url: str = NOWHERE,
    programme: str = PROGRAMME,
    as_of_ms: int = NOON.at_ms,
    more_goods: tuple[Product, ...] = (),
) -> None:
    """Enrol the till of `folder` and fill its cache, without a head office."""
    folder.mkdir(parents=True, exist_ok=True)
    who = msgspec.structs.replace(identity(url), card_prefix="2990001")
    device_key(folder)
    create_journal(folder, who)
    write_identity(folder, who)
    store = open_store(folder)
    try:
        fill(store, programme, as_of_ms, more_goods)
    finally:
        store.close()


def fill(
    store: Store, programme: str = PROGRAMME, as_of_ms: int = NOON.at_ms, more_goods: tuple[Product, ...] = ()
) -> None:
    """What the first download brings; the members' balances are of `as_of_ms`."""
    goods = [FeedRow(product.code, 1, msgspec.Raw(canonical(product))) for product in (*GOODS, *more_goods)]
    store.cache.install(goods, cursor_to("goods", 0, goods))
    documents = [programme_row(programme, id=parse_programme(programme).id)]
    store.cache.install(documents, cursor_to("programmes", 0, documents))
    for number, (card, phone, blocked) in enumerate([(CARD, PHONE, False), (BLOCKED, "", True)]):
        _add_member(store, f"{number + 10:x}a" * 16, card, phone, blocked, as_of_ms)


def _add_member(store: Store, account: str, card: str, phone: str, blocked: bool, as_of_ms: int) -> None:
    hashed = phone_hash(SCOPE, phone) if phone else ""
    ident = IdentRow(account, account, ANNA.name_masked, (card,), hashed, phone[-2:], blocked=blocked)
    balance = BalanceRow(account, {"main": ANNAS_POINTS})
    bucket = bucket_of(account)
    idents = [FeedRow(account, 1, msgspec.Raw(canonical(ident)))]
    balances = [FeedRow(account, 1, msgspec.Raw(canonical(balance)))]
    store.cache.install(idents, cursor_to("ident", bucket, idents, as_of_ms=as_of_ms))
    store.cache.install(balances, cursor_to("bal", bucket, balances, Applied(), as_of_ms))


class Codes:
    """A head office that sends codes, or whatever a test puts in its place: `sends` and `checks` answer or raise."""

    def __init__(self) -> None:
        self.asked: list[ConfirmRequest | tuple[str, CheckRequest]] = []
        self.looked = 0
        self.sends: Callable[[], ConfirmReply] = lambda: ConfirmReply(6, 300, 30)
        self.checks: Callable[[], CheckReply] = lambda: CheckReply("confirmed")

    def send_code(self, asked: ConfirmRequest) -> ConfirmReply:
        self.asked.append(asked)
        return self.sends()

    def check_code(self, confirmation_id: str, asked: CheckRequest) -> CheckReply:
        self.asked.append((confirmation_id, asked))
        return self.checks()

    def run_until_idle(self, timeout_s: float) -> bool:
        self.looked += 1
        return False


class Rig:
    """An engine over a real folder, with a clock that stands still and slips that are kept."""

    def __init__(
        self, folder: Path, register: Register, *, screen: bool = True, terminal: PaymentTerminal | None = None
    ) -> None:
        self.now_ms = NOON.at_ms
        self.slips: list[tuple[str, ...]] = []
        self.store = open_store(folder)
        self.sales = Sales(self.store.journal, register, self.store.identity, new_id, self.store.cache)
        self.ask: Callable[[str], c.ReceiptFound] = _offline
        """What the head office says of a receipt."""
        self.lookups = Lookups(self.store, lambda number: self.ask(number), self._post)  # noqa: PLW0108
        self.records = Records(
            self.store, self.sales, new_id=new_id, new_salt=lambda: "5a" * 16,
            put_slip=lambda slip, number: self.slips.append(slip),
            recorded=lambda: None, lang="en", paper_of=lambda number: "",
        )  # fmt: skip
        self.codes = Codes()
        confirming = Confirming(self.codes, self._post, new_id, "en")
        self.cards = self._cards(folder, terminal) if terminal is not None else None
        self.effects = Effects(self.store, self.sales, self.lookups, self.records, confirming, cards=self.cards)
        self.engine = Engine(self.effects, lambda: self.now_ms)
        self.engine.start(screen=screen)

    def _post(self, found: c.Command) -> None:
        self.engine.post(found)

    def _cards(self, folder: Path, terminal: PaymentTerminal) -> PaidCards:
        paying = Paying(
            terminal, PaymentBook(folder), self._post, new_id, partial(token_hash, SCOPE), Backoff(600.0, 600.0)
        )
        return PaidCards(paying, self.store.journal, self.sales.committing)

    def until(self, right: Callable[[State], bool]) -> State:
        """The first state from now on that is so."""
        found = threading.Event()

        def look(view: View) -> None:
            if right(view.state):
                found.set()

        unwatch = self.engine.watch(look)
        self.engine.dispatch(c.Refresh())
        assert found.wait(SOON_S)
        unwatch()
        return self.engine.view().state

    def close(self) -> None:
        self.engine.stop()
        if self.cards is not None:
            self.cards.close()
        self.store.close()


def do(till: Rig | OpenedTill, *commands: c.Command) -> State:
    """One after the other; how the session stands then."""
    for command in commands:
        till.engine.dispatch(command)
    return till.engine.view().state


def said(state: State) -> str:
    """The code of the notice."""
    return state.notice.said.code if state.notice else ""


def begin_return(engine: Engine, number: str) -> State:
    """The state once the till knows what can come back, or says why nothing can: online it asks the head office."""
    settled = threading.Event()
    before = engine.view().state.notice

    def look(view: View) -> None:
        notice = view.state.notice
        if notice is not None and notice != before and notice.said.code != "receipt.asking":
            settled.set()

    unwatch = engine.watch(look)
    engine.dispatch(c.BeginReturn(number))
    assert settled.wait(SOON_S)
    unwatch()
    return engine.view().state


@contextmanager
def opened_rig(
    folder: Path, register: Register | None = None, *, screen: bool = True, terminal: PaymentTerminal | None = None
) -> Iterator[Rig]:
    """The till of `folder` at work, made first where there is none."""
    if not (folder / "identity.json").exists():
        make_till(folder)
    rig = Rig(folder, register or NoRegister(), screen=screen, terminal=terminal)
    try:
        yield rig
    finally:
        rig.close()


def _offline(number: str) -> c.ReceiptFound:
    raise LinkFault(sentence("link.offline"))
