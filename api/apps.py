from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        """Make this app's verbs known, and how the schema names its ways to sign in."""
        from api import events, kept, schema  # noqa: F401, PLC0415  models must be ready
