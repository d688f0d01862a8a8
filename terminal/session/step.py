"""The table of the session: which command does what in which mode, and the step that looks it up."""

from collections.abc import Callable
from typing import Any

import msgspec

from terminal.session import (
    asking,
    bank_cards,
    charging,
    confirming,
    coupons,
    doubts,
    enrolling,
    gift_cards,
    holding,
    late_card,
    listing,
    payment,
    register,
    returning,
    sale,
    sending,
    shift,
)
from terminal.session import commands as c
from terminal.session.parts import Step, fresh, refused, say
from terminal.session.state import Mode, State, Surroundings
from terminal.session.words import SENTENCES

Handler = Callable[[State, Any, Surroundings], Step]


def _next_sale(handler: Handler) -> Handler:
    """After a receipt is done, anything of a sale begins the next one: nobody presses "new"."""

    def begun(state: State, command: Any, around: Surroundings) -> Step:
        return handler(fresh(state, around.store), command, around)

    return begun


def _new_sale(state: State, command: object, around: Surroundings) -> Step:
    return fresh(state, around.store), ()


def _quiet(state: State, command: object, around: Surroundings) -> Step:
    return state, ()


_CONFIRM: dict[type, Handler] = {
    c.ConfirmPhone: confirming.begin,
    c.EnterCode: confirming.enter,
    c.CancelConfirm: confirming.cancel,
    c.CodeAsked: confirming.asked,
    c.CodeSent: confirming.sent,
    c.CodeChecked: confirming.checked,
    c.ConfirmFailed: confirming.failed,
}
_LATE: dict[type, Handler] = dict.fromkeys(_CONFIRM.keys() - {c.ConfirmPhone, c.EnterCode}, _quiet)
"""The sale is over: the answer about its member's phone is nobody's."""
_HOLD: dict[type, Handler] = {c.HoldTaken: holding.taken, c.HoldShort: holding.short, c.HoldFailed: holding.failed}
_HOLD_LATE: dict[type, Handler] = {c.HoldTaken: holding.late, c.HoldShort: _quiet, c.HoldFailed: _quiet}
_MEND: dict[type, Handler] = {c.Mend: shift.mend, c.EpochReady: shift.epoch_ready}
_REGISTER: dict[type, Handler] = {
    c.AskRegister: doubts.ask,
    c.SettleDoubt: doubts.settle,
    c.PutAside: doubts.put_aside,
    c.DoubtStands: doubts.stands,
    c.DoubtEnded: doubts.ended,
    c.LookAtRegister: register.look,
    c.RegisterLooked: register.looked,
    c.PutRight: register.put_right,
    c.RenewShift: register.renew_shift,
    c.ShiftRenewed: register.renewed,
    c.MoveCash: register.move_cash,
    c.CashRecorded: register.cash_recorded,
    c.MakeCorrection: register.make_correction,
    c.CorrectionIssued: register.correction_issued,
    c.CorrectionSettled: register.correction_settled,
    c.PrintCopy: register.print_copy,
    c.CopyPrinted: register.copy_printed,
}
_RECEIPTS: dict[type, Handler] = {
    c.ListReceipts: listing.ask,
    c.ReceiptsFound: listing.found,
    c.LookAtReceipt: listing.look,
    c.SlipMade: listing.made,
    c.ReprintReceipt: listing.reprint,
}
_SALE: dict[type, Handler] = {
    **_RECEIPTS,
    c.ReadBankCard: bank_cards.read,
    c.RegisterBankCard: bank_cards.register,
    c.ForgetBankCards: bank_cards.forget,
    c.BankCardsDropped: bank_cards.dropped,
    **_CONFIRM,
    **_HOLD,
    **_MEND,
    **_REGISTER,
    c.Scan: sale.scan,
    c.Type: sale.type_line,
    c.ProductFound: sale.product_found,
    c.ProductUnknown: sale.product_unknown,
    c.MemberFound: sale.member_found,
    c.CouponFree: coupons.free,
    c.GiftCardFound: gift_cards.found_in_sale,
    c.DropCoupon: coupons.drop,
    c.SendReceipt: sending.send_receipt,
    c.ListOffers: asking.list_offers,
    c.Ask: asking.ask,
    c.Choose: asking.choose,
    c.ForgetMember: sale.forget_member,
    c.SetQuantity: sale.set_quantity,
    c.VoidLine: sale.void_line,
    c.VoidReceipt: sale.void_receipt,
    c.Undo: sale.undo,
    c.SearchGoods: sale.search_goods,
    c.GoodsFound: sale.goods_found,
    c.AddProduct: sale.add_product,
    c.SpendPoints: sale.spend_points,
    c.Refresh: sale.refresh,
    c.Pay: payment.pay,
    c.Back: sale.back,
    c.BeginReturn: returning.begin,
    c.ReceiptFound: returning.found,
    c.Enrol: enrolling.enrol,
    c.CheckField: enrolling.check_field,
    c.ChangeConsent: enrolling.change_consent,
    c.ConsentRecorded: enrolling.consent_recorded,
    c.XReport: shift.x_report,
    c.ReportMade: shift.report_made,
    c.CloseShift: shift.close_shift,
    c.ShiftEnded: shift.ended,
    c.Failed: shift.failed,
    c.Completed: payment.completed,
}
_BEGINS_NEXT: tuple[type, ...] = (
    c.Scan, c.Type, c.SearchGoods, c.AddProduct, c.GoodsFound, c.BeginReturn, c.Enrol, c.CloseShift,
)  # fmt: skip

TABLE: dict[Mode, dict[type, Handler]] = {
    "closed": {
        **_LATE,
        **_HOLD_LATE,
        **_MEND,
        **_REGISTER,
        c.OpenShift: shift.open_shift,
        c.ShiftStarted: shift.started,
        c.Back: _new_sale,
        c.Refresh: _quiet,
        c.Failed: shift.failed,
    },
    "sale": _SALE,
    "pay": {
        **_CONFIRM,
        **_HOLD,
        **_REGISTER,
        c.SendReceipt: sending.send_receipt,
        c.Tender: charging.tender,
        c.Scan: late_card.scan,
        c.MemberFound: late_card.found,
        c.Type: gift_cards.scan_in_payment,
        c.GiftCardFound: gift_cards.found_in_payment,
        c.Back: charging.back,
        c.CardCharged: charging.charged,
        c.Completed: charging.completed,
        c.Failed: charging.failed,
        c.Refresh: _quiet,
    },
    "done": {
        **_RECEIPTS,
        **_LATE,
        **_HOLD_LATE,
        **_MEND,
        **_REGISTER,
        **{kind: _next_sale(_SALE[kind]) for kind in _BEGINS_NEXT},
        c.CheckField: enrolling.check_field,
        c.RegisterBankCard: bank_cards.register_paid,
        c.BankCardFree: bank_cards.free,
        c.Back: _new_sale,
        c.XReport: shift.x_report,
        c.ReportMade: shift.report_made,
        c.Refresh: _quiet,
        c.Failed: shift.failed,
    },
    "return": {
        **_LATE,
        **_HOLD_LATE,
        **_REGISTER,
        c.ReceiptFound: _quiet,
        c.SendReceipt: sending.send_receipt,
        c.SetReturn: returning.set_return,
        c.ReturnAll: returning.return_all,
        c.ConfirmReturn: charging.confirm_return,
        c.CardCharged: charging.given_back,
        c.Back: returning.back,
        c.Completed: payment.completed,
        c.Failed: charging.return_failed,
        c.Refresh: _quiet,
    },
}


_EVERYWHERE: dict[type, Handler] = {
    c.ReceiptsFound: _quiet,
    c.SlipMade: _quiet,
    c.PrintedAgain: listing.printed,
    c.Speak: listing.speak,
    c.Spoken: listing.spoken,
    c.ChargeAsks: charging.asks,
    c.CardCharged: charging.nobodys,
    c.ChargeRefused: charging.refused_by,
    c.ChargeInDoubt: charging.in_doubt,
    c.ChargeEnded: charging.ended,
    c.BankCardRead: bank_cards.found,
    c.BankCardKept: bank_cards.kept,
    c.BankCardFree: _quiet,
    c.CancelCharge: charging.cancel,
    c.EnterSlip: charging.enter,
}
"""The payment terminal has its say in every mode, and so has the language."""


def step(state: State, command: c.Command, around: Surroundings) -> Step:
    """One command. A notice is said in every mode and changes nothing else.

    A command this mode does not take changes nothing but the notice, which says why.
    """
    if isinstance(command, c.Notify):
        sounds = (c.Signal("error"),) if command.level == "error" else ()
        return say(state, command.level, command.said, command.hint), sounds
    waits = (
        register.waiting(state, command, around)
        or charging.waiting(state, command, around)
        or holding.waiting(state, command)
    )
    done = charging.follow(state, waits or _done(state, command, around), command)
    after, effects = holding.follow(state, done, command, around)
    return _with_failure(state, after, command), effects


_FAILS = (c.Failed, c.ChargeRefused, c.ChargeInDoubt)
_GOES_ON = (c.Pay, c.Tender, c.ConfirmReturn, c.CardCharged, c.Back, c.CancelCharge, c.DoubtEnded)


def _with_failure(before: State, after: State, command: c.Command) -> State:
    """Why a payment came to nothing outlives the next notice: a scan meanwhile must not take its place."""
    if after.mode not in ("pay", "return") or isinstance(command, _GOES_ON):
        return msgspec.structs.replace(after, failure=None) if after.failure else after
    if isinstance(command, _FAILS) and after.notice != before.notice and not _is_of_a_scan(command):
        return msgspec.structs.replace(after, failure=after.notice)
    return after


def _is_of_a_scan(command: c.Command) -> bool:
    """What was not found costs no payment."""
    return isinstance(command, c.Failed) and command.said.code == "member.unknown"


def _done(state: State, command: c.Command, around: Surroundings) -> Step:
    handler = TABLE[state.mode].get(type(command)) or _EVERYWHERE.get(type(command))
    if handler is None:
        code = f"not_now.{state.mode}"
        return refused(state, code, hint=f"{code}.hint" if f"{code}.hint" in SENTENCES else "")
    return handler(state, command, around)
