"""Who may see and do what: the one place that every page, export, search, report and API route asks.

Each application registers its models in its apps.py. What is not registered, nobody sees; an account that is
anonymous, inactive, without a role or a machine's sees nothing. Knows no page and no particular model.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from inventory.models.access import Role, User

M = TypeVar("M", bound=Model)
Anyone = User | AnonymousUser

PEOPLE = frozenset(Role) - {Role.COLLECTOR}
"""Who signs in at a page; a collector is a machine and has its own way in."""
CENTRE = PEOPLE - {Role.DEPARTMENT}
"""The people of the information centre."""
TECHNICAL = frozenset({Role.TECHNICIAN, Role.ADMINISTRATOR})
PLANNING = frozenset({Role.PLANNER, Role.ADMINISTRATOR})
ADMINISTRATION = frozenset({Role.ADMINISTRATOR})

READING = frozenset({"view", "export", "report"})
WRITING = frozenset({"add", "change", "delete", "bulk", "import"})
WHOLE = frozenset({"report", "import"})
"""What touches any row, and so is for who sees all of them: a report counts them, a file may name them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a model's rows are given to people. Paths are lookups from the model, as in a filter.

    A technician of some towns sees a row when a row that it goes `through` may be seen; where it goes through none,
    when the first of its `town` paths that leads somewhere ends in one of the towns. A department administrator
    likewise, by `through` and by any of the `department` paths. A `public` row is seen by every reader.
    """

    through: tuple[str, ...]
    town: tuple[str, ...]
    department: tuple[str, ...]
    public: bool
    readers: frozenset[str]
    writers: frozenset[str]


NOTHING = Q(pk__in=())
_rules: dict[type[Model], Rule] = {}


def register(
    model: type[Model],
    *,
    through: str | Collection[str] = (),
    town: str | Collection[str] = (),
    department: str | Collection[str] = (),
    public: bool = False,
    readers: Collection[str] = PEOPLE,
    writers: Collection[str] = TECHNICAL,
) -> None:
    """Say who sees and writes the rows of a model. `through` names foreign keys to models registered likewise.

    Raises ValueError for a model registered twice.
    """
    if model in _rules:
        raise ValueError(f"{model.__name__} is registered already")
    _rules[model] = Rule(
        _paths(through), _paths(town), _paths(department), public, frozenset(readers), frozenset(writers)
    )


def registered() -> frozenset[type[Model]]:
    """The models that somebody may see."""
    return frozenset(_rules)


def visible(user: Anyone, model: type[M]) -> QuerySet[M]:
    """The rows of a model that a user may see. One query when evaluated; further filters may follow."""
    rows: QuerySet[M] = model._default_manager.all()
    rule, role = _rules.get(model), _role(user)
    if not isinstance(user, User) or rule is None or role not in rule.readers:
        return rows.none()
    if rule.public or not _is_scoped(user):
        return rows
    condition = _of_department(user, model, rule) if role == Role.DEPARTMENT else _of_towns(user, model, rule)
    return rows.filter(condition)


def may(user: Anyone, action: str, model: type[Model], obj: Model | None = None) -> bool:
    """Whether a user may do `action` ("view", "export", "report", "add", "change", "delete", "bulk", "import").

    With `obj`, a saved row, whether to that very row. Who saves a new or a changed row asks again with it before the
    unit of work ends: it must not have left what its writer may see. Raises ValueError for an unknown action.
    """
    if action not in READING | WRITING:
        raise ValueError(f"no action is called {action!r}")
    rule, role = _rules.get(model), _role(user)
    if rule is None or role not in (rule.readers if action in READING else rule.readers & rule.writers):
        return False
    if action in WHOLE and _is_scoped(user):
        return False
    return obj is None or visible(user, model).filter(pk=obj.pk).exists()


def allowed(action: str, model: type[Model]) -> Callable[[Anyone], bool]:
    """`may` with all but the user given: for menus and buttons."""
    return lambda user: may(user, action, model)


def _paths(given: str | Collection[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _role(user: Anyone) -> str:
    return user.acts_as if isinstance(user, User) else ""


def _is_scoped(user: Anyone) -> bool:
    """Whether a user sees a part of the county only."""
    role = _role(user)
    return role == Role.DEPARTMENT or (isinstance(user, User) and role == Role.TECHNICIAN and bool(user.town_keys))


def _of_department(user: User, model: type[Model], rule: Rule) -> Q:
    condition = _through(user, model, rule)
    for path in rule.department:
        condition |= _ends_in(model, path, (user.department_id,))
    return condition


def _of_towns(user: User, model: type[Model], rule: Rule) -> Q:
    """Through rows that may be seen, else by the first path that leads to a town."""
    nowhere = Q(**{f"{name}__isnull": True for name in rule.through})
    by_town = NOTHING
    for path in rule.town:
        by_town |= nowhere & _ends_in(model, path, user.town_keys)
        nowhere &= Q(**{f"{path.partition('__')[0]}__isnull": True})
    return _through(user, model, rule) | by_town


def _through(user: Anyone, model: type[Model], rule: Rule) -> Q:
    condition = NOTHING
    for name in rule.through:
        condition |= Q(**{f"{name}__in": visible(user, _related(model, name)).values("pk")})
    return condition


def _ends_in(model: type[Model], path: str, keys: Collection[Any]) -> Q:
    """Rows whose path ends in one of the keys, as a look-up in the first table of the way: no join, no row twice."""
    head, _sep, rest = path.partition("__")
    if head == "pk" or not (rest or _is_many(model, head)):
        return Q(**{f"{head}__in": keys})
    if _is_many(model, head):
        return Q(pk__in=model._default_manager.filter(**{f"{path}__in": keys}).values("pk"))
    return Q(**{f"{head}__in": _related(model, head)._default_manager.filter(**{f"{rest}__in": keys}).values("pk")})


def _is_many(model: type[Model], name: str) -> bool:
    field = model._meta.get_field(name)
    return bool(field.one_to_many or field.many_to_many)


def _related(model: type[Model], name: str) -> type[Model]:
    related = model._meta.get_field(name).related_model
    if not isinstance(related, type):
        raise ValueError(f"{model.__name__}.{name} leads to no model")
    return related
