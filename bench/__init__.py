"""`make bench`: the portal measured on a million WorkStreams. Nothing of the portal imports this."""
