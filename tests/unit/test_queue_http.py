"""terminal.offline_queue's client: what it signs, what it takes for a reply, what it refuses; enrolment and keys."""

import hmac
import stat
from hashlib import sha256

import httpx
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageVerifier, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from loyalty.api import ErrorReply
from loyalty.errors import BadInput, LinkFault, StoreFault
from loyalty.events import canonical
from loyalty.feed import Heads
from terminal.offline_queue import keys
from terminal.offline_queue.client import MAX_PAGE_BYTES, MAX_SEGMENT_BYTES, Client
from terminal.offline_queue.enrol import enrol
from terminal.offline_queue.http_reply import MAX_REPLY_BYTES, Refusal
from terminal.offline_queue.store import open_store
from tests.support.queue_office import Office, html, silent, streamed
from tests.support.queue_samples import NOON_MS, SCOPE, TERMINAL, enrolment, identity, new_till

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
HEADS = canonical(Heads("g1", 1, {}))


def client(answer, now_ms=lambda: NOON_MS, url=""):
    transport = httpx.MockTransport(lambda request: streamed(answer(request)))
    return Client(identity(), KEY, now_ms, url=url, transport=transport)


def replying(*args, **kwargs):
    return lambda request: httpx.Response(*args, **kwargs)


@pytest.mark.parametrize("ask", ["heads", "personal", "delta"])
def test_requests_are_signed_over_method_path_query_and_body(ask):
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(500)

    office = client(answer)
    calls = {
        "heads": office.heads,
        "personal": lambda: office.send_personal((enrolment()[1],)),
        "delta": lambda: office.delta("g/1", "bal", 7, 3),
    }
    with pytest.raises(LinkFault):
        calls[ask]()
    [request] = asked
    resolver = MappingKeyResolver(public_keys={TERMINAL: KEY.public_key()}, private_keys={})
    verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=resolver)
    covered = ("@method", "@path", "@query", "content-digest")
    [found] = verifier.verify(request, max_age=None, require_components=covered, body=request.content)
    assert found.parameters["keyid"] == TERMINAL
    assert found.parameters["tag"] == "kopilka"
    assert found.parameters["created"] == NOON_MS // 1000
    assert request.headers["content-digest"].startswith("sha-256=:")


def test_segments_carry_the_fence_and_no_signature_that_a_clock_could_spoil():
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(500)

    with pytest.raises(LinkFault):
        client(answer).send_segment(b"KSG1", "fence")
    assert asked[0].headers["kopilka-fence"] == "fence"
    assert "signature" not in asked[0].headers


def test_the_path_of_a_proxied_address_is_kept():
    asked = []

    def answer(request):
        asked.append(request.url)
        return httpx.Response(200, content=HEADS)

    client(answer, url="https://shop.example/loyalty").heads()
    assert str(asked[0]) == "https://shop.example/loyalty/v1/heads"


@pytest.mark.parametrize(
    "encode",
    [
        lambda body: httpx.Response(200, content=body),
        lambda body: httpx.Response(200, content=body, headers={"content-encoding": "identity"}),
        lambda body: packed(zstandard.ZstdCompressor().compress(body)),
    ],
    ids=["plain", "identity", "zstd"],
)
def test_a_reply_comes_plain_or_as_zstd(encode):
    assert client(lambda request: encode(HEADS)).heads() == Heads("g1", 1, {})


def packed(data, encoding="zstd"):
    response = httpx.Response(200, content=data)
    response.headers["content-encoding"] = encoding
    return response


NOT_OURS = {
    "a portal's page": replying(200, html="<html>hello</html>"),
    "a portal's redirect": replying(302, headers={"location": "http://portal.test/"}),
    "nothing at all": replying(200),
    "other JSON": replying(200, json={"hello": "world"}),
    "bytes that are no text": replying(200, content=b"\xff\xfe\x00"),
    "half a reply": replying(200, content=HEADS[:-3]),
    "a proxy's fault": replying(502, html="<html>Bad Gateway</html>"),
    "a bare fault": replying(500, text="oops"),
    "zstd that is none": lambda request: packed(b"not zstd"),
    "half of a zstd": lambda request: packed(zstandard.ZstdCompressor().compress(HEADS * 50)[:-4]),
    "an encoding nobody asked for": lambda request: packed(HEADS, "br"),
    "a window too large": lambda request: packed(wide_window()),
}


def wide_window():
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=24)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return packer.compress(HEADS) + packer.flush()


@pytest.mark.parametrize("answer", NOT_OURS.values(), ids=NOT_OURS)
def test_whatever_is_not_the_head_offices_reply_is_said_to_be_that(answer):
    with pytest.raises(LinkFault) as caught:
        client(answer).heads()
    assert caught.value.code == "link.not_ours"
    assert not isinstance(caught.value, Refusal)
    assert caught.value.hint is not None


@pytest.mark.parametrize("fault", [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.ReadError])
def test_a_network_that_fails_is_offline(fault):
    def answer(request):
        raise fault("no", request=request)

    with pytest.raises(LinkFault) as caught:
        client(answer).heads()
    assert caught.value.code == "link.offline"


def test_a_reply_that_drips_for_too_long_is_offline(monkeypatch):
    monkeypatch.setattr("terminal.offline_queue.client.REPLY_WITHIN_S", -100.0)
    defaults = Client._ask.__kwdefaults__ or {}
    monkeypatch.setattr(Client._ask, "__kwdefaults__", {**defaults, "read_s": -100.0})
    with pytest.raises(LinkFault) as caught:
        client(replying(200, content=HEADS)).heads()
    assert caught.value.code == "link.offline"


@pytest.mark.parametrize("bomb", [False, True], ids=["plain", "packed"])
def test_a_reply_has_a_limit_and_one_byte_more_is_too_much(bomb):
    def answer(size):
        body = HEADS + b" " * (size - len(HEADS))
        return (
            (lambda request: packed(zstandard.ZstdCompressor().compress(body))) if bomb else replying(200, content=body)
        )

    assert client(answer(MAX_REPLY_BYTES)).heads().gen == "g1"
    with pytest.raises(LinkFault) as caught:
        client(answer(MAX_REPLY_BYTES + 1)).heads()
    assert caught.value.code == "link.not_ours"


def test_a_page_of_rows_may_be_larger_but_not_without_end():
    office = Office()

    def answer(size):
        body = canonical(office.delta("g1", "bal", 7, 0))
        return replying(200, content=body + b" " * (size - len(body)))

    assert client(answer(MAX_PAGE_BYTES)).delta("g1", "bal", 7, 0).drained
    with pytest.raises(LinkFault):
        client(answer(MAX_PAGE_BYTES + 1)).delta("g1", "bal", 7, 0)


def test_a_segment_given_back_may_be_as_large_as_one_that_is_sent():
    def answer(size):
        return lambda request: httpx.Response(200, content=b"s" * size)

    assert client(answer(MAX_SEGMENT_BYTES)).own_segment(1, 1) == b"s" * MAX_SEGMENT_BYTES
    with pytest.raises(LinkFault):
        client(answer(MAX_SEGMENT_BYTES + 1)).own_segment(1, 1)


@pytest.mark.parametrize(
    ("header", "wait_s"), [("7", 7), ("9999", 300), ("", 0), ("-1", 0), ("Wed, 21 Oct 2026", 0), ("9" * 20, 0)]
)
def test_a_refusal_says_what_and_when_to_ask_again(header, wait_s):
    answer = replying(503, content=canonical(ErrorReply("busy", "wait")), headers={"retry-after": header})
    with pytest.raises(Refusal) as caught:
        client(answer).heads()
    assert (caught.value.reply.code, caught.value.retry_after_s) == ("busy", wait_s)


@pytest.mark.parametrize("status", [429, 503])
def test_a_proxy_that_is_busy_counts_as_a_busy_head_office(status):
    with pytest.raises(Refusal) as caught:
        client(replying(status, html="<html>slow down</html>", headers={"retry-after": "5"})).heads()
    assert (caught.value.reply.code, caught.value.retry_after_s) == ("busy", 5)


def test_a_wrong_clock_is_tried_again_once_and_kept_right_afterwards():
    created = []

    def answer(request):
        created.append(int(request.headers["signature-input"].split("created=")[1].split(";")[0]))
        if created[-1] < 2_000_000_000:
            return httpx.Response(401, content=canonical(ErrorReply("clock", "", server_time_ms=2_000_000_000_500)))
        return httpx.Response(200, content=HEADS)

    office = client(answer)
    office.heads()
    office.heads()
    assert created == [NOON_MS // 1000, 2_000_000_000, 2_000_000_000]


def test_a_clock_that_is_refused_again_is_not_tried_for_ever():
    asked = []

    def answer(request):
        asked.append(1)
        return httpx.Response(401, content=canonical(ErrorReply("clock", "", server_time_ms=5)))

    with pytest.raises(Refusal):
        client(answer).heads()
    assert len(asked) == 2


def taken(answer, offset=0, most=10):
    got = {}
    end = client(answer).snapshot_part("5" * 32, offset, most, lambda at, chunk: got.update({at: chunk}))
    return end, b"".join(got[at] for at in sorted(got))


def test_a_part_is_asked_for_and_taken_from_its_place():
    asked = []

    def answer(request):
        asked.append(request.headers["range"])
        return httpx.Response(206, content=b"4567", headers={"content-range": "bytes 4-7/8"})

    assert taken(answer, 4, 8) == (8, b"4567")
    assert asked == ["bytes=4-7"]


def test_a_server_without_ranges_begins_at_the_beginning():
    assert taken(replying(200, content=b"01234567"), 4, 8) == (8, b"01234567")


WRONG_PARTS = {
    "another place": replying(206, content=b"x", headers={"content-range": "bytes 0-0/10"}),
    "no place": replying(206, content=b"x"),
    "too much": replying(206, content=b"x" * 7, headers={"content-range": "bytes 4-10/10"}),
    "compressed on the way": lambda request: packed(b"x"),
    "a page": replying(403, html="<html>"),
}


@pytest.mark.parametrize("answer", WRONG_PARTS.values(), ids=WRONG_PARTS)
def test_a_part_that_is_not_the_one_asked_for_is_refused(answer):
    with pytest.raises(LinkFault) as caught:
        taken(answer, 4)
    assert caught.value.code == "link.not_ours"


def test_a_snapshot_that_is_no_more_is_a_refusal():
    with pytest.raises(Refusal) as caught:
        taken(replying(404, content=canonical(ErrorReply("unknown", "gone"))))
    assert caught.value.reply.code == "unknown"


def test_a_till_is_enrolled_with_a_key_only_it_can_read(tmp_path):
    office = Office()
    made = enrol(" https://office.test/ ", " 12345678 ", "Till 1", tmp_path / "till", office.transport())
    assert (made.url, made.terminal, made.name) == ("https://office.test", TERMINAL, "Till 1")
    for name in ("device.key", "identity.json", "journal.db"):
        assert stat.S_IMODE((tmp_path / "till" / name).stat().st_mode) == 0o600, name
    store = open_store(tmp_path / "till")
    assert store.identity == made
    assert store.journal.pending_count() == 0
    store.close()


@pytest.mark.parametrize("url", ["", "office.test", "ftp://office.test", "http://", "ж"])
def test_an_address_that_is_none_is_said_before_anything_is_made(tmp_path, url):
    with pytest.raises(BadInput) as caught:
        enrol(url, "1", "Till", tmp_path / "till", Office().transport())
    assert caught.value.code == "link.bad_url"
    assert not (tmp_path / "till").exists()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (silent, "link.offline"),
        (html, "link.not_ours"),
        (lambda q, r: httpx.Response(403, content=canonical(ErrorReply("bad_code", "used"))), "link.bad_code"),
        (lambda q, r: httpx.Response(400, content=canonical(ErrorReply("bad_request", "no"))), "link.refused"),
    ],
)
def test_an_enrolment_that_fails_can_be_tried_again_with_the_same_key(tmp_path, fault, code):
    office = Office()
    office.fault = fault
    with pytest.raises(LinkFault) as caught:
        enrol("https://office.test", "1", "Till", tmp_path, office.transport())
    assert caught.value.code == code
    key = (tmp_path / "device.key").read_bytes()
    office.fault = None
    enrol("https://office.test", "2", "Till", tmp_path, office.transport())
    assert (tmp_path / "device.key").read_bytes() == key


def test_a_till_is_not_enrolled_over_another(tmp_path):
    new_till(tmp_path / "till").close()
    office = Office()
    with pytest.raises(StoreFault) as caught:
        enrol("https://office.test", "1", "Till", tmp_path / "till", office.transport())
    assert caught.value.code == "journal.exists"
    assert office.asked == []  # the one-time code is not spent on it


@pytest.mark.parametrize("name", ["device.key", "identity.json"])
def test_a_broken_identity_is_a_sentence(tmp_path, name):
    new_till(tmp_path / "till").close()
    (tmp_path / "till" / name).write_bytes(b"broken")
    with pytest.raises(StoreFault) as caught:
        open_store(tmp_path / "till")
    assert caught.value.code == "store.bad_identity"


def test_a_phone_is_known_by_a_keyed_hash_of_16_bytes():
    expected = hmac.new(bytes.fromhex(SCOPE), b"+79031234567", sha256).hexdigest()[:32]
    assert keys.phone_hash(SCOPE, "+79031234567") == expected
    assert keys.phone_hash("00" * 32, "+79031234567") != expected


def test_a_signature_holds_for_its_key_and_data_alone():
    public = KEY.public_key().public_bytes_raw().hex()
    signature = KEY.sign(b"data").hex()
    assert keys.signed_by(public, signature, b"data")
    assert not keys.signed_by(public, signature, b"other")
    assert not keys.signed_by("00" * 32, signature, b"data")
    assert not keys.signed_by("not hex", "", b"data")
