from django.contrib.admin.apps import AdminConfig

from config.database import report_slow_statements


class PortalAdminConfig(AdminConfig):
    """Django's admin app with our site."""

    default_site = "config.admin_site.PortalAdminSite"

    def ready(self) -> None:
        """Once per process: listen to the database's connections."""
        super().ready()
        report_slow_statements()
