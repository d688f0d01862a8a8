"""The sale as a state machine: (state, command, surroundings) -> (state, effects); no I/O, no clock.

`step` looks the command up in the table of the mode; a command the mode does not know changes nothing and says why.
Effects are requests: `terminal.engine` runs them and feeds what they found back as commands.
"""

from terminal.session.link import Link
from terminal.session.state import Mode, Notice, ReturnDraft, ShiftInfo, State, Surroundings
from terminal.session.step import TABLE, step

__all__ = ["TABLE", "Link", "Mode", "Notice", "ReturnDraft", "ShiftInfo", "State", "Surroundings", "step"]
