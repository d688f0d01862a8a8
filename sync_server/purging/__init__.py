"""`kopilka-server purge`: what is over for good goes, a bounded piece at a time."""
