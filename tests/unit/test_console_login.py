"""The door of the console: nothing without a session, five tries and a pause, forms that only we can make."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pytest
from litestar import Litestar
from sqlalchemy import select

from sync_server.console import login
from sync_server.console.login import TRIES_OF_ADDRESS, TRIES_OF_NAME
from sync_server.console.sessions import SESSION_MS, SESSIONS_OF_USER, begin_session, find_user
from sync_server.console.tries import FIRST_PAUSE_MS, FORGOTTEN_MS, LONGEST_PAUSE_MS, Tries
from sync_server.schema import LOGIN_TRY
from sync_server.store import Store, open_store
from sync_server.users import MAX_NAME_CHARS, set_user
from tests.support.console_office import PASSWORDS, make_shop, token_in, visiting
from tests.support.server import opened_office

OPEN = {"/", "/console/login", "/console/static/{digest:str}/{name:str}"}
"""What may be asked for without a session; everything else must lead to the login."""
SAMPLES = {"{receipt_id:str}": "ab" * 16, "{member_id:str}": "cd" * 16, "{rest:path}": "nowhere/at/all"}


@pytest.fixture
def shop(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        yield make_shop(office)


@pytest.fixture
def visitor(shop):
    with visiting(shop) as made:
        yield made


def closed_routes(app: Litestar) -> list[tuple[str, str]]:
    """(method, path) of every route that needs a session."""
    found = []
    for route in app.routes:
        if route.path in OPEN:
            continue
        path = route.path
        for place, sample in SAMPLES.items():
            path = path.replace(place, sample)
        found += [(str(method), path) for method in route.methods if method in ("GET", "POST")]
    return found


def test_every_page_without_a_session_leads_to_the_login(shop) -> None:
    routes = closed_routes(shop.app())
    assert len(routes) >= 11
    with visiting(shop) as visitor:
        for method, path in routes:
            answer = visitor.client.request(method, path, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/console/login"), path
            assert answer.text == ""
            back = "%2Fconsole" if method == "POST" else quote(path, safe="")
            assert answer.headers["location"].partition("=")[2] == back  # a form is not sent a second time


def test_a_right_password_opens_the_page_that_was_asked_for(visitor) -> None:
    visitor.get("/console/receipts?date=2026-11-22")
    assert 'value="/console/receipts?date=2026-11-22"' in visitor.page
    answer = visitor.post(
        "/console/login", name="anna", password=PASSWORDS["anna"], next="/console/receipts?date=2026-11-22"
    )
    assert str(answer.url).endswith("/console/receipts?date=2026-11-22")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/console.evil.example",
        "/console/..//evil.example\n",
    ],
)
def test_the_login_leads_to_no_other_site(visitor, elsewhere) -> None:
    visitor.get("/console/login")
    answer = visitor.client.post(
        "/console/login",
        data={"form_token": token_in(visitor.page), "name": "anna", "password": PASSWORDS["anna"], "next": elsewhere},
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/console"


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(visitor) -> None:
    answers = [visitor.log_in("anna", "wrong password"), visitor.log_in("nobody", "wrong password")]
    assert [answer.status_code for answer in answers] == [403, 403]
    said = "Имя или пароль неверны."
    assert [said in answer.text for answer in answers] == [True, True]


def test_five_wrong_tries_bring_a_pause_that_ends(shop, visitor) -> None:
    tries = [visitor.log_in("anna", f"wrong {number}").status_code for number in range(TRIES_OF_ADDRESS + 1)]
    assert tries == [403] * TRIES_OF_ADDRESS + [429]
    assert "подождите 60 секунд" in visitor.page
    assert visitor.log_in("anna").status_code == 429
    shop.now_ms += FIRST_PAUSE_MS
    assert visitor.log_in("anna").status_code == 200


def test_a_right_password_forgets_the_wrong_ones_before_it(visitor) -> None:
    for _ in range(TRIES_OF_ADDRESS - 1):
        visitor.log_in("anna", "wrong password")
    assert visitor.log_in("anna").status_code == 200
    visitor.client.cookies.clear()
    assert [visitor.log_in("anna", "wrong").status_code for _ in range(TRIES_OF_ADDRESS)] == [403] * TRIES_OF_ADDRESS


def test_passwords_are_checked_one_at_a_time(shop, monkeypatch) -> None:
    inside, most = [], []

    def check(*_: object) -> None:
        inside.append(1)
        most.append(len(inside))
        threading.Event().wait(0.02)
        inside.pop()

    monkeypatch.setattr(login, "check_user", check)
    with visiting(shop) as visitor, ThreadPoolExecutor(4) as pool:
        visitor.get("/console/login")
        sent = {"form_token": token_in(visitor.page), "name": "anna", "password": "x"}
        answers = pool.map(lambda _: visitor.client.post("/console/login", data=sent).status_code, range(4))
        assert list(answers) == [403] * 4
    assert max(most) == 1


def test_a_form_without_our_token_does_nothing(shop, visitor) -> None:
    visitor.get("/console/login")
    for token in ("", "0" * 64, token_in(visitor.page)[::-1]):
        answer = visitor.post("/console/login", token=token, name="anna", password=PASSWORDS["anna"])
        assert (answer.status_code, "Форма устарела" in answer.text) == (400, True)
    visitor.log_in()
    answer = visitor.post("/console/terminals/code", token="0" * 64, store="S1")
    assert (answer.status_code, "Форма устарела" in answer.text) == (400, True)


def test_a_token_of_one_session_is_worth_nothing_in_another(shop) -> None:
    with visiting(shop) as first, visiting(shop) as second:
        first.log_in()
        token = token_in(first.page)
        second.log_in("oleg")
        assert second.post("/console/logout", token=token).status_code == 400


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(shop) -> None:
    for base_url, secure in (("http://office.test", False), ("https://office.test", True)):
        with visiting(shop, base_url) as visitor:
            visitor.get("/console/login")
            answer = visitor.client.post(
                "/console/login",
                data={"form_token": token_in(visitor.page), "name": "anna", "password": PASSWORDS["anna"]},
                follow_redirects=False,
            )
            cookie = answer.headers["set-cookie"].lower()
            assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/console", "max-age=43200"))
            assert ("secure" in cookie) == secure


def test_logging_out_ends_the_session_on_the_server(shop, visitor) -> None:
    visitor.log_in()
    token = visitor.client.cookies["kopilka_session"]
    assert find_user(shop.office.store, token, shop.now_ms) is not None
    assert str(visitor.post("/console/logout").url).endswith("/console/login")
    assert find_user(shop.office.store, token, shop.now_ms) is None


def test_a_session_ends_after_twelve_hours_and_when_the_password_changes(shop) -> None:
    store = shop.office.store
    token = begin_session(store, "anna", shop.now_ms, shop.office.random)
    assert find_user(store, token, shop.now_ms + SESSION_MS - 1) is not None
    assert find_user(store, token, shop.now_ms + SESSION_MS) is None
    set_user(store, "anna", "a new password", "viewer", shop.now_ms + 1)
    assert find_user(store, token, shop.now_ms + 2) is None


def test_a_user_has_ten_sessions_and_the_next_login_ends_the_oldest(shop) -> None:
    store = shop.office.store
    tokens = [begin_session(store, "anna", shop.now_ms + n, shop.office.random) for n in range(SESSIONS_OF_USER)]
    assert all(find_user(store, token, shop.now_ms) for token in tokens)
    tokens.append(begin_session(store, "anna", shop.now_ms + 100, shop.office.random))
    alive = [find_user(store, token, shop.now_ms + 100) is not None for token in tokens]
    assert alive == [False] + [True] * SESSIONS_OF_USER


def test_a_token_that_never_was_one_opens_nothing(shop) -> None:
    for token in ("", "nonsense", "0" * 64, "0" * 100_000):
        assert find_user(shop.office.store, token, shop.now_ms) is None


@pytest.fixture
def store(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        yield office.store


def test_pauses_double_up_to_a_limit_and_are_forgotten_in_time(store) -> None:
    tries, now_ms, pauses = Tries(store, {"address": 1}), 0, []
    for _ in range(7):
        assert tries.take({"address": "address"}, now_ms) == 0
        pauses.append(tries.take({"address": "address"}, now_ms))
        now_ms += pauses[-1]
    assert pauses[:2] == [FIRST_PAUSE_MS, 2 * FIRST_PAUSE_MS]
    assert pauses[-2:] == [LONGEST_PAUSE_MS, LONGEST_PAUSE_MS]
    now_ms += FORGOTTEN_MS + 1
    assert tries.take({"address": "address"}, now_ms) == 0
    assert tries.take({"address": "address"}, now_ms) == FIRST_PAUSE_MS


def test_only_so_many_addresses_are_remembered(store, monkeypatch) -> None:
    monkeypatch.setattr("sync_server.console.tries.MAX_KEYS", 3)
    tries = Tries(store, {"address": 1, "name": 1})
    for at_ms, key in enumerate(("first", "second", "third")):
        tries.take({"address": key}, at_ms)
    tries.take({"name": "first"}, 3)
    assert tries.take({"address": "first"}, 4) > 0, "names are counted apart"
    tries.take({"address": "one more"}, 5)
    assert tries.take({"address": "second"}, 6) > 0
    assert tries.take({"address": "first"}, 7) == 0


def test_a_clock_set_back_amid_many_addresses_keeps_nobody_out(store, monkeypatch) -> None:
    monkeypatch.setattr("sync_server.console.tries.MAX_KEYS", 2)
    tries = Tries(store, {"address": 1})
    assert [tries.take({"address": key}, 10) for key in ("first", "second")] == [0, 0]
    assert tries.take({"address": "third"}, 5) == 0, "it is not itself the oldest"
    assert tries.take({"address": "third"}, 5) == FIRST_PAUSE_MS


def test_one_name_is_guarded_against_many_addresses(store) -> None:
    tries = Tries(store, {"name": TRIES_OF_NAME})
    assert [tries.take({"name": "anna"}, 0) for _ in range(TRIES_OF_NAME)] == [0] * TRIES_OF_NAME
    assert tries.take({"name": "anna"}, 0) > 0


def test_processes_count_together_and_what_was_typed_is_not_kept(store, tmp_path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'office.db'}")) as other:
        processes = [Tries(each, {"name": 4}) for each in (store, other)]
        assert [processes[turn % 2].take({"name": "my secret"}, 0) for turn in range(4)] == [0] * 4
        assert [each.take({"name": "my secret"}, 0) for each in processes] == [FIRST_PAUSE_MS] * 2
        processes[1].forget({"name": "my secret"})
        assert processes[0].take({"name": "my secret"}, 0) == 0
    with store.read() as tx:
        assert "secret" not in str(tx.execute(select(LOGIN_TRY)).all())


def test_for_whoever_has_to_wait_nothing_is_written(store, monkeypatch) -> None:
    writes: list[str] = []
    write = Store.write

    def counting(self: Store, work: Any, *about: Any) -> Any:
        writes.append("one")
        return write(self, work, *about)

    monkeypatch.setattr(Store, "write", counting)
    tries = Tries(store, {"address": 2, "name": 5})
    for turn in range(9):
        tries.take({"address": "10.0.0.1", "name": f"name {turn}"}, turn)
    assert len(writes) == 2, "each try is one transaction, of the address and the name together; the third waits"
    for turn in range(9):
        tries.take({"address": f"10.0.1.{turn}", "name": "anna"}, turn)
    assert len(writes) == 2 + 5, "and so it is when it is the name that has none left, whoever asks"
    assert tries.take({"address": "10.0.2.1", "name": "oleg"}, 9) == 0


def test_of_an_address_and_a_name_the_longer_pause_is_told(store) -> None:
    tries = Tries(store, {"address": 1, "name": 1})
    tries.take({"address": "10.0.0.1", "name": "anna"}, 0)
    tries.take({"name": "oleg"}, 10_000)
    assert tries.take({"address": "10.0.0.1", "name": "oleg"}, 20_000) == 10_000 + FIRST_PAUSE_MS - 20_000


def test_a_name_that_grows_when_its_letters_are_made_small_is_forgotten_too(shop, visitor) -> None:
    long = "ß" * MAX_NAME_CHARS
    set_user(shop.office.store, long, "a long password", "viewer", 1)
    visitor.log_in(long, "wrong password")
    assert visitor.log_in(long, "a long password").status_code == 200
    with shop.office.store.read() as tx:
        assert tx.execute(select(LOGIN_TRY)).all() == []


def test_a_stranger_who_goes_on_asking_is_not_waited_for(shop, visitor, monkeypatch) -> None:
    for number in range(TRIES_OF_ADDRESS):
        visitor.log_in("anna", f"wrong {number}")
    monkeypatch.setattr(Store, "write", None)
    assert [visitor.log_in("anna", "wrong").status_code for _ in range(2)] == [429, 429]
