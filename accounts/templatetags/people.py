"""What templates print of people."""

from django import template

from accounts.avatars import avatar

register = template.Library()
register.simple_tag(avatar)
