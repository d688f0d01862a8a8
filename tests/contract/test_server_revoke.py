"""A till shut out by its number or its id: at once, it alone, and what it had sent counts."""

from __future__ import annotations

import pytest

from sync_server.enrol import revoke_terminal
from sync_server.refusals import Refused
from tests.support.server import hex_id
from tests.support.taking_in import points

ANNA = hex_id("anna")


@pytest.mark.parametrize("by_number", [True, False])
def test_a_revoked_till_is_taken_nothing_from_and_what_it_sent_counts(office, by_number):
    till, other = office.till(), office.till()
    till.put(till.sale(account=ANNA, earned=30))
    assert revoke_terminal(office.store, f"T{till.terminal_no}" if by_number else till.terminal)
    with pytest.raises(Refused) as refused:
        till.put(till.sale())
    assert (refused.value.status, refused.value.reply.code) == (410, "revoked")
    other.put(other.sale(account=ANNA, earned=1))
    office.apply()
    assert points(office, ANNA) == 31


@pytest.mark.parametrize("name", ["T3", "T", "", "T99999", "T-1", "nobody"])
def test_a_till_that_is_not_there_is_said(office, name):
    office.till()
    assert not revoke_terminal(office.store, name)
