"""Returns, part by part: what was paid for a part, what the rest costs by itself, and the points that are gone."""
