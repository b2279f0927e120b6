"""What people answer by mail: stored once, read, and made a message or a note; what needs a person is held."""
