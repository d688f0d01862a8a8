"""`kopilka-server verify`: reads everything stored and everything made of it, and says what does not agree."""
