"""Messages to members that were written down instead of sent: for the demo shop, and to try confirming phones."""

from litestar import Response, get

from sync_server.console.pages import page
from sync_server.console.visit import Visiting
from sync_server.messages.journal import LISTED, written
from sync_server.refusals import Refused


@get("/messages", sync_to_thread=True)
def messages_page(visit: Visiting) -> Response[str]:
    """Owners only: who reads a code can confirm the phone it was meant for."""
    if not visit.console.messages:
        raise Refused(404, "unknown", "there is no such page")
    visit.need_owner()
    return page(
        visit, "messages.html", section="messages", messages=written(visit.store), now_ms=visit.now_ms, limit=LISTED
    )
