"""HubSpot, as the portal knows it, on this machine: for development, the demonstration and tests."""
