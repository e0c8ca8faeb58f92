"""Mail the notices that are due, all for one person in one mail.

A notice is marked as mailed before its mail is handed over, so it is mailed at most once:
a worker that is killed between the two costs a mail, never sends it twice, and the desk
has the notice anyway. Only what the mail server certainly did not take is sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import make_msgid
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tasks import task

from digests.editorial.notices import telling, words
from digests.editorial.permissions import at_the_desk
from digests.manuscript.values import line
from digests.models import Issue, Notice, NotificationPreference
from digests.models.notices import SOON
from digests.publishing.addresses import absolute

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

RETRY = timedelta(minutes=10)
DOWN = "mail-is-down"  # set in the cache while the mail server is down, so that it is logged once


@task()
def deliver() -> int:
    """Mail what is due now; return how many mails were sent."""
    return send(timezone.now())


def plan(instants: Iterable[datetime]) -> None:
    """Have mail delivered at these instants. A backend that cannot wait leaves it to `manage.py send_notices`."""
    if deliver.get_backend().supports_defer:
        for at in instants:
            deliver.using(run_after=at).enqueue()


def send(now: datetime) -> int:
    """Send one mail to each person for whom something is due. If the mail server is down, all of it stays due."""
    due = Notice.objects.unsent().filter(mail_at__lte=now)
    if settings.EMAIL_BACKEND == telling.NO_MAIL:
        return 0
    for issue in Issue.objects.filter(pk__in=due.values("issue")):
        plan(telling.tell(issue))  # settles what is done already, so that no mail asks for it
    people = get_user_model().objects.filter(pk__in=at_the_desk() & set(due.values_list("person_id", flat=True)))
    sent, connection = 0, get_connection()
    for person in people.exclude(email=""):
        try:
            connection.open()  # if this fails, nothing was sent for certain
        except OSError as error:
            _postpone(due, now, error)
            break
        sent += _send(person, now, connection)
    connection.close()
    return sent


def _send(person: User, now: datetime, connection: Any) -> bool:
    notices = _take(person, now)
    if not notices:
        return False
    try:
        letter(person, notices, connection).send()
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        connection.close()
        if _is_for_now(error):
            _postpone(Notice.objects.filter(pk__in=[notice.pk for notice in notices]), now, error)
        else:
            log.error("The mail server refuses mail to %s for good: %s", person, error)
        return False
    except Exception:
        # The server may have accepted it, so it is not sent again. Go on with the other people.
        log.exception("Mail to %s failed, and is not sent again.", person)
        connection.close()
        return False
    if cache.delete(DOWN):
        log.info("Mail can be sent again.")
    return True


def _take(person: User, now: datetime) -> list[Notice]:
    """Mark a person's due and nearly due notices as mailed, and return them. No other process gets the same ones."""
    with transaction.atomic():
        unsent = Notice.objects.unsent().filter(person=person, mail_at__lte=now + SOON)
        notices = list(unsent.held().select_related("issue__digest"))
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=now)
    return sorted(notices, key=lambda notice: (notice.created_at, notice.pk), reverse=True)


def _is_for_now(error: SMTPResponseException | SMTPRecipientsRefused) -> bool:
    """Say whether the server called its refusal temporary (4xx)."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _reason in error.recipients.values())
    return 400 <= error.smtp_code < 500


def _postpone(notices: Any, now: datetime, error: Exception) -> None:
    if cache.add(DOWN, True, timeout=None):
        log.error("Mail cannot be sent, and is tried again every ten minutes: %s", error)
    Notice.objects.filter(pk__in=list(notices.values_list("pk", flat=True))).update(mail_at=now + RETRY, mailed_at=None)
    plan([now + RETRY])


def letter(person: User, notices: list[Notice], connection: Any = None) -> EmailMultiAlternatives:
    """Return the mail with a person's notices, in their language."""
    with translation.override(NotificationPreference.of(person).language or settings.LANGUAGE_CODE):
        title, choices = subject(notices), absolute(reverse("admin:digests_notice_settings"))
        groups = [
            (label, [_shown(notice) for notice in notices if notice.weight == weight])
            for weight, label in Notice.Weight.choices
        ]
        context = {
            "language": translation.get_language(),
            "subject": title,
            "groups": [(label, shown) for label, shown in groups if shown],
            "desk": absolute(reverse("admin:digests_notice_changelist")),
            "settings": choices,
        }
        mail = EmailMultiAlternatives(
            title,
            render_to_string("editorial/notices/mail.txt", context),
            to=[person.email],
            connection=connection,
            headers=_headers(notices, choices),
        )
        mail.attach_alternative(render_to_string("editorial/notices/mail.html", context), "text/html")
    return mail


def subject(notices: list[Notice]) -> str:
    """Return the subject: how many notices block or inform. Names the digest if all are about one."""
    names = {notice.issue.digest.name for notice in notices}
    waiting = {notice.issue_id for notice in notices if notice.weight == Notice.Weight.BLOCKING}
    count = len(waiting or {notice.issue_id for notice in notices})
    if waiting:
        said = ngettext("%(count)d issue waits for you", "%(count)d issues wait for you", count)
    else:
        said = ngettext("News of %(count)d issue", "News of %(count)d issues", count)
    return line(f"[{names.pop() if len(names) == 1 else _('Newsroom')}] {said % {'count': count}}")


def _shown(notice: Notice) -> dict[str, str]:
    return {
        "sentence": words.sentence(notice),
        "title": line(notice.issue.title),
        "note": words.note(notice),
        "url": absolute(words.path(notice)),
    }


def _headers(notices: list[Notice], settings_url: str) -> dict[str, str]:
    """Return headers for mail programs: they thread mails by issue and turn off automatic replies."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    issues = sorted({notice.issue_id for notice in notices})
    return {
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{settings_url}>",
        "Message-ID": make_msgid("notices", domain=host),
        "References": " ".join(f"<issue-{pk}@{host}>" for pk in issues[:20]),
    }
