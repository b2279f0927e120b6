from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        """Make this app's verbs known."""
        from integrations import events  # noqa: F401, PLC0415  models must be ready
