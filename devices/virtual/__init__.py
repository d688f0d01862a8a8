"""Devices made of software, for the demo, the tests and integrators without hardware."""
