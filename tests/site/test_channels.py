"""Channels: set up with their digest, shown to readers with a code, and no part of an export."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from digests.models import Channel, Digest, Issue

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]

ADDRESS = "https://t.me/morning"


def channel(digest: Digest, name: str = "Telegram", address: str = ADDRESS, position: int = 0) -> Channel:
    return Channel.objects.create(digest=digest, name=name, address=address, position=position)


def page(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, address
    return BeautifulSoup(response.content, "html.parser")


def test_readers_see_channels_in_their_order_each_with_its_code(client: Client, published: Make) -> None:
    digest = published().digest
    mail = channel(digest, "邮件", "mailto:news@example.org", 2)
    telegram = channel(digest, "Telegram", f"{ADDRESS}/", 1)
    channel(Digest.objects.create(name="晚报", slug="evening"), "别家的")
    for address in ("/morning/", "/morning/2026-03-01/"):
        shown = page(client, address).select(".channels li")
        assert [(one.a["href"], one.a.get_text(), one.span.get_text(), one.img["src"]) for one in shown] == [
            (f"{ADDRESS}/", "Telegram", "t.me/morning", f"/morning/channels/{telegram.pk}.svg"),
            ("mailto:news@example.org", "邮件", "news@example.org", f"/morning/channels/{mail.pk}.svg"),
        ]
        assert [one.img["alt"] for one in shown] == ["二维码：Telegram", "二维码：邮件"]


def test_channels_stand_in_the_raw_cards_place_and_exports_end_with_the_card(client: Client, published: Make) -> None:
    digest = published().digest
    card = '<div class="x"><a href="https://t.test/g">群组</a></div>'
    Digest.objects.update(subscribe_card=card)
    assert page(client, "/morning/").select_one(".card a")["href"] == "https://t.test/g"
    channel(digest)
    assert page(client, "/morning/").select(".card") == []
    assert client.get("/morning/2026-03-01.md").content.decode().endswith(f"---\n\n{card}")


def test_a_code_is_drawn_here_black_on_white_and_kept_by_caches(client: Client, digest: Digest) -> None:
    address = channel(digest).get_code_url()
    response = client.get(address)
    assert response.headers["Content-Type"] == "image/svg+xml"
    svg: Any = BeautifulSoup(response.content, "html.parser").svg
    assert (svg["viewbox"], svg.path["fill"], svg.find_all("path")[1]["stroke"]) == ("0 0 33 33", "#fff", "#000")
    assert not svg.select("script, style, [style], [href]")
    assert client.get(address, headers={"if-none-match": response.headers["ETag"]}).status_code == 304
    assert "max-age" in response.headers["Cache-Control"] and not response.cookies
    Channel.objects.update(address="https://t.me/another")
    assert client.get(address).content != response.content


def test_a_code_of_no_channel_is_not_found(client: Client, digest: Digest) -> None:
    Digest.objects.create(name="晚报", slug="evening")
    for address in (f"/evening/channels/{channel(digest).pk}.svg", "/morning/channels/0.svg"):
        assert client.get(address).status_code == 404
    assert client.get(f"/morning/channels/{'9' * 40}.svg").status_code == 404


GOOD = ["https://t.me/a", "http://example.org/订阅?a=b#c", "mailto:news@example.org", "https://例子.中国/"]
BAD = [
    "", "t.me/a", "//t.me/a", "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "weixin://dl/chat",
    "https://", "https:// t.me", "https://t.me/a b", "mailto:", "mailto:news", "mailto:a@example.org?bcc=b@example.org",
    "https://[", " https://t.me/a", "https://t.me/\n", "ftp://example.org",
]  # fmt: skip


@pytest.mark.parametrize("address", GOOD)
def test_web_and_mail_addresses_are_taken(digest: Digest, address: str) -> None:
    Channel(digest=digest, name="甲", address=address).full_clean()


@pytest.mark.parametrize("address", BAD)
def test_no_other_address_is_taken(digest: Digest, address: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Channel(digest=digest, name="甲", address=address).full_clean()
    assert "address" in refused.value.message_dict


def test_the_database_keeps_other_schemes_out_too(digest: Digest) -> None:
    for address in ("javascript:alert(1)", "t.me/a", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            channel(digest, address=address)
    channel(digest)
    with pytest.raises(IntegrityError), transaction.atomic():
        channel(digest, "又一个")


def sent(digest: Digest, **channels: str) -> dict[str, Any]:
    fields = model_to_dict(digest, exclude=["id", "slug"])
    count = len({name.split("-")[0] for name in channels})
    management = {"channels-TOTAL_FORMS": count, "channels-INITIAL_FORMS": 0}
    return {**fields, "deadline": "08:00", **management, **{f"channels-{name}": v for name, v in channels.items()}}


def test_who_sets_a_digest_up_writes_its_channels_on_its_page(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    digest = published().digest
    form = reverse("admin:digests_digest_change", args=[digest.pk])
    client.force_login(people.chief)
    values = {"0-name": "Telegram", "0-address": ADDRESS, "0-position": "0"}
    response = client.post(form, sent(digest, **values))
    assert response.status_code == 302, response.context["errors"]
    assert list(digest.channels.values_list("name", "address")) == [("Telegram", ADDRESS)]

    response = client.post(form, sent(digest, **{**values, "0-address": "javascript:alert(1)"}))
    assert "请写完整的地址" in response.content.decode()
    assert digest.channels.count() == 1
    client.force_login(people.writer)
    assert client.post(form, sent(digest, **values)).status_code == 403


@pytest.mark.parametrize("channels", [1, 12])
def test_queries_are_as_many_for_12_channels(
    client: Client, published: Make, django_assert_num_queries: DjangoAssertNumQueries, channels: int
) -> None:
    digest = published().digest
    for number in range(channels):
        channel(digest, address=f"{ADDRESS}/{number}")
    for address, queries in {"/morning/2026-03-01/": 8, "/morning/": 5}.items():
        with django_assert_num_queries(queries):
            client.get(address)
