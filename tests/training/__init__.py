"""How the second recogniser was taught to read the names on slips."""
