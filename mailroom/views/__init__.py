"""Pages and hooks of the mailroom."""
