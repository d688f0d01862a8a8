"""Tills that wait for a head office as long as a busy machine makes it take; a cashier's patience is two seconds."""

from __future__ import annotations

from functools import partial

import pytest

import terminal.opened
from terminal.holding import Holding
from terminal.lookups import Lookups

PATIENCE_S = 60.0


@pytest.fixture
def patient_tills(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal.opened, "Holding", partial(Holding, within_s=PATIENCE_S))
    monkeypatch.setattr(terminal.opened, "Lookups", partial(Lookups, within_s=PATIENCE_S))
