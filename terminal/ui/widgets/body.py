"""The middle of the screen: whichever pane belongs to what is going on."""

from textual.strip import Strip

from terminal.ui.dialogs.enrol import enrol_rows
from terminal.ui.dialogs.help import help_rows
from terminal.ui.dialogs.member import member_list_rows
from terminal.ui.dialogs.menu import menu_rows
from terminal.ui.sight import Body, Rows, Sight, body_of
from terminal.ui.widgets.idle import closed_rows, idle_rows, loading_rows
from terminal.ui.widgets.lines import lines_rows
from terminal.ui.widgets.pay import pay_rows
from terminal.ui.widgets.returning import returning_rows
from terminal.ui.widgets.search import search_rows
from terminal.ui.widgets.slip import slip_rows

BODIES: dict[Body, Rows] = {
    "idle": idle_rows,
    "closed": closed_rows,
    "loading": loading_rows,
    "lines": lines_rows,
    "search": search_rows,
    "pay": pay_rows,
    "done": slip_rows,
    "slip": slip_rows,
    "return": returning_rows,
    "menu": menu_rows,
    "member": member_list_rows,
    "enrol": enrol_rows,
    "help": help_rows,
}


def body_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    return BODIES[body_of(sight)](sight, width, height)
