"""Members: looked up by card, phone or name, and one of them. Personal data are masked until asked for by a click.

What is looked for (a phone, a name) never stands in an address: it would stay in histories and logs. The form is
posted, kept in a cookie of the browser's session, and the list is then an ordinary page one can come back to.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import structlog
from litestar import Response, get, post
from litestar.params import FromPath, RawBody

from loyalty.feed import BalanceRow
from loyalty.points.shown import SENTENCES as shown_points_sentences
from loyalty.points.shown import points_said, shown_points
from loyalty.sentences import say
from loyalty.statuses.outlook import SENTENCES, done_said, left_text, outlook_said, season_outlook
from loyalty.statuses.progress import Progress
from loyalty.statuses.tiers import next_step, status_on
from sync_server.console.forms import read_form
from sync_server.console.member_facts import MemberFacts, PersonalData, read_member, read_personal
from sync_server.console.pages import go_to, page
from sync_server.console.visit import AnyRequest, Visit, Visiting
from sync_server.console.words import ENTRIES, PURPOSES
from sync_server.grants import MAX_REASON_CHARS, grant_status, withdraw_status
from sync_server.member_reports import find_members
from sync_server.refusals import Refused

SEARCH_COOKIE = "kopilka_search"
MAX_SEARCH_CHARS = 100
LISTED = 50
log = structlog.get_logger("console")


@get("/members", sync_to_thread=True)
def members_page(request: AnyRequest, visit: Visiting) -> Response[str]:
    text = _kept(request.cookies.get(SEARCH_COOKIE, ""))
    found = find_members(visit.store, visit.console.identity, text, LISTED)
    names = {line.member_id: _status(visit, line.progress) for line in found}
    return page(visit, "members.html", section="members", text=text, found=found, names=names, limit=LISTED)


@post("/members", sync_to_thread=True, status_code=200)
def search_members(visit: Visiting, body: RawBody) -> Response[str]:
    fields = read_form(body, visit.token)
    text = "" if "newest" in fields else fields.get("text", "").strip()[:MAX_SEARCH_CHARS]
    response = go_to("/console/members")
    response.set_cookie(
        SEARCH_COOKIE,
        urlsafe_b64encode(text.encode(errors="replace")).decode(),
        path="/console/members",
        httponly=True,
        samesite="strict",
        secure=visit.caller.secure,
    )
    return response


@get("/members/{member_id:str}", sync_to_thread=True)
def member_page(request: AnyRequest, visit: Visiting, member_id: FromPath[str]) -> Response[str]:
    facts = _facts(visit, member_id, request.query_params.get("before", ""))
    if facts.member_id != member_id:  # merged into another: that one's page is the only one
        return go_to(f"/console/members/{facts.member_id}")
    return _page(visit, facts, None)


@post("/members/{member_id:str}/personal", sync_to_thread=True, status_code=200)
def show_personal(visit: Visiting, member_id: FromPath[str], body: RawBody) -> Response[str]:
    """The same page with name, phone and birthday; who asked for whom goes to the log."""
    read_form(body, visit.token)
    visit.need_owner()
    facts = _facts(visit, member_id, "")
    log.info("personal_shown", user=visit.user.name, member=facts.member_id, address=visit.caller.address)
    return _page(visit, facts, read_personal(visit.store, facts.member_id))


@post("/members/{member_id:str}/status", sync_to_thread=True, status_code=200)
def change_status(visit: Visiting, member_id: FromPath[str], body: RawBody) -> Response[str]:
    """Give a status by hand, or take one back: who, why and until when go on record."""
    fields = read_form(body, visit.token)
    visit.need_owner()
    facts = _facts(visit, member_id, "")
    status, until = fields.get("status", ""), fields.get("until", "").strip()
    why = (fields.get("reason", ""), visit.user.name, visit.now_ms)
    if "withdraw" in fields:
        withdraw_status(visit.store, facts.account_id, status, until, *why)
    else:
        grant_status(visit.store, facts.account_id, status, until, *why)
    act = "withdrawn" if "withdraw" in fields else "granted"
    log.info("status_changed", user=visit.user.name, member=facts.member_id, act=act, status=status)
    return go_to(f"/console/members/{facts.member_id}#granted")


def _facts(visit: Visit, member_id: str, before: str) -> MemberFacts:
    facts = read_member(visit.store, member_id[:64].replace("\x00", ""), before)
    if facts is None:
        raise Refused(404, "unknown", "there is no such member")
    return facts


def _page(visit: Visit, facts: MemberFacts, personal: PersonalData | None) -> Response[str]:
    return page(
        visit,
        "member.html",
        section="members",
        facts=facts,
        personal=personal,
        entries=ENTRIES,
        purposes=PURPOSES,
        status=_status(visit, facts.balance.progress),
        wallets=_wallets(visit),
        purse=_purse(visit, facts.balance),
        statuses={each.id: visit.tongue.name(each.name) for each in visit.programme.statuses[1:]}
        if visit.programme
        else {},
        max_reason=MAX_REASON_CHARS,
        **_standing(visit, facts.balance.progress),
    )


def _status(visit: Visit, progress: Progress) -> str:
    """The name of the status in force today."""
    found = status_on(visit.programme, progress, visit.today) if visit.programme else None
    return visit.tongue.name(found.name) if found else ""


def _standing(visit: Visit, progress: Progress) -> dict[str, Any]:
    """How the member stands today: what is done, what becomes of the status, the way to the next one."""
    if visit.programme is None:
        return {"done": "", "kept": "", "ahead": None, "left": ""}
    programme, today, lang = visit.programme, visit.today, visit.tongue.lang
    step, outlook = next_step(programme, progress, today), season_outlook(programme, progress, today)
    done, kept = done_said(programme, progress, today), outlook_said(outlook) if outlook else None
    return {
        "done": say(done, lang, SENTENCES) if done else "",
        "kept": say(kept, lang, SENTENCES) if kept else "",
        "ahead": step,
        "left": left_text(step, lang) if step else "",
    }


def _wallets(visit: Visit) -> dict[str, str]:
    """The names of the wallets beside the main one."""
    return {each.id: visit.tongue.name(each.name) for each in visit.programme.wallets} if visit.programme else {}


def _purse(visit: Visit, balance: BalanceRow) -> list[str]:
    """Other wallets; what of the points can be spent today, what is to come and what runs out next."""
    shown = shown_points(balance, (), visit.today)
    said = points_said(visit.programme, shown, balance.purse is not None)
    return [say(each, visit.tongue.lang, shown_points_sentences) for each in said]


def _kept(cookie: str) -> str:
    try:
        return urlsafe_b64decode(cookie[:1000]).decode()[:MAX_SEARCH_CHARS]
    except ValueError:
        return ""
