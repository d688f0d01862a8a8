"""Emergency stops on a page: what is stopped, a form to stop a campaign or the spending of points, and who did what."""

import structlog
from litestar import Response, get, post
from litestar.params import RawBody

from sync_server.console.forms import read_form
from sync_server.console.pages import go_to, page
from sync_server.console.visit import Visit, Visiting
from sync_server.programmes import read_published
from sync_server.stops import REDEMPTION, Target, read_acts, resume, stop, stops_in_force

log = structlog.get_logger("console")


@get("/stops", sync_to_thread=True)
def stops_page(visit: Visiting) -> Response[str]:
    programme = read_published(visit.store)
    campaigns = programme.campaigns if programme is not None else ()
    names = {each.id: each.name.ru if visit.tongue.lang == "ru" else each.name.en for each in campaigns}
    stops = stops_in_force(visit.store)
    return page(
        visit,
        "stops.html",
        section="stops",
        stops=stops,
        names=names,
        free=sorted(names.keys() - stops.campaigns.keys(), key=lambda each: names[each]),
        acts=read_acts(visit.store),
    )


@post("/stops", sync_to_thread=True, status_code=200)
def stop_now(visit: Visiting, body: RawBody) -> Response[str]:
    """`what`: `redemption`, or `campaign:` and its id. Raises BadInput, NotNow."""
    fields = read_form(body, visit.token)
    visit.need_owner()
    target = _target(fields)
    stop(visit.store, visit.console.identity, target, fields.get("reason", ""), visit.user.name, visit.now_ms)
    _logged(visit, "stopped", target)
    return go_to("/console/stops")


@post("/stops/resume", sync_to_thread=True, status_code=200)
def resume_now(visit: Visiting, body: RawBody) -> Response[str]:
    fields = read_form(body, visit.token)
    visit.need_owner()
    target = _target(fields)
    resume(visit.store, visit.console.identity, target, fields.get("reason", ""), visit.user.name, visit.now_ms)
    _logged(visit, "resumed", target)
    return go_to("/console/stops")


def _target(fields: dict[str, str]) -> Target:
    what, _, campaign_id = fields.get("what", "").partition(":")
    return REDEMPTION if what == "redemption" else Target(campaign_id or "?")


def _logged(visit: Visit, act: str, target: Target) -> None:
    log.info(act, user=visit.user.name, what=target.what, campaign=target.campaign_id, address=visit.caller.address)
