"""Intercom as it is seen by those who call it: see `integrations.simulator`."""
