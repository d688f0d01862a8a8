"""Every guard that keeps a sale from being lost or counted twice, and the test that fails once it is taken away.

`make mutate` takes each away in a copy of the sources and runs its test (`tests/mutations/__main__.py`).
"""

from tests.mutations.claims import CLAIMS
from tests.mutations.clocks import CLOCKS
from tests.mutations.consents import CONSENTS
from tests.mutations.devices import DEVICES
from tests.mutations.guard import Guard
from tests.mutations.journal import JOURNAL
from tests.mutations.keys import KEYS
from tests.mutations.money import MONEY
from tests.mutations.office import OFFICE
from tests.mutations.register import REGISTER
from tests.mutations.repairs import REPAIRS
from tests.mutations.rights import RIGHTS
from tests.mutations.sync import SYNC
from tests.mutations.upkeep import UPKEEP

GUARDS: tuple[Guard, ...] = (
    *MONEY,
    *REGISTER,
    *DEVICES,
    *JOURNAL,
    *SYNC,
    *OFFICE,
    *CLAIMS,
    *CONSENTS,
    *UPKEEP,
    *CLOCKS,
    *REPAIRS,
    *KEYS,
    *RIGHTS,
)
