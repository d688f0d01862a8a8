"""The store terminal: the sale, its journal, its screen and its link to the head office."""
