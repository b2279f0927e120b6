"""Starting, and the subscription on the WorkStream page and the administration screen."""
