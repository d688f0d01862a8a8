"""What the session has the journal record: sales and returns, new members and consents, the shift and its reports."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal

from loyalty.codes import card_number
from loyalty.consents import Said, word_ms
from loyalty.errors import NotNow, StoreFault
from loyalty.events import (
    CashMoved,
    ConsentChanged,
    CorrectionMade,
    MemberEnrolled,
    Personal,
    ShiftClosed,
    ShiftOpened,
    personal_hash,
)
from loyalty.feed import BalanceRow, IdentRow
from loyalty.member import mask_name
from loyalty.programme import Programme
from loyalty.receipt import Receipt
from loyalty.sentences import Lang, sentence
from loyalty.shift import add_cash
from terminal.bank_cards import register_card, withdraw_cards
from terminal.fiscal.drawer import CashMove
from terminal.fiscal.register import Corrected, Refused
from terminal.fiscal.slip import DEFAULT_WIDTH, cash_slip, receipt_slip, report_slip
from terminal.fiscal.slip_codes import below_receipt, card_slip
from terminal.gift_cards import refuse_overdraft, refuse_used
from terminal.inviting import invited_by
from terminal.members import exists, find_known, member_from
from terminal.offline_queue.journal import Fact, Known, Shift
from terminal.offline_queue.keys import phone_hash
from terminal.offline_queue.mending import mend
from terminal.offline_queue.store import Store
from terminal.rights import long_unseen
from terminal.sales import GivenIds, Sales
from terminal.session import ShiftInfo, Surroundings
from terminal.session import commands as c
from terminal.session.receipts import Paper

log = logging.getLogger("till")


class Records:
    """`recorded` is called after each fact, so that the head office hears of it soon; `put_slip` prints.

    Slips are made twice: the paper may be another width than the screen's preview, and has QR codes; `fiscal_code`
    gives that of a receipt's document, by the receipt's id. A receipt's slip is put with its number, by which
    `paper_of` says what is known of it; None: there is no printer.
    """

    def __init__(
        self,
        files: Store,
        sales: Sales,
        *,
        new_id: Callable[[], str],
        new_salt: Callable[[], str],
        put_slip: Callable[[tuple[str, ...], str], None],
        recorded: Callable[[], None],
        lang: Lang,
        open_drawer: Callable[[], None] = lambda: None,
        paper_width: int = DEFAULT_WIDTH,
        fiscal_code: Callable[[str], str] = lambda key: "",
        paper_of: Callable[[str], Paper] | None = None,
    ) -> None:
        self._files = files
        self._sales = sales
        self.new_id = new_id
        self._new_salt = new_salt
        self.put_slip = put_slip
        self.paper_of = paper_of
        self._recorded = recorded
        self._lang: Lang = lang
        self._open_drawer = open_drawer
        self._paper_width = paper_width
        self._fiscal_code = fiscal_code
        self._on_show: Callable[[], tuple[str, ...]] = tuple

    def sale(
        self, effect: c.CommitSale, shift: ShiftInfo, around: Surroundings, ids: GivenIds | None = None
    ) -> c.Completed:
        refuse_overdraft(self._files, effect.payments, around)
        return self.completed(self._sales.sell(effect, shift, around, ids), around)

    def take_back(
        self, effect: c.CommitReturn, shift: ShiftInfo, around: Surroundings, ids: GivenIds | None = None
    ) -> c.Completed:
        refuse_used(self._files, effect.original, effect.wanted_milli, around)
        return self.completed(self._sales.take_back(effect, shift, around.moment, ids), around)

    def enrol(self, effect: c.EnrolMember, shift: ShiftInfo, around: Surroundings) -> c.Command:
        """A member active at once: card number from this till's own range, personal data beside the event."""
        files = self._files
        existing = find_known(files, effect.phone, "phone")
        if existing is not None:
            raise NotNow(*exists(existing.ident))
        member_id, event_id = self.new_id(), self.new_id()
        invited = invited_by(files, effect, member_id, around)
        card = self._next_card()
        lowest = around.programme.statuses[0].id if around.programme.statuses else ""
        personal = Personal(member_id, member_id, event_id, self._new_salt(), effect.phone, effect.name)
        body = MemberEnrolled(
            member_id,
            member_id,
            card,
            lowest,
            personal_hash(personal),
            effect.consents,
            shift.cashier,
            around.store,
            invited,
        )
        hashed = phone_hash(files.identity.scope_key, effect.phone)
        at_ms = around.moment.at_ms
        said: dict[str, Said] = {each.purpose: Said(each.version, at_ms, each.given) for each in effect.consents}
        ident = IdentRow(
            member_id, member_id, mask_name(effect.name), (card,), hashed, effect.phone[-2:], consents=said
        )  # fmt: skip
        files.journal.record(Fact(event_id, around.moment.at_ms, body), personal=personal, enrolled=ident)
        self._recorded()
        known = Known(ident, BalanceRow(member_id), as_of_ms=around.moment.at_ms)
        today = around.moment.local_date
        member = member_from(known, effect.phone, "phone", files.journal, around.programme, today)
        if around.programme.slip.member_card:
            name = files.identity.store_name
            self.put_slip(card_slip(card, around.programme, self._lang, name, self._paper_width), "")
        return c.MemberFound(member, enrolled=True)

    def consent(self, effect: c.RecordConsent, shift: ShiftInfo, around: Surroundings) -> c.Command:
        member, consent = effect.member, effect.consent
        body = ConsentChanged(member.member_id, member.account_id, consent, shift.cashier)
        at_ms = word_ms(member.consents, consent.purpose, around.moment.at_ms)
        self._files.journal.record(Fact(self.new_id(), at_ms, body))
        self._recorded()
        return c.ConsentRecorded(consent, at_ms)

    def keep_card(self, effect: c.KeepBankCard, shift: ShiftInfo, around: Surroundings) -> c.BankCardKept:
        """A bank card stands for a member from now on. Raises NotNow."""
        kept = register_card(self._files, effect, shift.cashier, around, self.new_id)
        self._recorded()
        return kept

    def drop_cards(self, effect: c.DropBankCards, shift: ShiftInfo, around: Surroundings) -> c.BankCardsDropped:
        dropped = withdraw_cards(self._files, effect.member, shift.cashier, around, self.new_id)
        self._recorded()
        return dropped

    def start_shift(self, effect: c.StartShift, around: Surroundings) -> c.ShiftStarted:
        journal = self._files.journal
        body = ShiftOpened(self.new_id(), journal.next_shift_no(), around.store, effect.cashier)
        journal.record(Fact(self.new_id(), around.moment.at_ms, body))
        self._release(around)
        self._recorded()
        return c.ShiftStarted(self.shift_now())

    def end_shift(self, shift: ShiftInfo, around: Surroundings, width: int = DEFAULT_WIDTH) -> c.ShiftEnded:
        """The register's shift first: one that cannot be closed there is not closed here. The report is of `width` for
        who asked, and as wide as the paper where it is printed. Raises NotNow."""
        self._sales.committing.close_shift(shift.cashier)
        return self.record_end(shift, around, width)

    def record_end(self, shift: ShiftInfo, around: Surroundings, width: int = DEFAULT_WIDTH) -> c.ShiftEnded:
        """Of a shift that the register has closed."""
        body = ShiftClosed(shift.shift_id, shift.shift_no, around.store, shift.cashier, shift.totals)
        self._files.journal.record(Fact(self.new_id(), around.moment.at_ms, body))
        self._release(around)
        self._recorded()
        self.put_slip(self._report("Z", shift, around, self._paper_width), "")
        return c.ShiftEnded(self._shown(lambda: self._report("Z", shift, around, width)))

    def _release(self, around: Surroundings) -> None:
        """Points set aside here for members long unseen go back with the shift."""
        for body in tuple(long_unseen(self._files, around.programme, around.moment.local_date)):
            self._files.journal.record(Fact(self.new_id(), around.moment.at_ms, body))

    def x_report(self, shift: ShiftInfo, around: Surroundings, width: int = DEFAULT_WIDTH) -> c.ReportMade:
        """The register's own X report first."""
        return self.report_x(shift, around, self._sales.committing.register.x_report(), width)

    def report_x(
        self, shift: ShiftInfo, around: Surroundings, refused: Refused | None, width: int = DEFAULT_WIDTH
    ) -> c.ReportMade:
        """Where the register has `refused` to make its own, ours is made all the same and says so."""
        self.put_slip(self._report("X", shift, around, self._paper_width), "")
        shown = self._shown(lambda: self._report("X", shift, around, width))
        return c.ReportMade(shown, refused.said if refused else None)

    def cash(self, move: CashMove, around: Surroundings) -> None:
        """Cash put in or taken out, at the register already; recorded again, it is the same. Raises NotNow."""
        body = CashMoved(move.shift_id, around.store, move.cashier, move.kind, move.amount_minor)
        fact = Fact(move.key, move.at_ms, body)
        self._files.journal.record(fact, totals=add_cash(self.shift_now().totals, body))
        self._open_drawer()
        self.put_slip(cash_slip(
            move.kind, move.amount_minor, self._lang, cashier=move.cashier, moment=around.moment,
            store_name=self._files.identity.store_name, terminal=self._files.identity.terminal_no,
            width=self._paper_width,
        ), "")  # fmt: skip
        self._recorded()

    def correction(self, made: Corrected, around: Surroundings) -> None:
        """A correction receipt the register has issued; recorded again, it is the same."""
        document, basis = made.document, made.document.correction
        assert basis is not None  # nothing else is kept without a receipt
        vat_minor = {line.vat: line.amount_minor for line in document.lines}
        paid_minor = {str(means): minor for means, minor in document.paid_minor.items()}
        body = CorrectionMade(
            around.store, document.cashier, document.kind, paid_minor, {str(vat): vat_minor[vat] for vat in vat_minor},
            basis.date, made.fiscal_number, made.serial, basis.order, basis.wrong_sign,
        )  # fmt: skip
        self._files.journal.record(Fact(made.event_id, made.at_ms, body))
        self._recorded()

    def begin_epoch(self, effect: c.BeginEpoch, around: Surroundings) -> c.EpochReady:
        """Mend the fork this till stands at; the head office hears of it at once. Raises NotNow."""
        files = self._files
        done = mend(files.journal, files.keys, around.store, effect.by, lambda: (self.new_id(), around.moment.at_ms))
        self._recorded()
        return c.EpochReady(done.epoch, done.reissued)

    def open_shift_id(self) -> str:
        """Empty where none is open."""
        shift = self._files.journal.open_shift()
        return shift.shift_id if shift else ""

    def shift_now(self) -> ShiftInfo:
        """The open shift with its totals. Raises NotNow where none is open."""
        shift = self._files.journal.open_shift()
        if shift is None:
            raise NotNow(sentence("not_now.closed"), sentence("not_now.closed.hint"))
        return shift_info(shift)

    def refuse_late(self) -> None:
        """Raises NotNow where a sale that had failed is recorded after all, or where that is not known."""
        self._sales.committing.refuse_late()

    def completed(self, receipt: Receipt, around: Surroundings) -> c.Completed:
        self.print_receipt(receipt, around.programme)
        self._recorded()
        return c.Completed(receipt, self._shown(lambda: self.slip(receipt, around.programme)), self.shift_now())

    def print_receipt(self, receipt: Receipt, programme: Programme) -> None:
        if any(payment.kind == "cash" for payment in receipt.payments):
            self._open_drawer()
        self.put_slip(self.paper(receipt, programme), receipt.number)

    def slip(
        self, receipt: Receipt, programme: Programme, width: int = DEFAULT_WIDTH, copy: bool = False
    ) -> tuple[str, ...]:
        names, store_name = wallet_names(programme, self._lang), self._files.identity.store_name
        return receipt_slip(receipt, self._lang, store_name=store_name, width=width, wallets=names, copy=copy)

    def paper(self, receipt: Receipt, programme: Programme, copy: bool = False) -> tuple[str, ...]:
        """The slip as it is printed, with its codes."""
        codes = below_receipt(self._code_of(receipt), programme, self._lang, self._paper_width)
        return (*self.slip(receipt, programme, self._paper_width, copy), *codes)

    def speak(self, lang: Lang) -> tuple[str, ...]:
        """Slips and reports are in this language from now on; what was last made for the screen, in it."""
        self._lang = lang
        return self._on_show()

    def _shown(self, made: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        self._on_show = made
        return made()

    def _code_of(self, receipt: Receipt) -> str:
        """Without it the slip is as good: nothing holds up a sale that is recorded."""
        try:
            return self._fiscal_code(receipt.receipt_id)
        except StoreFault:
            log.warning("no_fiscal_code", extra={"receipt": receipt.number})
            return ""

    def _report(self, kind: Literal["X", "Z"], shift: ShiftInfo, around: Surroundings, width: int) -> tuple[str, ...]:
        return report_slip(
            kind, shift.totals, self._lang, shift_no=shift.shift_no, cashier=shift.cashier, moment=around.moment,
            store_name=self._files.identity.store_name, terminal=self._files.identity.terminal_no, width=width,
        )  # fmt: skip

    def _next_card(self) -> str:
        prefix, counter = self._files.identity.card_prefix, self._files.journal.next_card_no()
        if counter >= 10 ** (12 - len(prefix)):
            raise NotNow(sentence("till.cards_out"))
        return card_number(prefix, counter)


def wallet_names(programme: Programme, lang: Lang) -> dict[str, str]:
    """What the wallets beside the main one are called on paper."""
    return {wallet.id: wallet.name.ru if lang == "ru" else wallet.name.en for wallet in programme.wallets}


def shift_info(shift: Shift) -> ShiftInfo:
    return ShiftInfo(shift.shift_id, shift.shift_no, shift.cashier, shift.opened_at_ms, shift.totals)
