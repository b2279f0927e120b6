"""The phases of a WorkStream: their order per subscription type, how they change, and the history."""
