"""A till and a head office of different versions: the new is passed over, what cannot work is said, receipts go up."""

from __future__ import annotations

import httpx
import msgspec
import pytest
import zstandard

from loyalty.api import PROTOCOL, PROTOCOL_HEADER, ErrorReply, protocol_of
from loyalty.events import bucket_of, canonical
from loyalty.feed import IdentRow
from terminal.offline_queue import http_reply
from terminal.offline_queue.runner import LinkStatus
from tests.support.queue_office import Office, Packed, Refused
from tests.support.queue_samples import OFFICE, account_in, sell
from tests.support.queue_till import Till

ANNA = account_in(3)


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def till(tmp_path, office):
    made = Till(tmp_path / "till", office)
    yield made
    made.close()


def trouble(till: Till) -> str:
    status: LinkStatus = till.told[-1]
    return status.trouble.code if status.trouble else ""


def test_a_stream_nobody_here_knows_is_passed_over(till, office):
    office.add_member(ANNA, "anna")
    body = {"more": 1, "streams": {}}

    def more(told):
        return told | body | {"streams": told["streams"] | {"weather": [[0, 9, 9]]}}

    office.route = with_reply(office, "/heads", more)
    assert till.sync()
    assert till.cache.member_by_card("anna") is not None
    assert not any("weather" in asked for asked in office.asked)


def test_a_field_nobody_here_knows_is_passed_over_in_every_reply(till, office):
    ident = canonical(IdentRow(ANNA, ANNA, "Мария И.", ("anna",)))
    office.put("ident", bucket_of(ANNA), ANNA, ident[:-1] + b',"shoe_size":38}')
    office.route = with_reply(office, "/", lambda told: told | {"later": {"a": [1]}})
    sell(till.journal, 1, ANNA, earned=7)
    assert till.sync()
    known = till.cache.member_by_card("anna")
    assert known is not None
    assert (known.ident.cards, len(office.events)) == (("anna",), 1)


def test_a_manifest_with_a_field_nobody_here_knows_is_believed_by_its_signature(till, office, tmp_path):
    office.add_member(ANNA, "anna")
    office.make_snapshot(tmp_path)

    def signed(told):
        later = told | {"later": 5, "vectors": told["vectors"] | {"weather": [[0, 1, 1]]}, "signature": ""}
        return later | {"signature": OFFICE.sign(canonical(later)).hex()}

    office.route = with_reply(office, "/snapshot", signed)
    manifest = till.runner._hands._client.manifest()
    assert set(manifest.vectors) <= {"ident", "bal", "goods", "programmes", "spent"}
    office.route = with_reply(office, "/snapshot", lambda told: signed(told) | {"later": 6})
    with pytest.raises(Exception, match=r"cache\.snapshot"):
        till.runner._hands._client.manifest()


def test_a_refusal_with_a_code_nobody_here_knows_is_a_refusal_with_its_words(till, office):
    def refuse(request, response):
        error = canonical({"code": "too_sunny", "detail": "wait for rain"})
        return httpx.Response(409, content=error) if "heads" in request.url.path else response

    office.fault = refuse
    till.settle()
    assert trouble(till) == "link.refused"
    assert "too_sunny" in till.told[-1].trouble.args["detail"]


def test_an_office_that_no_longer_speaks_with_us_takes_receipts_and_the_strip_says_so(till, office):
    plain = office.route

    def route(request):
        if "segments" not in request.url.path:
            raise Refused(426, ErrorReply("version", "update the terminal"))
        return plain(request)

    office.route = route
    sell(till.journal, 1)
    till.settle()
    assert (len(office.events), till.journal.pending_count()) == (1, 0)
    assert trouble(till) == "link.version"
    sell(till.journal, 2)
    till.settle()
    assert (len(office.events), trouble(till)) == (2, "link.version")
    office.route = plain
    assert till.sync()
    assert trouble(till) == ""


def test_every_request_says_which_version_is_spoken(till, office):
    seen: list[str] = []

    def look(request, response):
        seen.append(request.headers[PROTOCOL_HEADER])
        return response

    office.fault = look
    sell(till.journal, 1)
    assert till.sync()
    assert set(seen) == {str(PROTOCOL)}


def test_an_office_too_old_for_us_takes_receipts_and_the_strip_says_so(till, office, monkeypatch):
    monkeypatch.setattr(http_reply, "OLDEST_OFFICE", 3)
    sell(till.journal, 1)
    till.settle()
    assert (len(office.events), trouble(till)) == (1, "link.old_office")
    office.fault = lambda request, response: with_header(response, "3")
    assert till.sync()
    assert trouble(till) == ""


def test_what_an_earlier_office_has_not_is_done_without(till, office):
    office.add_member(ANNA, "anna")

    def less(told):
        return told | {"streams": {name: heads for name, heads in told["streams"].items() if name != "spent"}}

    office.route = with_reply(office, "/heads", less)
    assert till.sync()
    assert till.cache.member_by_card("anna") is not None


@pytest.mark.parametrize(
    ("said", "spoken"), [("2", 2), ("", 1), ("x", 1), ("-1", 1), ("9" * 9, 999_999_999), ("9" * 10, 1)]
)
def test_what_says_no_version_that_can_be_read_speaks_the_first(said, spoken):
    assert protocol_of(said) == spoken


def with_header(response: httpx.Response, version: str) -> httpx.Response:
    response.headers[PROTOCOL_HEADER] = version
    return response


def with_reply(office: Office, path: str, change):
    """The office's own replies of paths with this in them, changed."""
    plain = office.route

    def route(request: httpx.Request) -> httpx.Response:
        response = plain(request)
        if path not in request.url.path or request.headers.get("range"):
            return response
        return Packed(canonical(change(msgspec.json.decode(zstd(response.content)))))

    return route


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)
