"""The till without a screen, served to other tills and programs of the same machine over HTTP on loopback.

Every request is one piece of work on the till's own thread: no client has a basket here, and none can see another's.
`terminal.agent.serve.serve` runs it, `docs/AGENT.md` tells integrators how to use it.
"""
