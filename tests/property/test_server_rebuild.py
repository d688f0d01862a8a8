"""Whatever sales, returns, families, merges and write-offs came in what order: worked out again it is the same."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, settings

from sync_server.rebuilding.rebuild import rebuild
from tests.property.test_server_families import Members
from tests.support.server import T0_MS


class Again(Members):
    def teardown(self) -> None:
        self.office.apply()
        done = rebuild(self.office.store, Path(self.folder.name), T0_MS)
        assert done.same, done.differences
        super().teardown()


TestAgain = Again.TestCase
TestAgain.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
