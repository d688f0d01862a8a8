"""Erasing a member from its page: an owner is told what goes, and confirms."""

import structlog
from litestar import Response, post
from litestar.params import FromPath, RawBody

from sync_server.console.forms import read_form
from sync_server.console.pages import go_to, page
from sync_server.console.visit import Visiting
from sync_server.erasing.erase import copies_beside, erase, plan_erasing

log = structlog.get_logger("console")


@post("/members/{member_id:str}/erase", sync_to_thread=True, status_code=200)
def show_erase(visit: Visiting, member_id: FromPath[str], body: RawBody) -> Response[str]:
    """What there is of the member; nothing is changed yet."""
    read_form(body, visit.token)
    visit.need_owner()
    member, found = plan_erasing(visit.store, visit.console.identity, member_id)
    copies = [path.name for path in copies_beside(visit.console.beside.log.parent)]
    return page(visit, "erase.html", section="members", member=member, found=found, copies=copies)


@post("/members/{member_id:str}/erase/confirmed", sync_to_thread=True, status_code=200)
def erase_confirmed(visit: Visiting, member_id: FromPath[str], body: RawBody) -> Response[str]:
    """Done, and who did it is logged and on record: by id, the only thing that is left to say."""
    read_form(body, visit.token)
    visit.need_owner()
    member, _ = plan_erasing(visit.store, visit.console.identity, member_id)
    found = member.place.member_id
    erase(visit.store, visit.console.identity, visit.console.beside, found, visit.user.name, visit.now_ms)
    log.info("member_erased", user=visit.user.name, member=found, address=visit.caller.address)
    return go_to(f"/console/members/{found}")
