"""The screen, tried by its pilot and over a pseudo-terminal."""
