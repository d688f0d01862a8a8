"""The keys of a US keyboard by the codes Linux gives them (linux/input-event-codes.h)."""

ROWS = {2: "1234567890-=", 16: "qwertyuiop[]", 30: "asdfghjkl;'`", 43: "\\zxcvbnm,./", 57: " "}
SHIFTED_ROWS = {2: "!@#$%^&*()_+", 16: "QWERTYUIOP{}", 30: 'ASDFGHJKL:"~', 43: "|ZXCVBNM<>?", 57: " "}
"""The first code of each row, and what its keys are without and with Shift."""
PLAIN = {first + place: sign for first, row in ROWS.items() for place, sign in enumerate(row)}
SHIFTED = {first + place: sign for first, row in SHIFTED_ROWS.items() for place, sign in enumerate(row)}
PAD_DIGITS = {82: "0", 79: "1", 80: "2", 81: "3", 75: "4", 76: "5", 77: "6", 71: "7", 72: "8", 73: "9"}
PAD_SIGNS = {55: "*", 74: "-", 78: "+", 83: ".", 98: "/", 117: "=", 121: ","}
TAB, ENTER, PAD_ENTER = 15, 28, 96
LEFT_SHIFT, RIGHT_SHIFT, LEFT_CONTROL, RIGHT_CONTROL, LEFT_ALT, CAPS = 42, 54, 29, 97, 56, 58
OTHER = 86
"""The key beside the left Shift that US keyboards lack: < and >."""
EV_SYN, EV_KEY, EV_LED = 0, 1, 0x11
SYN_DROPPED, LED_CAPS = 3, 1
UP, DOWN = 0, 1
EVENT = "llHHi"
"""input_event as `struct` has it: seconds, microseconds, type, code, value; 24 bytes where numbers have 64 bits."""
