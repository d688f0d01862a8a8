"""Payment terminals: what they answer, the lines our own protocol speaks, and the drivers over them."""
