"""Families and merges on a member's page: forms for owners; a merge is shown side by side before it is made.

Whom the form means (a card, a phone) is posted and never stands in an address.
"""

import structlog
from litestar import Response, post
from litestar.params import FromPath, RawBody

from loyalty.feed import BalanceRow
from loyalty.ledger import MAIN_WALLET
from sync_server.console.forms import read_form
from sync_server.console.pages import go_to, page
from sync_server.console.visit import Visit, Visiting
from sync_server.families import add_to_family, create_family, leave_family
from sync_server.find_member import find_member, members_of
from sync_server.member_changes import Wish
from sync_server.merging import merge_members, plan_merger

log = structlog.get_logger("console")


@post("/members/{member_id:str}/family", sync_to_thread=True, status_code=200)
def change_family(visit: Visiting, member_id: FromPath[str], body: RawBody) -> Response[str]:
    """Take someone into the member's family, which is made where there is none; or let the member leave it."""
    fields = read_form(body, visit.token)
    visit.need_owner()
    host, store, identity = _known(visit, member_id), visit.store, visit.console.identity
    if "leave" in fields:
        leave_family(store, identity, _wish(visit), host)
        act = "left"
    elif _shares(visit, host):
        add_to_family(store, identity, _wish(visit), host, fields.get("who", ""))
        act = "added"
    else:
        create_family(store, identity, _wish(visit), (host, fields.get("who", "")))
        act = "created"
    log.info("family_changed", user=visit.user.name, member=host, act=act, address=visit.caller.address)
    return go_to(f"/console/members/{host}#family")


@post("/members/{member_id:str}/merge", sync_to_thread=True, status_code=200)
def show_merge(visit: Visiting, member_id: FromPath[str], body: RawBody) -> Response[str]:
    """What would come together, for an owner to say yes to."""
    fields = read_form(body, visit.token)
    visit.need_owner()
    merger = plan_merger(visit.store, visit.console.identity, _known(visit, member_id), fields.get("who", ""))
    points = (_points(merger.kept_balance), _points(merger.gone_balance))
    receipts = (merger.kept_balance.receipts, merger.gone_balance.receipts)
    return page(
        visit,
        "merge.html",
        section="members",
        merger=merger,
        points=(*points, sum(points) if merger.with_points else points[0]),
        receipts=(*receipts, sum(receipts) if merger.with_points else receipts[0]),
    )


@post("/members/{member_id:str}/merge/confirmed", sync_to_thread=True, status_code=200)
def merge_confirmed(visit: Visiting, member_id: FromPath[str], body: RawBody) -> Response[str]:
    fields = read_form(body, visit.token)
    visit.need_owner()
    gone = _known(visit, fields.get("gone", ""))
    one = merge_members(visit.store, visit.console.identity, _wish(visit), _known(visit, member_id), gone)
    kept = one.place.member_id
    log.info("members_merged", user=visit.user.name, kept=kept, gone=gone, address=visit.caller.address)
    return go_to(f"/console/members/{kept}")


def _known(visit: Visit, member_id: str) -> str:
    """The id of the member the page is about, or of the one it was merged into. Raises BadInput."""
    return find_member(visit.store, visit.console.identity, member_id).place.member_id


def _shares(visit: Visit, member_id: str) -> bool:
    found = find_member(visit.store, visit.console.identity, member_id)
    with visit.store.read() as tx:
        return len(members_of(tx, found.ident.account_id)) > 1


def _points(balance: BalanceRow) -> int:
    return balance.wallets.get(MAIN_WALLET, 0)


def _wish(visit: Visit) -> Wish:
    return Wish(visit.user.name, visit.now_ms, visit.console.random)
