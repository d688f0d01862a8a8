"""Hardware as bytes in and bytes out: transports, drivers and virtual devices."""
