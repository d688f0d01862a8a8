"""The first page: one day of the shop, by its own clock."""

from datetime import date, timedelta

from litestar import Response, get

from loyalty.errors import BadInput
from loyalty.sentences import sentence
from sync_server.console.chart import hours_chart
from sync_server.console.day_report import read_day
from sync_server.console.pages import page
from sync_server.console.receipt_search import is_date
from sync_server.console.terminal_facts import read_warnings
from sync_server.console.visit import AnyRequest, Visiting
from sync_server.console.words import PAID_AS

LAST_MINUTE = 24 * 60 - 1
FIRST_DATE = "2000-01-01"


@get("/", sync_to_thread=True)
def today_page(request: AnyRequest, visit: Visiting) -> Response[str]:
    chosen = request.query_params.get("date", "").strip() or visit.today
    if not is_date(chosen) or not FIRST_DATE <= chosen <= "2999-12-31":
        raise BadInput(sentence("console.date", text=chosen[:40]))
    is_today = chosen == visit.today
    until_minute = visit.here.hour * 60 + visit.here.minute if is_today else LAST_MINUTE
    report = read_day(visit.store, chosen, until_minute)
    return page(
        visit,
        "today.html",
        section="today",
        report=report,
        day=chosen,
        is_today=is_today,
        until_minute=until_minute,
        previous=_moved(chosen, -1),
        following=_moved(chosen, 1),
        chart=hours_chart(report, visit.tongue),
        paid_as=PAID_AS,
        warnings=read_warnings(visit.store, visit.now_ms),
        now_ms=visit.now_ms,
    )


def _moved(local_date: str, days: int) -> str:
    return (date.fromisoformat(local_date) + timedelta(days=days)).isoformat()
