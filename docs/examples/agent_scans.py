"""Scans of the till's own scanners, from its agent, each once: see docs/AGENT.md.

python agent_scans.py FOLDER_OF_THE_TILL http://127.0.0.1:8787
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx


def scans(till: httpx.Client, wait_s: int = 25) -> Iterator[dict[str, Any]]:
    """Every code from now on. A program that reads them seldom looks at `missed` too."""
    after: dict[str, int] = {}
    while True:
        # The answer comes with the scan; without one, empty after wait_s.
        found = till.get("/v1/scans", params={"wait_s": wait_s, **after}, timeout=wait_s + 10).raise_for_status().json()
        yield from found["scans"]
        after = {"after": found["next"]}


def main(folder: str, url: str) -> None:
    token = (Path(folder) / "agent.token").read_text().strip()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}) as till:
        for scan in scans(till):
            goods = till.get(f"/v1/goods/{scan['text']}") if scan["read_as"] in ("product", "weighed") else None
            if goods is not None and goods.is_success:
                print(f"{goods.json()['name']}: {goods.json()['price_minor'] / 100:.2f}")
            else:
                print(f"{scan['read_as']}: {scan['text']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
