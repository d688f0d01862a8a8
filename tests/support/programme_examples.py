"""The examples of docs/PROGRAMMES.md, each as a document of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "PROGRAMMES.md").read_text("utf-8")
HEAD = 'id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n'
CAMPAIGN = '[[campaign]]\nid = "c"\nname = { ru = "А", en = "A" }\n'
NAMED = re.compile(r"(\w+ = .+\n+)*\[\[(season|event|coupon)\]\]")
"""The examples of what conditions and rewards refer to begin so."""


def blocks(name: str) -> list[str]:
    return re.findall(rf"^```\w+ {name}\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)


def documents() -> Iterator[str]:
    """Each example as part of a document of its own."""
    for part in blocks("part"):
        yield HEAD + part
    head = HEAD + "".join(f"{part}\n" for part in blocks("part") if NAMED.match(part)) + CAMPAIGN
    for condition in blocks("condition"):
        yield f'{head}reward = {{ type = "percent", rate_bp = 1 }}\nconditions = [{condition}]'
    together = next(each for each in blocks("condition") if "combination" in each)
    for reward in blocks("reward"):
        yield f"{head}reward = {reward}\nconditions = [{together}]"
