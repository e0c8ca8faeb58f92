from django import template

from digests.markup import printed

register = template.Library()
register.filter(printed)
