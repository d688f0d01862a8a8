"""Whole tills and the whole head office in one process, driven by a seed through every fault a network has."""
