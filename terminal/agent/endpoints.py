"""Every path of the agent, in one table: what it takes, what does the work, what it gives.

The routes and the OpenAPI document are both made from it, so neither can know a path the other does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from terminal.agent import devices, finding, phones, quoting, register, scanning, selling, standing
from terminal.agent.asked import (
    CashRequest,
    CodeSaid,
    OpenRequest,
    PhoneAsked,
    QuoteRequest,
    ReturnRequest,
    SaleRequest,
)
from terminal.agent.desk import Answer, Asked, Desk
from terminal.agent.wire import (
    CheckedReply,
    ConfirmationReply,
    GiftCardReply,
    GoodsReply,
    MemberReply,
    QuoteReply,
    ReceiptReply,
)
from terminal.agent.wire_standing import CashReply, HealthReply, LinkReply, RegisterReply, ReportReply, ShiftReply

Refusal = Literal["body", "none", "now", "office", "soon"]
"""body: 422 for what the request says · none: 404 · now: 409, not in this state · office: 503, what only the head
office can do · soon: 429, with Retry-After."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path under /v1; `{key}` in it is the only part that varies. `made` is the status of something new, `asks`
    what may stand behind the question mark beside the language."""

    method: Literal["GET", "POST"]
    path: str
    summary: str
    work: Callable[[Desk, Asked], Answer]
    gives: type[msgspec.Struct]
    takes: type[msgspec.Struct] | None = None
    made: Literal[200, 201] = 200
    refuses: tuple[Refusal, ...] = ()
    asks: type[msgspec.Struct] | None = None


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/v1/health", "The till answers, and says who it is", standing.answer_health, HealthReply),
    Endpoint(
        "GET", "/v1/members/{key}", "A member by card or phone, in any spelling", finding.answer_member, MemberReply,
        refuses=("body", "none"),
    ),
    Endpoint(
        "POST", "/v1/confirmations", "Send a code to a member's phone", phones.send_code, ConfirmationReply, PhoneAsked,
        made=201, refuses=("body", "none", "now", "office", "soon"),
    ),
    Endpoint(
        "POST", "/v1/confirmations/{key}/check", "Check the code the member said", phones.check_code, CheckedReply,
        CodeSaid, refuses=("none", "office"),
    ),
    Endpoint(
        "GET", "/v1/goods/{key}", "Goods by barcode, label of weighed goods or PLU", finding.answer_goods, GoodsReply,
        refuses=("body", "none"),
    ),
    Endpoint(
        "GET", "/v1/gift-cards/{key}", "A gift card by its number: what is on it, and what it may pay now",
        finding.answer_gift_card, GiftCardReply, refuses=("body",),
    ),
    Endpoint(
        "POST", "/v1/quote", "What a basket costs, and why", quoting.answer_quote, QuoteReply, QuoteRequest,
        refuses=("body",),
    ),
    Endpoint(
        "POST", "/v1/receipts", "Record a sale, once for each sale_id", selling.answer_sale, ReceiptReply, SaleRequest,
        made=201, refuses=("body", "now"),
    ),
    Endpoint(
        "GET", "/v1/receipts/{key}", "A receipt by its number, of any till", selling.answer_receipt, ReceiptReply,
        refuses=("none", "office"),
    ),
    Endpoint(
        "POST", "/v1/returns", "Record a return, once for each return_id", selling.answer_return, ReceiptReply,
        ReturnRequest, made=201, refuses=("body", "none", "now", "office"),
    ),
    Endpoint("GET", "/v1/shift", "The shift and its totals", standing.answer_shift, ShiftReply),
    Endpoint(
        "POST", "/v1/shift/open", "Open a shift", standing.open_shift, ShiftReply, OpenRequest, made=201,
        refuses=("body", "now"),
    ),
    Endpoint(
        "POST", "/v1/shift/close", "Close the shift: the Z report", standing.close_shift, ReportReply, refuses=("now",)
    ),
    Endpoint("GET", "/v1/shift/x", "The X report; the shift goes on", standing.answer_x, ReportReply, refuses=("now",)),
    Endpoint(
        "POST", "/v1/cash", "Put cash into the drawer or take it out, once for each cash_id", register.move_cash,
        CashReply, CashRequest, made=201, refuses=("now",),
    ),
    Endpoint(
        "GET", "/v1/register", "How the fiscal register stands, and a receipt in doubt", register.answer_register,
        RegisterReply, refuses=("none",),
    ),
    Endpoint("GET", "/v1/link", "How the till stands with the head office", standing.answer_link, LinkReply),
    Endpoint("GET", "/v1/devices", "How each device stands", devices.answer_devices, devices.DevicesReply),
    Endpoint(
        "GET", "/v1/scans", "What the till's scanners have read, as it comes", scanning.answer_scans,
        scanning.ScansReply, asks=scanning.ScansAsked,
    ),
    Endpoint(
        "POST", "/v1/scans/{key}/refuse", "Beep at the scanner: its code is no good", scanning.refuse_scan,
        scanning.ScanTold, refuses=("none",),
    ),
)  # fmt: skip
