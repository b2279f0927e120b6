"""WorkStreams, their members and the one tenancy rule; the WorkStream page, the grid and the administration screen."""
