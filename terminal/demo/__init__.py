"""The demo shop: a head office on loopback, an enrolled till, a virtual scanner and a virtual printer."""
