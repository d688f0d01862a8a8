"""What makes blurred dots clear again: sharpening, and undoing a blur whose form is guessed (Wiener's filter).

All work on rows of brightness or on a whole picture alike; sizes are in dots.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Transfer = NDArray[np.floating]
EDGE_PX = 48
"""The picture is continued by so much on each side, so that undoing does not carry one edge over to the other."""


def softened(dots: Floats, sigma_px: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(dots, (0, 0), sigma_px), np.float32)


def sharpened(dots: Floats, sigma_px: float, amount: float) -> Floats:
    return dots + amount * (dots - softened(dots, sigma_px))


def evened(dots: Floats, window_px: int) -> Floats:
    """From the darkest to the lightest about each dot, so that shade and glare do not matter."""
    kernel = np.ones((1 if dots.shape[0] == 1 else window_px, window_px), np.uint8)
    dark = cv2.blur(cv2.erode(dots, kernel), kernel.shape[::-1])
    light = cv2.blur(cv2.dilate(dots, kernel), kernel.shape[::-1])
    return np.asarray((dots - dark) / np.maximum(light - dark, 8) * 255, np.float32)


def focused(dots: Floats, sigma_px: float, noise: float) -> Floats:
    """As if in focus: undoes a Gaussian blur; `noise` is the share of noise in the power of the picture."""
    down, across = _frequencies(dots)
    return _undone(dots, np.exp(-2 * (np.pi * sigma_px) ** 2 * (down**2 + across**2)), noise)


def stilled(dots: Floats, length_px: float, angle_deg: float, noise: float) -> Floats:
    """As if held still: undoes a movement by `length_px` in a straight line."""
    down, across = _frequencies(dots)
    angle = np.deg2rad(angle_deg)
    return _undone(dots, np.sinc((across * np.cos(angle) + down * np.sin(angle)) * length_px), noise)


def _frequencies(dots: Floats) -> tuple[Transfer, Transfer]:
    high, wide = _padded_size(dots)
    return np.fft.fftfreq(high)[:, None], np.fft.rfftfreq(wide)[None, :]


def _padded_size(dots: Floats) -> tuple[int, int]:
    high, wide = dots.shape
    down_px = EDGE_PX if high > 1 else 0
    return (
        cv2.getOptimalDFTSize(high + 2 * down_px) if down_px else high,
        cv2.getOptimalDFTSize(wide + 2 * EDGE_PX),
    )


def _undone(dots: Floats, transfer: Transfer, noise: float) -> Floats:
    """Wiener's filter, then stretched so that the lightest and darkest dots are white and black."""
    high, wide = dots.shape
    rows, columns = _padded_size(dots)
    top, left = (EDGE_PX if high > 1 else 0), EDGE_PX
    framed = cv2.copyMakeBorder(
        dots, top, rows - high - top, left, columns - wide - left, cv2.BORDER_REPLICATE
    )  # fmt: skip
    mean = float(framed.mean())
    spectrum = np.fft.rfft2(framed - mean) * (transfer / (transfer**2 + noise))
    clear = np.fft.irfft2(spectrum, framed.shape)[top : top + high, left : left + wide]
    dark, light = np.percentile(clear, (3, 97))
    return np.asarray((clear - dark) / max(float(light - dark), 1e-3) * 230 + 12, np.float32)
