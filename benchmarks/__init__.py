"""Each benchmark prints a ratio against a peer or a physical limit, taken in the same run."""
