"""People, their roles and what a role may do, client organisations, and how people sign in."""
