"""Every guard that keeps a sale from being lost or counted twice, and the test that fails once it is taken away.

`make mutate` takes each away in a copy of the sources and runs its test (`tests/mutations/__main__.py`).
"""

from tests.mutations.clocks import CLOCKS
from tests.mutations.guard import Guard
from tests.mutations.keys import KEYS
from tests.mutations.office import OFFICE
from tests.mutations.repairs import REPAIRS
from tests.mutations.till import TILL
from tests.mutations.upkeep import UPKEEP

GUARDS: tuple[Guard, ...] = (*TILL, *OFFICE, *UPKEEP, *CLOCKS, *REPAIRS, *KEYS)
