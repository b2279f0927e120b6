"""For administrators: how each vendor is doing, what goes there and comes from there, and mending it by hand."""
