"""Limits of what comes in from outside, each at the limit and one past it, that no test of their own room tries."""

from __future__ import annotations

import asyncio
from unittest.mock import patch
from urllib.parse import urlencode

import httpx
import msgspec
import pytest
import zstandard

from loyalty import segment_file
from loyalty.api import HoldRequest
from loyalty.basket import Moment
from loyalty.errors import BadInput, KopilkaError, LinkFault, NotNow
from loyalty.events import Personal, SaleCompleted, encode_event
from loyalty.feed import IdentRow
from loyalty.segment_file import MAX_MANIFEST_BYTES, read_segment_file
from sync_server.arrivals import MAX_INTEGER, MAX_LINE_NO, MAX_TEXT_CHARS, arrive
from sync_server.auth import MAX_SKEW_S, Asked, authenticate
from sync_server.console.forms import MAX_FIELDS, TOKEN_FIELD, form_token, read_form
from sync_server.console.login import MAX_TARGET_CHARS, _own
from sync_server.console.receipt_search import MAX_TEXT_CHARS as MAX_SEARCH_CHARS
from sync_server.console.receipt_search import _text
from sync_server.console.sessions import MAX_TOKEN_CHARS, find_user
from sync_server.console.tongue import MAX_ACCEPTED, choose_lang
from sync_server.csv_rows import MAX_HEADER_BYTES, read_rows
from sync_server.enrol import (
    MAX_NAME_CHARS,
    MAX_NUMBER_DIGITS,
    MAX_OPEN_CODES,
    MAX_TERMINALS,
    make_code,
    revoke_terminal,
)
from sync_server.holds import MAX_WALLET_CHARS, _check_points
from sync_server.personal import MAX_AUDIENCES, MAX_CARDS, check_personal, united
from sync_server.personal import MAX_NAME_CHARS as MAX_PERSON_CHARS
from sync_server.publish import MAX_PUBLISHED_BYTES, publish_file
from sync_server.refusals import Refused
from sync_server.schema import STATE
from terminal.agent.desk import MAX_ACCEPT_CHARS, language_of
from terminal.agent.guard import MAX_DRAINED_BYTES, _drain
from terminal.offline_queue.http_reply import MAX_RETRY_AFTER_S, MAX_WINDOW_BYTES, _retry_after_s, _unzstd
from terminal.offline_queue.signing import Signer
from tests.support.server import T0_MS, TestOffice, hex_id, opened_office

SECRET = "s" * 32


@pytest.fixture
def office(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as made:
        yield made


# -- the head office's console


def test_a_form_has_so_many_fields_and_no_more():
    fields = [(TOKEN_FIELD, form_token(SECRET)), *((f"f{number}", "1") for number in range(MAX_FIELDS))]
    assert len(read_form(urlencode(fields[:MAX_FIELDS]).encode(), SECRET)) == MAX_FIELDS
    with pytest.raises(NotNow) as caught:
        read_form(urlencode(fields).encode(), SECRET)
    assert caught.value.code == "console.form"


def test_a_page_to_go_on_to_has_so_many_characters_and_no_more():
    longest = "/console/receipts?text=".ljust(MAX_TARGET_CHARS, "a")
    assert _own(longest) == longest
    assert _own(longest + "a") == "/console"


def test_what_is_searched_for_has_so_many_characters_and_the_rest_is_cut():
    assert _text({"text": "a" * MAX_SEARCH_CHARS}, "text") == "a" * MAX_SEARCH_CHARS
    assert _text({"text": "a" * MAX_SEARCH_CHARS + "b"}, "text") == "a" * MAX_SEARCH_CHARS


def test_a_session_s_token_over_the_limit_is_not_even_looked_for(office):
    with patch.object(office.store, "read", wraps=office.store.read) as read:
        assert find_user(office.store, "a" * MAX_TOKEN_CHARS, T0_MS) is None
        assert read.call_count == 1
        assert find_user(office.store, "a" * (MAX_TOKEN_CHARS + 1), T0_MS) is None
        assert read.call_count == 1


def test_so_many_languages_a_browser_accepts_are_read_and_no_more():
    others = ["xx"] * (MAX_ACCEPTED - 1)
    assert choose_lang("", "", ",".join([*others, "en"])) == "en"
    assert choose_lang("", "", ",".join([*others, "xx", "en"])) == "ru"


# -- what tills and administrators send the head office


@pytest.mark.parametrize(
    ("body", "at_ms", "why"),
    [
        ({}, MAX_INTEGER - 1, ""),
        ({}, MAX_INTEGER, "its time is out of range"),
        ({"cashier": "a" * MAX_TEXT_CHARS}, T0_MS, ""),
        ({"cashier": "a" * (MAX_TEXT_CHARS + 1)}, T0_MS, "a text or a figure is out of range"),
        ({"line_no": MAX_LINE_NO}, T0_MS, ""),
        ({"line_no": MAX_LINE_NO + 1}, T0_MS, "a minute of the day or a line's number is out of range"),
        ({"moment": Moment(MAX_INTEGER - 1, "2026-11-22", 600, 6)}, T0_MS, ""),
        ({"moment": Moment(MAX_INTEGER, "2026-11-22", 600, 6)}, T0_MS, "a text or a figure is out of range"),
    ],
)
def test_an_event_s_texts_figures_and_numbers_have_limits(office, body, at_ms, why):
    receipt = office.till().receipt()
    if "line_no" in body:
        line = msgspec.structs.replace(receipt.lines[0], line_no=body["line_no"])
        receipt = msgspec.structs.replace(receipt, lines=(line,))
    else:
        receipt = msgspec.structs.replace(receipt, **body)
    raw = encode_event(SaleCompleted(receipt), hex_id("event"), at_ms)
    assert arrive(receipt.terminal, 1, 1, T0_MS, raw).why == why


@pytest.mark.parametrize(("chars", "fits"), [(MAX_PERSON_CHARS, True), (MAX_PERSON_CHARS + 1, False)])
def test_a_person_s_name_has_so_many_characters_and_no_more(chars, fits):
    person = Personal(hex_id(1), hex_id(1), hex_id(2), "00", "", "a" * chars)
    if fits:
        check_personal(person)
        return
    with pytest.raises(BadInput) as caught:
        check_personal(person)
    assert caught.value.code == "personal.bad"


def test_a_member_of_two_keeps_so_many_cards_and_audiences_and_no_more():
    def row(first, count):
        names = tuple(f"{number:05}" for number in range(first, first + count))
        return IdentRow("m", "a", "", names, audiences=names)

    for over in (0, 1):
        both = united(row(0, MAX_CARDS), row(MAX_CARDS, over))
        assert (len(both.cards), len(both.audiences)) == (MAX_CARDS, MAX_AUDIENCES)
        assert both.cards == row(0, MAX_CARDS).cards


def test_a_store_s_name_has_so_many_characters_and_no_more(office):
    def made(code, name):
        return make_code(office.store, office.identity, code, name, T0_MS, office.random)

    longest = "s" * MAX_NAME_CHARS
    assert made(longest, longest)
    for names in ((longest + "s", "Shop"), ("S1", longest + "s")):
        with pytest.raises(BadInput) as caught:
            made(*names)
        assert caught.value.code == "enrol.store"


def test_so_many_codes_are_good_at_once_and_no_more(office):
    def made():
        return make_code(office.store, office.identity, "S1", "Shop", T0_MS, office.random)

    for _ in range(MAX_OPEN_CODES):
        made()
    with pytest.raises(BadInput) as caught:
        made()
    assert caught.value.code == "enrol.codes"


def test_so_many_terminals_are_enrolled_and_no_more(office: TestOffice):
    with office.store.begin(None) as tx:
        tx.execute(STATE.insert().values(name="terminals", value=str(MAX_TERMINALS - 1)))
    assert office.till().terminal_no == MAX_TERMINALS
    with pytest.raises(BadInput) as caught:
        office.till()
    assert caught.value.code == "enrol.full"


def test_a_terminal_s_number_has_so_many_digits_and_no_more(office):
    office.till()
    assert not revoke_terminal(office.store, f"T{'1'.zfill(MAX_NUMBER_DIGITS + 1)}")
    assert revoke_terminal(office.store, f"T{'1'.zfill(MAX_NUMBER_DIGITS)}")


def test_a_wallet_s_name_has_so_many_characters_and_no_more():
    def asked(chars):
        return HoldRequest(hex_id(1), hex_id(2), hex_id(2), {"w" * chars: 1}, 60)

    _check_points(asked(MAX_WALLET_CHARS))
    with pytest.raises(Refused) as caught:
        _check_points(asked(MAX_WALLET_CHARS + 1))
    assert caught.value.reply.code == "bad_request"


def test_a_clock_may_be_off_by_the_limit_and_no_more(office):
    till = office.till()
    said = []
    for off_s in (MAX_SKEW_S, MAX_SKEW_S + 1, -MAX_SKEW_S, -MAX_SKEW_S - 1):
        request = httpx.Request("GET", "http://office.test/v1/heads")
        Signer(till.terminal, till.key).sign(request, b"", T0_MS + off_s * 1000)
        try:
            said.append(authenticate(office.store, Asked("GET", "/v1/heads", request.headers, b""), T0_MS))
        except Refused as refused:
            said.append(refused.reply.code)
    assert said == [till.terminal, "clock", till.terminal, "clock"]


def test_a_document_to_publish_has_so_many_bytes_and_no_more(office, tmp_path):
    codes = []
    for over in (0, 1):
        file = tmp_path / "club.toml"
        file.write_bytes(b"#" * (MAX_PUBLISHED_BYTES + over))
        with pytest.raises(KopilkaError) as caught:
            publish_file(office.store, office.identity, file, T0_MS)
        codes.append(caught.value.code)
    assert codes[0] != "publish.size"
    assert codes[1] == "publish.size"


def test_the_first_line_of_a_table_has_so_many_characters_and_the_rest_is_cut(tmp_path):
    file = tmp_path / "goods.csv"
    file.write_text(" " * (MAX_HEADER_BYTES - 4) + "code\n1\n")
    assert [row.fields for row in read_rows(file, ["code"], ["code"]) if row.fields.get("code")] == [{"code": "1"}]
    file.write_text(" " * (MAX_HEADER_BYTES - 3) + "code\n1\n")
    with pytest.raises(BadInput) as caught:
        next(read_rows(file, ["code"], ["code"]))
    assert caught.value.code == "csv.column"


def test_a_file_of_segments_tells_of_itself_in_so_many_bytes_and_no_more():
    file = segment_file.MAGIC + MAX_MANIFEST_BYTES.to_bytes(4, "big") + b"{" * MAX_MANIFEST_BYTES
    whats = []
    for data in (
        file,
        segment_file.MAGIC + (MAX_MANIFEST_BYTES + 1).to_bytes(4, "big") + b"{" * (MAX_MANIFEST_BYTES + 1),
    ):
        with pytest.raises(BadInput) as caught:
            read_segment_file(data, "x")
        whats.append(caught.value.said.args["what"])
    assert whats == ["manifest", "lengths"]


# -- what comes to a till


@pytest.mark.parametrize(("over", "left"), [(0, 1), (1, 2)])
def test_a_body_nobody_wants_is_taken_in_up_to_a_limit_and_the_rest_is_left(over, left):
    """Two pieces, the second of which is the last or is not looked at."""
    pieces = [MAX_DRAINED_BYTES - 1 + over, 5, 5]

    async def receive():
        return {"type": "http.request", "body": b"x" * pieces.pop(0), "more_body": True}

    asyncio.run(_drain(receive))
    assert len(pieces) == left


def test_a_till_reads_so_much_of_the_languages_a_program_accepts():
    assert language_of("", "x," * (MAX_ACCEPT_CHARS // 2 - 1) + "ru", "en") == "ru"
    assert language_of("", "x," * (MAX_ACCEPT_CHARS // 2) + "ru", "en") == "en"


def test_a_reply_may_ask_for_so_large_a_window_and_no_larger():
    def packed(log):
        asked = zstandard.ZstdCompressionParameters(window_log=log, write_content_size=False)
        packing = zstandard.ZstdCompressor(compression_params=asked).compressobj()
        return packing.compress(b"body") + packing.flush()

    assert MAX_WINDOW_BYTES == 1 << 23
    assert _unzstd(packed(23), 10, "http://office.test") == b"body"
    with pytest.raises(LinkFault) as caught:
        _unzstd(packed(24), 10, "http://office.test")
    assert caught.value.code == "link.not_ours"


def test_a_till_is_put_off_for_so_long_and_no_longer():
    assert _retry_after_s(str(MAX_RETRY_AFTER_S)) == MAX_RETRY_AFTER_S
    assert _retry_after_s(str(MAX_RETRY_AFTER_S + 1)) == MAX_RETRY_AFTER_S
