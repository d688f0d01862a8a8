"""The cashier's screens; they know the session and the rules, never files or the network."""
