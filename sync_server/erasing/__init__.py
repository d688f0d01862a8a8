"""`kopilka-server erase`: a member's personal data gone everywhere, while the books and every chain still hold."""
