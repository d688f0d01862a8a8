"""What the head office says is safe: what a backup holds, or everything at once where that is so."""

from pathlib import Path

import pytest

from sync_server.backups import back_up
from sync_server.safety import mark_backed_up, survives_at_once
from sync_server.settings import Settings
from tests.support.office_command import command
from tests.support.served_office import served_office
from tests.support.server import hex_id, office_on

ANNA = hex_id("anna")


@pytest.fixture
def office(sqlite_office):
    return sqlite_office


def database(office):
    """The file of its database."""
    return Path(office.store._engine.url.database)


def test_stored_is_acknowledged_and_safe_only_once_a_backup_has_it(office, tmp_path):
    till = office.till()
    first = till.put(till.sale(account=ANNA)).reply
    assert (first.acked.seq, first.safe.seq) == (1, 0)
    back_up(database(office), tmp_path / "copy")
    second = till.put(till.sale(account=ANNA)).reply
    assert second.safe.seq == 0, "the copy is there, and it has not been marked"
    assert mark_backed_up(office.store, tmp_path / "copy") == 1
    third = till.put(till.sale(account=ANNA)).reply
    assert (third.acked.seq, third.safe) == (3, first.acked), "the copy holds the first and not the second"


def test_a_till_nothing_has_come_from_is_not_marked(office, tmp_path):
    office.till()
    back_up(database(office), tmp_path / "copy")
    assert mark_backed_up(office.store, tmp_path / "copy") == 0


def test_where_the_operator_says_so_stored_is_safe(office, tmp_path):
    assert not survives_at_once(Settings(tmp_path), office.store)
    assert survives_at_once(Settings(tmp_path, stored_is_safe=True), office.store)


def test_postgresql_without_a_standby_is_not_safe_by_itself(request, tmp_path):
    with office_on("postgresql", request, tmp_path) as office:
        assert not survives_at_once(Settings(tmp_path), office.store)
        assert survives_at_once(Settings(tmp_path, stored_is_safe=True), office.store)


def test_the_command_that_backs_up_says_what_is_safe(tmp_path):
    data = tmp_path / "office"
    with served_office(data) as served:
        till = served.office.till()
        first = till.put(till.sale(account=ANNA)).reply
        done = command("backup", str(tmp_path / "copy"), data=data)
        assert done.returncode == 0, done.stderr
        assert till.put(till.sale(account=ANNA)).reply.safe == first.acked
