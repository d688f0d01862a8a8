"""Consents on a member's page: an owner withdraws the one to advertising, as the member has asked the head office."""

import structlog
from litestar import Response, post
from litestar.params import FromPath, RawBody

from sync_server.consents import withdraw
from sync_server.console.forms import read_form
from sync_server.console.pages import go_to
from sync_server.console.visit import Visiting
from sync_server.find_member import find_member

log = structlog.get_logger("console")


@post("/members/{member_id:str}/consents", sync_to_thread=True, status_code=200)
def withdraw_consent(visit: Visiting, member_id: FromPath[str], body: RawBody) -> Response[str]:
    """Who did it goes on record, and to the log. Consent to processing ends with the personal data: by erasing them."""
    read_form(body, visit.token)
    visit.need_owner()
    place = find_member(visit.store, visit.console.identity, member_id).place
    act_id = visit.console.random(16).hex()
    withdraw(visit.store, place, "advertising", visit.user.name, visit.now_ms, act_id)
    log.info("consent_withdrawn", user=visit.user.name, member=place.member_id, address=visit.caller.address)
    return go_to(f"/console/members/{place.member_id}#consents")
