"""In which order a doctor's findings are to be put right: what is not reached cannot be asked what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable

from terminal.doctoring import Finding

SILENT = ("fiscal.silent", "atol.", "shtrih.", "print.offline", "display.", "payment.")
ORDER: tuple[tuple[str, ...], ...] = (
    ("port.", "camera.", "doctor.mode_"),
    ("doctor.modem_manager",),
    ("doctor.named_by_path",),
    ("doctor.layout",),
    SILENT,
    ("fiscal.cover_open", "fiscal.no_paper", "fiscal.unprinted", "print."),
    ("fiscal.clock",),
    ("fiscal.over_24h", "fiscal.swapped"),
    ("fiscal.unsent", "doctor.unsent"),
    ("doctor.unsettled", "doctor.doubt"),
)
"""How the codes of findings begin: permissions and ports, ModemManager, layout, silence, paper, the register's clock,
its shift, what its operator has not had, what is in doubt."""


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Of one kind, in the order of the file of devices."""
    return sorted(findings, key=lambda finding: _stage(finding.what.code))


def _stage(code: str) -> int:
    """A code of nobody's is a device that does not do what it should."""
    return next((stage for stage, starts in enumerate(ORDER) if code.startswith(starts)), ORDER.index(SILENT))
