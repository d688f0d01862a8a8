"""Counters for Prometheus, and the page that gives them out."""

from prometheus_client import Counter, Gauge

SEGMENTS = Counter("kopilka_segments", "Segments taken in", ["outcome"])
TURNED_AWAY = Counter("kopilka_turned_away", "Requests of tills turned away until later", ["why"])
REQUESTS = Gauge("kopilka_requests", "Requests of tills being answered")
SEGMENTS_WAITING = Gauge("kopilka_segments_waiting", "Segments stored and not yet applied")
EVENTS_APPLIED = Gauge("kopilka_events_applied", "Events this process has applied since it began")
APPLY_FAILURES = Gauge("kopilka_apply_failures", "Rounds that failed since this process began")
EVENTS_BEHIND = Gauge("kopilka_events_behind", "Events stored and not yet applied")
EVENTS_PARKED = Gauge("kopilka_events_parked", "Events kept that this version cannot read")
EVENTS_WAITING = Gauge("kopilka_events_waiting", "Returns that wait for their sale")
MESSAGES = Counter("kopilka_messages", "Messages to members", ["outcome"])
