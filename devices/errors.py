"""The one error a device raises; whoever drives it turns it into a sentence on the screen."""

from __future__ import annotations


class DeviceError(Exception):
    """A device could not do what it was asked: `code` for programs, `sentence` and `hint` for people, in English."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.hint = hint


class Unproven(DeviceError):
    """The device was told, and did not say that it has done it: it may have, wholly or in part."""
