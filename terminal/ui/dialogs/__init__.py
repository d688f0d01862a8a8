"""What takes the place of the lines for a moment: the form of a new member, the member, the menu, the keys."""
