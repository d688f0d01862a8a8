"""Sales and returns of clients, each exactly once: a request sent again finds what it made, in the journal itself.

The client's id and the till's own make the receipt's id; what the request says makes the event's. So the receipt, its
request and the proof that they belong together are one durable transaction, and no second memory can disagree with it.
"""

from __future__ import annotations

import uuid
from hashlib import blake2b
from http import HTTPStatus
from typing import Literal

import msgspec
from msgspec.structs import replace

from loyalty.basket import PaidBy
from loyalty.errors import KopilkaError, LinkFault
from loyalty.events import canonical
from loyalty.gift_pay import how_paid
from loyalty.receipt import Payment, Receipt
from loyalty.returning.settled import before_of
from loyalty.returns import returned_said
from loyalty.sentences import Lang, sentence
from terminal.agent.asked import PaymentGiven, ReturnRequest, SaleRequest
from terminal.agent.desk import Answer, Asked, Desk, told
from terminal.agent.facing import done_with
from terminal.agent.faults import Refused, refused
from terminal.agent.finding import find_gift_card
from terminal.agent.held import SaleHold, given_back, held_for
from terminal.agent.quoting import Quoted, quote_reply, quoted
from terminal.agent.wire import ReceiptReply
from terminal.fiscal.slip import receipt_slip
from terminal.offline_queue.http_reply import Refusal
from terminal.offline_queue.journal_made import find_made
from terminal.records import wallet_names
from terminal.sales import GivenIds
from terminal.session import Surroundings
from terminal.session import commands as c
from terminal.session.held import taken_points
from terminal.session.sending import address_of

_SAID_BITS = ((1 << 12) - 1) << 64 | (1 << 62) - 1
"""The bits of a UUIDv7 that are neither time, version nor variant (RFC 9562, 5.7)."""


def answer_sale(desk: Desk, asked: Asked) -> Answer:
    """201 with the receipt, or 200 with the one this request has made before. Raises Refused 409 at another total."""
    request: SaleRequest = asked.body
    hold = _held(desk, asked)

    def sell() -> Answer:
        before = _made_before(desk, "sale", request.sale_id, request)
        if before:
            given_back(desk, hold)
            return _answer(desk, before, asked.lang, HTTPStatus.OK)
        shift = desk.till.records.shift_now()
        assured = True if hold.hold_id else False if hold.unheld else None
        done = quoted(desk, request, *_payment(request), assured)
        _same_total(request, done, asked.lang)
        if hold.hold_id and taken_points(done.quote) != hold.points:
            raise refused(HTTPStatus.SERVICE_UNAVAILABLE, "agent.busy")  # the rules have changed meanwhile
        payments = tuple(
            _paid(desk, given, done.around, f"payments[{place}]") for place, given in enumerate(request.payments)
        )
        ids = _ids(desk, "sale", request.sale_id, request, done.around.moment.at_ms)
        buyer = _address(request.send_to, done.around)
        commit = c.CommitSale(done.basket, done.quote, payments, hold.hold_id, hold.unheld, buyer)
        sold = desk.till.records.sale(commit, shift, done.around, ids)
        if hold.hold_id:
            desk.till.holding.forget(hold.hold_id)
        if request.member and request.member.confirmation_id:
            desk.phones.used(request.member.confirmation_id)
        desk.show(done_with(sold.receipt))
        return _answer(desk, sold.receipt, asked.lang, HTTPStatus.CREATED)

    try:
        return desk.call(sell)
    except KopilkaError:
        given_back(desk, hold)
        raise


def _held(desk: Desk, asked: Asked) -> SaleHold:
    """The points the sale takes, held; none where it was recorded before.

    A client whose points nobody answered for got the quote without the head office, and sends that one's total.
    """
    request: SaleRequest = asked.body

    def look() -> Quoted | SaleHold:
        if _made_before(desk, "sale", request.sale_id, request):
            return SaleHold()
        # Of a receipt in doubt the register is asked before points are: those it holds may be this sale's own.
        desk.till.records.refuse_late()
        desk.till.records.shift_now()
        done = quoted(desk, request, *_payment(request))
        if not done.around.hold_id or done.quote.total_minor == request.expected_total_minor:
            return done
        without = quoted(desk, request, *_payment(request), assured=False)
        if without.quote.total_minor != request.expected_total_minor:
            _same_total(request, done, asked.lang)
        return SaleHold(unheld=True)

    found = desk.call(look)
    return found if isinstance(found, SaleHold) else held_for(desk, found)


def answer_return(desk: Desk, asked: Asked) -> Answer:
    """201 with the return's receipt, or 200 with the one made before. The head office is asked first what came back."""
    request: ReturnRequest = asked.body
    before = desk.call(lambda: _made_before(desk, "return", request.return_id, request))
    if before:
        return _answer(desk, before, asked.lang, HTTPStatus.OK)
    found = _fetch(desk, request.number)

    def take_back() -> Answer:
        again = _made_before(desk, "return", request.return_id, request)
        if again:
            return _answer(desk, again, asked.lang, HTTPStatus.OK)
        shift, around = desk.till.records.shift_now(), desk.till.engine.around()
        effect = c.CommitReturn(
            found.receipt,
            found.returned_milli,
            request.lines,
            request.payment,
            found.parts,
            found.programme,
            found.purse,
            buyer=_address(request.send_to, around),
        )
        ids = _ids(desk, "return", request.return_id, request, around.moment.at_ms)
        back = desk.till.records.take_back(effect, shift, around, ids)
        desk.show(done_with(back.receipt))
        return _answer(desk, back.receipt, asked.lang, HTTPStatus.CREATED)

    return desk.call(take_back)


def answer_receipt(desk: Desk, asked: Asked) -> Answer:
    """A receipt of this till, or of any other while the head office answers; what is not known of it is a note."""
    found = _fetch(desk, asked.key)
    returned_milli = before_of(found.receipt, found.returned_milli, found.parts).milli
    reply = _reply(desk, found.receipt, asked.lang, returned_milli)
    alone = () if found.elsewhere_known else (told(sentence("return.alone"), asked.lang),)
    return Answer(replace(reply, notes=(*alone, *reply.notes)))


def _fetch(desk: Desk, number: str) -> c.ReceiptFound:
    """Not on the till's thread: nobody's sale waits for the head office. Raises Refused."""
    tidy = number.strip().upper().removeprefix("KR:")
    if not desk.fetching.acquire(blocking=False):
        raise refused(HTTPStatus.SERVICE_UNAVAILABLE, "agent.busy")
    try:
        return desk.till.lookups.fetch_receipt(tidy)
    except Refusal as refusal:
        if refusal.reply.code == "unknown":
            raise refused(HTTPStatus.NOT_FOUND, "agent.no_receipt", number=tidy) from refusal
        raise
    except LinkFault as fault:
        said, hint = sentence("receipt.unknown", number=tidy), sentence("receipt.unknown.hint")
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, said, hint) from fault
    finally:
        desk.fetching.release()


def _paid(desk: Desk, given: PaymentGiven, around: Surroundings, where: str) -> Payment:
    """Raises Refused where the number is no gift card's, or is named with money."""
    if given.gift_card is None:
        return Payment(given.kind, given.amount_minor)
    if given.kind != "gift_card":
        raise refused(HTTPStatus.UNPROCESSABLE_ENTITY, "agent.gift_card_alone", where=where)
    held = find_gift_card(desk, given.gift_card, around, where)
    return Payment("gift_card", given.amount_minor, held.card, held.balance_minor - given.amount_minor)


def _payment(request: SaleRequest) -> tuple[PaidBy, bool]:
    """How it was paid, and whether a gift card paid a part. Raises Refused where the request says it otherwise."""
    paid, beside = how_paid(given.kind for given in request.payments)
    if not request.payments:
        return request.payment, request.beside_gift_card
    if request.payment not in ("", paid) or (request.beside_gift_card and not beside):
        raise refused(HTTPStatus.UNPROCESSABLE_ENTITY, "agent.payment", where="payment")
    return paid, beside


def _address(send_to: str, around: Surroundings) -> str:
    """Raises Refused where it is neither phone nor e-mail, or no register is there to send anything."""
    text = send_to.strip()
    if not text:
        return ""
    if not around.is_fiscal:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, sentence("register.none"), where="send_to")
    address = address_of(text)
    if address is None:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, sentence("send.address"), where="send_to")
    return address


def _same_total(request: SaleRequest, done: Quoted, lang: Lang) -> None:
    """What the customer agreed to is what is recorded; anything else goes back with the new quote."""
    expected_minor, total_minor = request.expected_total_minor, done.quote.total_minor
    if expected_minor != total_minor:
        said = sentence("agent.total", expected_total_minor=expected_minor, total_minor=total_minor)
        hint = sentence("agent.total.do")
        raise Refused(HTTPStatus.CONFLICT, said, hint, "expected_total_minor", quote_reply(done, lang))


def _made_before(
    desk: Desk, kind: Literal["sale", "return"], request_id: str, request: SaleRequest | ReturnRequest
) -> Receipt | None:
    """The receipt this request has made. Raises Refused 409 where the id made something of another request."""
    files = desk.till.store
    made = find_made(files.journal, _receipt_id(files.identity.terminal, kind, request_id))
    if made is None:
        return None
    if (int(made.event_id, 16) ^ _said(kind, request)) & _SAID_BITS:
        raise refused(HTTPStatus.CONFLICT, "agent.other_body", number=made.receipt.number)
    return made.receipt


def _ids(
    desk: Desk, kind: Literal["sale", "return"], request_id: str, request: SaleRequest | ReturnRequest, at_ms: int
) -> GivenIds:
    """A UUIDv7 of the moment for the event, with what the request says in place of chance."""
    timed = (at_ms & (1 << 48) - 1) << 80 | 0x7 << 76 | 0b10 << 62
    event_id = uuid.UUID(int=timed | _said(kind, request) & _SAID_BITS)
    return GivenIds(_receipt_id(desk.till.store.identity.terminal, kind, request_id), event_id.hex)


def _receipt_id(terminal: str, kind: str, request_id: str) -> str:
    """With the terminal in it: a client that turns to another till with the same id makes another receipt there."""
    return blake2b(f"{terminal}/{kind}/{request_id}".encode(), digest_size=16).hexdigest()


def _said(kind: str, request: SaleRequest | ReturnRequest) -> int:
    """What a request says, as a number: equal for equal requests, however they were spelled as JSON."""
    text = canonical(msgspec.to_builtins(request, str_keys=True))
    return int.from_bytes(blake2b(kind.encode() + text, digest_size=16).digest(), "big")


def _answer(desk: Desk, receipt: Receipt, lang: Lang, status: HTTPStatus) -> Answer:
    return Answer(_reply(desk, receipt, lang, {}), status)


def _reply(desk: Desk, receipt: Receipt, lang: Lang, returned_milli: dict[int, int]) -> ReceiptReply:
    names = wallet_names(desk.till.engine.view().programme, lang)
    slip = receipt_slip(receipt, lang, store_name=desk.till.store.identity.store_name, wallets=names)
    return ReceiptReply(receipt, returned_milli, slip, tuple(told(said, lang) for said in returned_said(receipt)))
