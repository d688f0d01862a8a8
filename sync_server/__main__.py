"""`python -m sync_server` is `kopilka-server`."""

from sync_server.cli import main

main()
