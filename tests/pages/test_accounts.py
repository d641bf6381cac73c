"""The accounts' pages: only an administrator makes accounts, gives roles and sets passwords."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client

from inventory.models import Role, User
from tests.factories import DepartmentFactory, TownFactory

pytestmark = pytest.mark.django_db
PASSWORD = "grassland wind 42"


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def administrator(client: Client) -> User:
    user = User.objects.create_user("root", role=Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def make(client: Client, **values: Any) -> Any:
    form = {"username": "wang", "first_name": "王芳", "is_active": "on", "role": Role.TECHNICIAN, **values}
    return client.post("/users/add/", form)


def test_a_technician_of_a_town_is_made_gets_a_password_and_signs_in(client: Client, administrator: User) -> None:
    town = TownFactory()
    assert make(client, towns=[town.pk]).status_code == 302
    user = User.objects.get(username="wang")
    assert (user.get_full_name(), user.town_keys) == ("王芳", (town.pk,))
    assert not user.has_usable_password()
    form = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert client.post(f"/users/{user.pk}/password/", form)["Location"] == f"/users/{user.pk}/"
    answer = Client().post("/login/", {"username": "wang", "password": PASSWORD})
    assert answer.status_code == 302


def test_a_weak_password_is_refused_beside_its_field(client: Client, administrator: User) -> None:
    make(client)
    user = User.objects.get(username="wang")
    answer = client.post(f"/users/{user.pk}/password/", {"new_password1": "wang", "new_password2": "wang"})
    assert "too short" in answer.content.decode()
    assert not User.objects.get(pk=user.pk).has_usable_password()


def test_a_department_administrator_must_have_a_department_and_nobody_else_may(
    client: Client, administrator: User
) -> None:
    told = "Name a department exactly for a department administrator."
    assert told in make(client, role=Role.DEPARTMENT).content.decode()
    department = DepartmentFactory()
    assert told in make(client, department=department.pk).content.decode()
    assert make(client, role=Role.DEPARTMENT, department=department.pk).status_code == 302


def test_the_change_log_tells_of_a_new_role_and_of_a_new_password_but_not_which(
    client: Client, administrator: User
) -> None:
    make(client)
    user = User.objects.get(username="wang")
    client.post(f"/users/{user.pk}/password/", {"new_password1": PASSWORD, "new_password2": PASSWORD})
    client.post(f"/users/{user.pk}/edit/", {"username": "wang", "is_active": "on", "role": Role.PLANNER})
    logged = [entry.changes for entry in LogEntry.objects.get_for_object(user).order_by("pk")]
    assert logged[1] == {"password": ["••••••", "••••••"]}
    assert logged[2]["role"] == ["technician", "planner"]
    assert {entry.actor for entry in LogEntry.objects.get_for_object(user)} == {administrator}


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.TECHNICIAN, Role.PLANNER])
def test_nobody_else_reads_or_changes_an_account(client: Client, administrator: User, role: str) -> None:
    client.force_login(User.objects.create_user("zhao", role=role))
    for address in ("/users/", "/users/add/", f"/users/{administrator.pk}/", f"/users/{administrator.pk}/edit/"):
        assert client.get(address).status_code == 403, address
    assert client.post(f"/users/{administrator.pk}/password/", {}).status_code == 404


def test_an_account_is_closed_and_never_deleted(client: Client, administrator: User) -> None:
    make(client)
    user = User.objects.get(username="wang")
    assert client.post(f"/users/{user.pk}/delete/").status_code == 403
    assert client.post(f"/users/{user.pk}/edit/", {"username": "wang", "role": Role.PLANNER}).status_code == 302
    user.refresh_from_db()
    assert not user.is_active


@pytest.mark.parametrize("values", [{"role": Role.DIRECTOR}, {"is_active": ""}])
def test_the_only_administrator_stays_one(client: Client, administrator: User, values: dict[str, Any]) -> None:
    form = {"username": "root", "is_active": "on", "role": Role.ADMINISTRATOR, **values}
    url = f"/users/{administrator.pk}/edit/"
    assert "This is the only administrator" in client.post(url, form).content.decode()
    administrator.refresh_from_db()
    assert administrator.acts_as == Role.ADMINISTRATOR
    make(client, username="other", role=Role.ADMINISTRATOR)
    assert client.post(url, form).status_code == 302
    administrator.refresh_from_db()
    assert administrator.acts_as != Role.ADMINISTRATOR


def test_ones_own_new_password_is_told_in_the_change_log_and_ends_other_sessions() -> None:
    user = User.objects.create_user("wang", password=PASSWORD, role=Role.TECHNICIAN)
    here, there = Client(), Client()
    for browser in (here, there):
        browser.force_login(user)
    form = {"old_password": PASSWORD, "new_password1": "another grass 43", "new_password2": "another grass 43"}
    assert here.post("/password/", {**form, "old_password": "wrong"}).status_code == 200
    assert here.post("/password/", form)["Location"] == "/password/done/"
    entry = LogEntry.objects.filter(object_pk=str(user.pk)).latest("pk")
    assert list(entry.changes) == ["password"] and entry.actor == user and "grass" not in str(entry.changes)
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 302)
