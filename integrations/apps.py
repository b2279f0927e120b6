from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        """Make known this app's verbs, and what it keeps of people."""
        from integrations import events, kept  # noqa: F401, PLC0415  models must be ready
