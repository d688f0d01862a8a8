"""The rules of loyalty: pure values and functions, with no clock, randomness, I/O or global state."""

ENGINE_VERSION = "1"
