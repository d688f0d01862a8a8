"""The console: the head office's pages for people. `console_routes` is all the application needs."""

from sync_server.console.routes import console_routes

__all__ = ["console_routes"]
