"""The parts of every world: a line for each subject (see tests/simulation/part.py)."""

from tests.simulation.by_hand import ByHand
from tests.simulation.holding import Holding
from tests.simulation.part import Part

PARTS: tuple[type[Part], ...] = (ByHand, Holding)
