"""The tests: unit, property, simulation, contract, ui, e2e, upgrades."""
