from django.apps import AppConfig


class SalesforceConfig(AppConfig):
    name = "integrations.salesforce"
    label = "salesforce"
    verbose_name = "Salesforce"

    def ready(self) -> None:
        """Make this app's verbs, movements and subscribers known."""
        from integrations.salesforce import checks, events, movements, subscribers  # noqa: F401, PLC0415  models must be ready
