from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "subscriptions"
    verbose_name = "Subscriptions"

    def ready(self) -> None:
        """Make this app's verbs and subscribers known."""
        from subscriptions import events, kept, subscribers  # noqa: F401, PLC0415  models must be ready
