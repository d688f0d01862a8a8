"""The shift and its reports, the link to the head office, and who answers here."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from loyalty import ENGINE_VERSION
from loyalty.stops import Stops
from terminal.agent.asked import OpenRequest
from terminal.agent.desk import Answer, Asked, Desk, told
from terminal.agent.faults import refused
from terminal.agent.wire_standing import HealthReply, LinkReply, ReportReply, ShiftReply, StopTold
from terminal.clock import now_ms
from terminal.records import shift_info
from terminal.session import commands as c


def answer_health(desk: Desk, asked: Asked) -> Answer:
    engine, identity = desk.till.engine, desk.till.store.identity
    around = desk.call(engine.around)
    programme, stops = around.programme, tuple(_stops(around.standing.stops))
    name, engine_version = engine.view().terminal, ENGINE_VERSION
    shop, shop_name = identity.store, identity.store_name
    return Answer(HealthReply(name, shop, shop_name, programme.id, programme.version, engine_version, stops))


def _stops(stops: Stops) -> Iterator[StopTold]:
    if stops.redemption is not None:
        yield StopTold("redemption", "", stops.redemption.reason, stops.redemption.since_ms)
    for campaign_id, stop in stops.campaigns.items():
        yield StopTold("campaign", campaign_id, stop.reason, stop.since_ms)


def answer_shift(desk: Desk, asked: Asked) -> Answer:
    shift = desk.call(desk.till.store.journal.open_shift)
    return Answer(ShiftReply(shift_info(shift) if shift else None))


def open_shift(desk: Desk, asked: Asked) -> Answer:
    """Raises NotNow where one is open already."""
    request: OpenRequest = asked.body
    records, engine = desk.till.records, desk.till.engine
    cashier = " ".join(request.cashier.split())
    if not cashier or not cashier.isprintable():
        raise refused(HTTPStatus.UNPROCESSABLE_ENTITY, "shift.cashier", where="cashier")

    def work() -> Answer:
        started = records.start_shift(c.StartShift(cashier), engine.around())
        engine.dispatch(started)
        return Answer(ShiftReply(started.shift), HTTPStatus.CREATED)

    return desk.call(work)


def close_shift(desk: Desk, asked: Asked) -> Answer:
    """The Z report. Raises NotNow where no shift is open."""
    records, engine = desk.till.records, desk.till.engine

    def work() -> Answer:
        shift = records.shift_now()
        if engine.view().state.basket.lines or engine.view().state.returning:
            raise refused(HTTPStatus.CONFLICT, "agent.screen_busy")
        ended = records.end_shift(shift, engine.around())
        engine.dispatch(ended)
        return Answer(ReportReply(shift, ended.slip))

    return desk.call(work)


def answer_x(desk: Desk, asked: Asked) -> Answer:
    """The X report; the shift goes on."""
    records, engine = desk.till.records, desk.till.engine

    def work() -> Answer:
        shift = records.shift_now()
        return Answer(ReportReply(shift, records.x_report(shift, engine.around()).slip))

    return desk.call(work)


def answer_link(desk: Desk, asked: Asked) -> Answer:
    status, files = desk.till.sync.status(), desk.till.store
    pending = desk.call(files.journal.pending)
    as_of_ms = files.cache.as_of_ms()
    return Answer(
        LinkReply(
            online=status.online,
            pending=pending.count,
            oldest_pending_ms=pending.oldest_at_ms,
            cache_as_of_ms=as_of_ms or None,
            cache_age_s=max(0, now_ms() - as_of_ms) // 1000 if as_of_ms else None,
            last_contact_ms=status.last_contact_ms or None,
            problem=told(status.trouble, asked.lang) if status.trouble else None,
        )
    )
