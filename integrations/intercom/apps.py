from django.apps import AppConfig


class IntercomConfig(AppConfig):
    name = "integrations.intercom"
    label = "intercom"
    verbose_name = "Intercom"

    def ready(self) -> None:
        """Make known what this app keeps of people, what it does when something happens, and how."""
        from integrations.intercom import checks, kept, movements, subscribers  # noqa: F401, PLC0415  models must be ready
