"""The admin that staff work in: the issue, its review, conflicts, the list, and what administrators set up."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from digests.admin.issue import issue_admin
from digests.admin.review import history
from digests.admin.setup import digest, notice, picture, source, tag

__all__ = ["digest", "history", "issue_admin", "notice", "picture", "source", "tag"]

admin.site.site_header = _("Newsroom")
admin.site.site_title = _("Newsroom")
admin.site.index_title = _("The desk")
admin.site.enable_nav_sidebar = False
