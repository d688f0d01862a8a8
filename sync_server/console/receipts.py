"""Receipts: the list, and one with everything the books know of it."""

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from loyalty.returns import SENTENCES, returned_said
from loyalty.sentences import say
from sync_server.console.pages import page
from sync_server.console.receipt_facts import read_receipt
from sync_server.console.receipt_search import LOOKED_THROUGH, find_receipts, read_wanted
from sync_server.console.visit import AnyRequest, Visit, Visiting
from sync_server.console.words import ENTRIES, FLAGS, IDENTIFIED, PAYMENTS
from sync_server.refusals import Refused
from sync_server.reports import terminal_lines


@get("/receipts", sync_to_thread=True)
def receipts_page(request: AnyRequest, visit: Visiting) -> Response[str]:
    wanted = read_wanted(request.query_params)
    found = find_receipts(visit.store, wanted, request.query_params.get("before", ""))
    terminals = terminal_lines(visit.store)
    return page(
        visit,
        "receipts.html",
        section="receipts",
        wanted=wanted,
        asked=msgspec.to_builtins(wanted),
        found=found,
        looked=LOOKED_THROUGH,
        terminals=terminals,
        numbers={line.terminal: line.terminal_no for line in terminals},
    )


@get("/receipts/{receipt_id:str}", sync_to_thread=True)
def receipt_page(visit: Visiting, receipt_id: FromPath[str]) -> Response[str]:
    facts = read_receipt(visit.store, receipt_id[:64].replace("\x00", ""))
    if facts is None:
        raise Refused(404, "unknown", "there is no such receipt")
    formatted = msgspec.json.format(facts.came.raw).decode(errors="replace") if facts.came.raw else ""
    return page(
        visit,
        "receipt.html",
        section="receipts",
        facts=facts,
        receipt=facts.receipt,
        came=facts.came,
        as_received=formatted,
        entries=ENTRIES,
        flags=FLAGS,
        identified=IDENTIFIED,
        payments=PAYMENTS,
        notes=[say(said, visit.tongue.lang, SENTENCES) for said in returned_said(facts.receipt)],
        status=status_name(visit, facts.receipt.status),
    )


def status_name(visit: Visit, status_id: str) -> str:
    """What the published programme calls a status; its id where it is not there any more."""
    known = visit.programme.statuses if visit.programme else ()
    return next((visit.tongue.name(status.name) for status in known if status.id == status_id), status_id)
