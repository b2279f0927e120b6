from django.apps import AppConfig


class MilestonesConfig(AppConfig):
    name = "milestones"
    verbose_name = "Milestones"

    def ready(self) -> None:
        """Make this app's verbs, subscribers and what it keeps of people known."""
        from milestones import events, kept, subscribers  # noqa: F401, PLC0415  models must be ready
