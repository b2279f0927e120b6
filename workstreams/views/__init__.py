"""The WorkStream page, the lists and the administration screen; a module per subject."""
