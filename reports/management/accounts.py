"""The demo's accounts, one for each role: made by `demo` alone, whose database holds no real register."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.models import Department, Role, Town, User
from inventory.services import write

PASSWORD = "taizhang-demo"
TOWN, DEPARTMENT = "五申镇", "财政局"


@dataclass(frozen=True, slots=True)
class Account:
    """Who, in which role, and what for."""

    username: str
    name: str
    role: Role
    told: str | Promise
    town: str = ""
    department: str = ""


ACCOUNTS = (
    Account("director", "赵敏", Role.DIRECTOR, _("director: reads everything")),
    Account("technician", "王强", Role.TECHNICIAN, _("technician of the whole county")),
    Account("wushen", "李娜", Role.TECHNICIAN, _("technician of one town"), town=TOWN),
    Account("planner", "陈静", Role.PLANNER, _("planner: reads everything, makes reports")),
    Account("caizheng", "刘洋", Role.DEPARTMENT, _("administrator of one department"), department=DEPARTMENT),
    Account("administrator", "张伟", Role.ADMINISTRATOR, _("administrator")),
)


def create() -> None:
    """Make the accounts. The demo county must have been loaded."""
    with write.unit(write.SYSTEM, reason="demo") as unit:
        for account in ACCOUNTS:
            department = Department.objects.get(name=account.department) if account.department else None
            user = User(username=account.username, first_name=account.name, role=account.role, department=department)
            user.set_password(PASSWORD)
            unit.create(user)  # type: ignore[type-var]  # written like a RegisterModel
            user.towns.set(Town.objects.filter(name=account.town))
