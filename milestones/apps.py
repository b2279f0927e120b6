from django.apps import AppConfig


class MilestonesConfig(AppConfig):
    name = "milestones"
    verbose_name = "Milestones"

    def ready(self) -> None:
        """Make this app's verbs and subscribers known."""
        from milestones import events, subscribers  # noqa: F401, PLC0415  models must be ready
