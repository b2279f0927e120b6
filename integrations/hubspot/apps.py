from django.apps import AppConfig


class HubSpotConfig(AppConfig):
    name = "integrations.hubspot"
    label = "hubspot"
    verbose_name = "HubSpot"

    def ready(self) -> None:
        """Make this app's verbs, movements and subscribers known."""
        from integrations.hubspot import checks, events, kept, movements, subscribers  # noqa: F401, PLC0415
