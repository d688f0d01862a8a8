"""What every page of the console promises: nothing of a stranger's is run, nothing is kept, each language is whole."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest
import structlog
from babel.messages import extract
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from loyalty.catalogue import Price, Product
from loyalty.events import Body
from loyalty.ledger import Contra
from sync_server import console
from sync_server.console import today
from sync_server.console.demo_user import FILE, make_demo_user
from sync_server.console.forms import MAX_FORM_BYTES
from sync_server.console.tongue import Tongue, choose_lang
from sync_server.console.words import ENTRIES, EVENTS, FLAGS
from sync_server.flags import FlagKind
from sync_server.schema import CONSOLE_USER
from sync_server.users import check_user
from tests.support.console_office import NOW, TODAY, at, tell_history, text_of, visiting
from tests.support.server import opened_office

ROOM = Path(console.__file__).parent
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
VOID = {"meta", "link", "img", "input", "br", "rect", "path"}


@pytest.fixture
def opened(tmp_path):
    """A shop where every name that comes from outside is hostile."""
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        product = Product("4600000000015", HOSTILE, (Price(99_000),), category="scarves")
        shop, history = tell_history(office, f"{HOSTILE} {HOSTILE}", product)
        shop.counter(HOSTILE[:60])
        history.counter.sell((product, 1000), moment=at(TODAY, 17, 0), cashier=HOSTILE)
        history.counter.send()
        with visiting(shop) as visitor:
            visitor.log_in()
            yield shop, history, visitor


class Tags(HTMLParser):
    """Elements of a page that could run something, and whether every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.running: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if (tag == "script" and not names.get("src")) or any(
            name.startswith("on") or name == "style" for name in names
        ):
            self.running.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def pages_of(history, visitor):
    sale, member = history.sale.receipt_id, history.member.member_id
    paths = [
        "/console",
        "/console/receipts",
        f"/console/receipts?date={TODAY}&goods=4600000000015",
        f"/console/receipts/{sale}",
        f"/console/receipts/{history.back.receipt_id}",
        "/console/members",
        f"/console/members/{member}",
        "/console/terminals",
        "/console/nowhere",
        "/console?date=nonsense",
    ]
    for path in paths:
        yield path, visitor.get(path)
    yield "personal", visitor.get(f"/console/members/{member}") and visitor.post(f"/console/members/{member}/personal")
    yield "code", visitor.get("/console/terminals") and visitor.post("/console/terminals/code", store=HOSTILE[:60])
    yield "search", visitor.get("/console/members") and visitor.post("/console/members", text=HOSTILE)


def test_hostile_names_are_text_on_every_page(opened) -> None:
    _, history, visitor = opened
    seen = 0
    for path, answer in pages_of(history, visitor):
        tags = Tags(answer.text)
        assert (tags.running, tags.open) == ([], []), path
        assert "<script>alert" not in answer.text
        assert "onerror=alert(2)>" not in answer.text
        seen += "&lt;script&gt;alert" in answer.text
    assert seen >= 6


def test_a_hostile_address_is_text_in_the_sentence_about_it(opened) -> None:
    *_, visitor = opened
    answer = visitor.get("/console?date=<script>alert(1)</script>&lang=ru")
    assert (answer.status_code, "<script>alert" in answer.text) == (400, False)
    assert "&lt;script&gt;" in answer.text


def test_every_page_carries_the_headers_and_is_kept_nowhere(opened) -> None:
    _, history, visitor = opened
    for path, answer in pages_of(history, visitor):
        assert answer.headers["content-type"] == "text/html; charset=utf-8", path
        assert answer.headers["cache-control"] == "no-store", path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-inline'" not in policy.replace("style-src-attr 'unsafe-inline'", "")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_page_names_an_address_elsewhere(opened) -> None:
    _, history, visitor = opened
    for path, answer in pages_of(history, visitor):
        links = re.findall(r'(?:href|src|action)="([^"]*)"', answer.text)
        assert links
        assert [link for link in links if not link.startswith(("/console", "#"))] == [], path


def test_both_languages_are_whole_and_the_choice_is_kept(opened) -> None:
    _, history, visitor = opened
    assert "Takings" in visitor.get("/console?lang=en").text
    cyrillic = re.compile("[А-Яа-яЁё]+")
    receipt = f"/console/receipts/{history.guest.receipt_id}"
    for path in ("/console/terminals", "/console?date=2026-11-01", "/console/nowhere", receipt):
        words = text_of(re.sub("<pre.*?</pre>", "", visitor.get(path).text, flags=re.DOTALL))
        for known in ("Русский", "Касса у входа", "Анна"):
            words = words.replace(known, "")
        assert cyrillic.findall(words) == [], path
    assert "Выручка" in visitor.get("/console?lang=ru").text
    assert "Чеки" in visitor.get("/console/receipts").text
    assert visitor.client.cookies["kopilka_lang"] == "ru"


def test_the_link_to_the_other_language_keeps_the_page(opened) -> None:
    *_, visitor = opened
    visitor.get(f"/console/receipts?date={TODAY}&kind=sale")
    assert f'href="/console/receipts?date={TODAY}&amp;kind=sale&amp;lang=en"' in visitor.page


@pytest.mark.parametrize(
    ("asked", "kept", "accepts", "lang"),
    [
        ("en", "ru", "ru", "en"),
        ("", "en", "ru", "en"),
        ("", "", "en-GB,en;q=0.9", "en"),
        ("", "", "ru;q=0.5, en;q=0.8", "en"),
        ("", "", "de, ru;q=0.1", "ru"),
        ("de", "xx", "fr", "ru"),
        ("", "", "", "ru"),
        ("", "", "en;q=x, ru;q=0.1", "ru"),
        ("", "", "en;q=0", "ru"),
        ("", "", ",;=" * 10_000, "ru"),
    ],
)
def test_the_language_is_chosen(asked, kept, accepts, lang) -> None:
    assert choose_lang(asked, kept, accepts) == lang


def test_figures_and_ages_are_written_as_people_write_them() -> None:
    russian, english = Tongue("ru"), Tongue("en")
    assert (russian.money(-123_456), english.money(123_456)) == ("\u22121\xa0234,56\xa0₽", "1,234.56\xa0₽")
    assert (russian.signed(1500), russian.signed(-2), russian.signed(0)) == ("+1\xa0500", "\u22122", "0")
    assert [russian.many("{n} point", "{n} points", n) for n in (1, 3, 11)] == ["1 балл", "3 балла", "11 баллов"]
    assert [english.many("{n} point", "{n} points", n) for n in (1, 2)] == ["1 point", "2 points"]
    now = NOW.at_ms
    ages = [russian.age(now - ms, now) for ms in (0, 44_000, 60_000, 5 * 3600_000, 3 * 86_400_000, -5000)]
    assert ages == ["только что", "только что", "1 минуту назад", "5 часов назад", "3 дня назад", "только что"]
    assert english.age(now - 120_000, now) == "2 minutes ago"
    assert (russian.date("2026-11-22"), russian.date("nonsense")) == ("22.11.2026", "nonsense")


def test_a_fault_of_ours_is_a_page_with_a_sentence_and_its_trace_is_in_the_log(opened, monkeypatch) -> None:
    *_, visitor = opened

    def fail(*_: object) -> None:
        secret = "a password that must not be logged"
        raise ZeroDivisionError(len(secret))

    monkeypatch.setattr(today, "read_day", fail)
    with structlog.testing.capture_logs() as logged:
        answer = visitor.get("/console")
    assert (answer.status_code, "Страницу собрать не удалось" in answer.text) == (500, True)
    assert "Traceback" not in answer.text
    assert logged[0]["event"] == "page_failed"
    assert "ZeroDivisionError" in logged[0]["trace"]
    assert "must not be logged" not in str(logged)


def test_a_form_at_the_limit_is_read_and_one_past_it_is_refused(opened) -> None:
    *_, visitor = opened
    visitor.get("/console/members")
    token = re.search(r'value="(\w{64})"', visitor.page)
    assert token
    field = f"form_token={token[1]}&text="
    head = {"content-type": "application/x-www-form-urlencoded"}
    sent = [field + "x" * (MAX_FORM_BYTES - len(field) + over) for over in (0, 1)]
    answers = [visitor.client.post("/console/members", content=body, headers=head) for body in sent]
    assert [answer.status_code for answer in answers] == [200, 413]
    assert "Прислано слишком много" in answers[1].text


@pytest.mark.parametrize("body", [b"\xff\xfe", b"&".join([b"a=1"] * 21), b"", b"form_token", b"form_token=%ff"])
def test_a_form_that_is_none_is_a_sentence(opened, body) -> None:
    *_, visitor = opened
    head = {"content-type": "application/x-www-form-urlencoded"}
    answer = visitor.client.post("/console/members", content=body, headers=head)
    assert (answer.status_code, "Форма устарела" in answer.text) == (400, True)


def test_files_are_kept_for_a_year_under_a_name_that_changes_with_them(opened) -> None:
    *_, visitor = opened
    visitor.get("/console")
    links = set(re.findall(r'(?:href|src)="(/console/static/[^"]*)"', visitor.page))
    assert {link.rpartition("/")[2] for link in links} == {"console.css", "console.js", "icon.svg", "plotly.min.js"}
    for link in links:
        answer = visitor.client.get(link)
        assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
        assert "max-age=31536000" in answer.headers["cache-control"]
        plain = visitor.client.get(link, headers={"accept-encoding": "identity"})
        assert plain.content == answer.content
        assert "content-encoding" not in plain.headers
    wrong = ("/console/static/0000000000000000/console.css", "/console/static/0/..%2Froutes.py", "/console/static/0/x")
    assert [visitor.client.get(link).status_code for link in wrong] == [404, 404, 404]


def test_plotly_comes_from_its_own_wheel() -> None:
    import plotly

    from sync_server.console.assets import read_asset

    wheel = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    assert read_asset("plotly.min.js").body == wheel.read_bytes()
    assert gzip.decompress(read_asset("plotly.min.js").packed) == wheel.read_bytes()


def msgids() -> set[str | tuple[str, ...]]:
    """Every label in templates and modules."""
    keywords = {"_": None, "N_": None, "text": None, "many": (1, 2)}
    found: set[str | tuple[str, ...]] = set()
    for path in [*ROOM.rglob("*.html"), *ROOM.glob("*.py")]:
        method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
        for _, message, *_ in extract.extract(method, BytesIO(path.read_bytes()), keywords, (), {}):
            found.add(message if isinstance(message, str) else tuple(message[:2]))
    return found


def catalogue() -> Catalog:
    with (ROOM / "locale/ru/LC_MESSAGES/console.po").open("rb") as file:
        return read_po(file)


def strings_of(catalogue: Catalog) -> dict[str | tuple[str, ...], tuple[str, ...]]:
    """label -> its Russian, in all forms."""
    found: dict[str | tuple[str, ...], tuple[str, ...]] = {}
    for message in filter(lambda message: message.id, catalogue):
        label = message.id if isinstance(message.id, str) else tuple(message.id)
        found[label] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found


def test_every_label_has_its_russian_and_none_is_left_over() -> None:
    known = strings_of(catalogue())
    assert msgids() ^ set(known) == set()
    assert [label for label, russian in known.items() if not russian or not all(russian)] == []


def test_places_in_labels_are_the_same_in_russian() -> None:
    places = re.compile(r"{(\w+)}")
    for label, strings in strings_of(catalogue()).items():
        wanted = set(places.findall(label if isinstance(label, str) else label[-1]))
        assert all(set(places.findall(string)) == wanted for string in strings), label


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    with (ROOM / "locale/ru/LC_MESSAGES/console.mo").open("rb") as file:
        assert strings_of(read_mo(file)) == strings_of(catalogue())


def test_every_code_of_the_books_has_its_words() -> None:
    assert set(FLAGS) == set(get_args(FlagKind))
    assert set(ENTRIES) == set(get_args(Contra))
    assert set(EVENTS) == {kind.__struct_config__.tag for kind in get_args(Body)}


def test_the_demo_user_is_made_once_with_a_password_only_its_owner_can_read(tmp_path) -> None:
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        path = make_demo_user(office.store, tmp_path, office.now_ms, office.random)
        assert path is not None
        assert path == tmp_path / FILE
        assert path.stat().st_mode & 0o777 == 0o600
        name, password = path.read_text("utf-8").split()
        assert check_user(office.store, name, password) == "owner"
        assert make_demo_user(office.store, tmp_path, office.now_ms, office.random) == path
        assert path.read_text("utf-8").split() == [name, password]


def test_where_users_were_made_by_hand_no_demo_user_is_added(tmp_path) -> None:
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        tell_history(office)
        assert make_demo_user(office.store, tmp_path, office.now_ms, office.random) is None
        with office.store.read() as tx:
            assert sorted(tx.execute(CONSOLE_USER.select()).scalars()) == ["anna", "oleg"]
