from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        """Make this app's verbs and subscribers known."""
        from accounts import events, kept, listening  # noqa: F401, PLC0415  models must be ready
