from django.contrib.auth.models import User
from playwright.sync_api import Page, expect


def test_staff_come_in_and_go_out(page: Page, transactional_db: None) -> None:
    User.objects.create_superuser("chief", password="a long password")
    page.goto("/admin/")
    page.fill("[name=username]", "chief")
    page.fill("[name=password]", "a long password")
    page.click("[type=submit]")
    expect(page.locator("#logout-form")).to_be_visible()
    page.click("#logout-form button")
    expect(page.locator("#logout-form")).to_have_count(0)
