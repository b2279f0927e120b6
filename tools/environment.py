"""The environment `make run` keeps for commands typed by hand."""


def load_local_environment() -> None:
    """Take the variables of the portal that `make run` set up, unless the caller names its own environment."""
