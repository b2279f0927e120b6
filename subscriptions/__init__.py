"""What the client subscribes to: terms per type, what the public site hands over, and starting a WorkStream."""
