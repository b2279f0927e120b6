from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        """Make this app's subscribers known."""
        from notifications import kept, signing_in, subscribers  # noqa: F401, PLC0415  models must be ready
