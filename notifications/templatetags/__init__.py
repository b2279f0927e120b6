"""What pages of lower floors ask of this app."""
