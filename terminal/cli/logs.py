"""Where a till's log goes: never into the screen it paints, and never more than its share of the disk."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE = "till.log"
MAX_LOG_BYTES = 1024 * 1024
MAX_OLD_LOGS = 3


def log_to(folder: Path) -> None:
    """From now on everything that is logged goes to `folder`/till.log, one line of JSON each, four files at most; where
    no file can be kept there, nowhere."""
    import structlog

    handler: logging.Handler
    try:
        handler = RotatingFileHandler(folder / FILE, maxBytes=MAX_LOG_BYTES, backupCount=MAX_OLD_LOGS, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    logging.basicConfig(level=logging.INFO, handlers=[handler], format="%(message)s", force=True)
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
