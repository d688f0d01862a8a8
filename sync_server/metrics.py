"""What Prometheus is told. docs/OPERATIONS.md says what each is good for; docs/samples/alerts.yml warns by them."""

from prometheus_client import Counter, Gauge

SEGMENTS = Counter("kopilka_segments", "Segments taken in by this process", ["outcome"])
MESSAGES = Counter("kopilka_messages", "Messages to members, by this process", ["outcome"])
TURNED_AWAY = Counter("kopilka_turned_away", "Requests of tills this process turned away until later", ["why"])
REQUESTS = Gauge("kopilka_requests", "Requests of tills this process is answering")
EVENTS_APPLIED = Gauge("kopilka_events_applied", "Events this process has applied since it began")
APPLY_FAILURES = Gauge("kopilka_apply_failures", "Rounds that failed since this process began")
GENERATION_CURRENT = Gauge("kopilka_generation_current", "1 while this process works in the database's generation")
SEGMENTS_WAITING = Gauge("kopilka_segments_waiting", "Segments stored and not yet applied")
EVENTS_BEHIND = Gauge("kopilka_events_behind", "Events stored and not yet applied")
APPLY_LAG = Gauge("kopilka_apply_lag_seconds", "Age of the oldest segment not yet applied, 0 without one")
EVENTS_PARKED = Gauge("kopilka_events_parked", "Events kept that this version cannot read")
EVENTS_WAITING = Gauge("kopilka_events_waiting", "Returns that wait for their sale")
EFFECTS = Gauge("kopilka_effects", "Effects from one bucket to another that are not done", ["state"])
FLAGS = Gauge("kopilka_flags", "Facts that do not agree with one another, by kind", ["kind"])
TILLS = Gauge("kopilka_tills", "Tills", ["state"])
TILLS_SILENT = Gauge("kopilka_tills_silent", "Tills in use that have not been heard for longer", ["over"])
LAST_CONTACT = Gauge("kopilka_last_contact_timestamp_seconds", "When a till was last heard, 0 without one")
APPLIERS = Gauge("kopilka_appliers", "Processes that apply")
LEASE_SLOTS_FREE = Gauge("kopilka_lease_slots_free", "Shares of the work that no process has")
SNAPSHOT_AGE = Gauge("kopilka_snapshot_age_seconds", "Age of this process's newest snapshot, NaN without one")
DISK_FREE = Gauge("kopilka_disk_free_bytes", "Room left where this process's data folder is")
DATABASE_BYTES = Gauge("kopilka_database_bytes", "Size of the database")

for _outcome in ("new", "again"):
    SEGMENTS.labels(_outcome)
for _why in ("requests", "queue"):
    TURNED_AWAY.labels(_why)
for _outcome in ("sent", "failed", "no_room"):
    MESSAGES.labels(_outcome)
