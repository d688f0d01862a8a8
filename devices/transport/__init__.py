"""Ways for bytes to travel between this machine and a device."""
