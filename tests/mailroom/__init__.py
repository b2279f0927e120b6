"""What comes in by mail."""
