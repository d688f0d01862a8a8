"""A sale through the till's agent: look a member up, quote, commit. See docs/AGENT.md.

python agent_client.py FOLDER_OF_THE_TILL http://127.0.0.1:8787 MEMBER GOODS...
"""

import sys
import uuid
from pathlib import Path
from typing import Any

import httpx


def main(folder: str, url: str, member: str, *goods: str) -> None:
    token = (Path(folder) / "agent.token").read_text().strip()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}) as till:
        found = answer(till.get(f"/v1/members/{member}"))
        print(f"{found['name_masked']}: {found['balance_points']} points, {found['status_name']}")

        basket = {"lines": [{"code": code} for code in goods], "member": {"key": member}}
        quote = answer(till.post("/v1/quote", json=basket))
        for reason in [*quote["explanations"], *quote["hints"]]:
            print(f"- {reason['name']}: {reason['said']['text']}")

        total_minor = quote["total_minor"]
        sale = {**basket, "sale_id": uuid.uuid4().hex, "expected_total_minor": total_minor}
        if total_minor:
            sale["payments"] = [{"kind": "card", "amount_minor": total_minor}]
        # Safe to send again, with the same sale_id, until there is an answer: it is recorded once.
        receipt = answer(till.post("/v1/receipts", json=sale))
        print("\n".join(receipt["slip"]))


def answer(reply: httpx.Response) -> Any:
    """What was asked for; else the agent's own sentence says why not."""
    if reply.is_error:
        sys.exit(reply.json()["detail"])
    return reply.json()


if __name__ == "__main__":
    main(*sys.argv[1:])
