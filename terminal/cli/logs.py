"""Where a till's log goes: never into the screen it paints, and never more than its share of the disk."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

import msgspec

FILE = "till.log"
MAX_LOG_BYTES = 1024 * 1024
MAX_OLD_LOGS = 3
_COMMON = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime"})
"""What every record has; whatever else one carries was given to it with `extra`."""


def log_to(folder: Path) -> None:
    """From now on everything that is logged goes to `folder`/till.log, one line of JSON each, four files at most; where
    no file can be kept there, nowhere."""
    handler: logging.Handler
    try:
        handler = RotatingFileHandler(folder / FILE, maxBytes=MAX_LOG_BYTES, backupCount=MAX_OLD_LOGS, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(JsonLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class JsonLine(logging.Formatter):
    """A record as one line of JSON: what it carries, `event`, `logger`, `level`, `timestamp` (UTC), `exception`.

    The head office's log has the same keys, by structlog; loading that is a tenth of a till's whole start.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {name: value for name, value in vars(record).items() if name not in _COMMON}
        line |= {"event": record.getMessage(), "logger": record.name, "level": record.levelname.lower()}
        line["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=repr).decode()
