"""Cold start: reading scanners must not load what only a camera or a printer of cards needs."""

import subprocess
import sys

HEAVY = ("cv2", "numpy", "zxingcpp", "pyzbar", "PIL", "qrcode", "barcode", "serial")
MODULES = (
    "terminal.scanner.camera_driver",
    "terminal.scanner.camera_source",
    "terminal.scanner.serial_source",
    "terminal.scanner.gate",
    "terminal.cards",
    "devices.virtual.camera",
    "devices.virtual.camera_codes",
    "devices.virtual.camera_served",
    "devices.virtual.printer",
    "devices.virtual.scanner",
)


def test_importing_the_scanners_loads_no_driver_library() -> None:
    program = f"import sys, {', '.join(MODULES)}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
