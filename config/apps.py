from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's admin app with our site."""

    default_site = "config.admin_site.PortalAdminSite"
