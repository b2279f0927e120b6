from django.apps import AppConfig


class WorkstreamsConfig(AppConfig):
    name = "workstreams"
    verbose_name = "WorkStreams"

    def ready(self) -> None:
        """Make this app's verbs and subscribers known."""
        from workstreams import events, kept, subscribers  # noqa: F401, PLC0415  models must be ready
