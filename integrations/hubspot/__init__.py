"""HubSpot: a contact for everybody who registers, and what is known of how they came."""
