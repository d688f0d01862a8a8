"""The rules of loyalty: pure functions over frozen values, without a clock, randomness or I/O."""
