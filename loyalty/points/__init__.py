"""Points in lots: when they can be spent, in what order they are, what comes back, and until when they last."""
