"""How a department stands to its standard on a day: the figures of the budget's sheet of the standard."""

from datetime import date, datetime, time

from inventory.models import Department
from reports.books.asking import Standing, requests
from reports.books.frames import Params
from reports.books.lives import with_due
from reports.books.standards import standards_of
from reports.queries import devices, planning
from reports.queries.scope import Scope


def standings(department: Department, day: date) -> tuple[str, tuple[Standing, ...]]:
    """(name of the standard in force, each of its rules); ('', ()) where none is."""
    where = Scope(department=department)
    frames = {
        "devices": devices.devices(where, day),
        "departments": planning.departments(where, day),
        "standard_rules": planning.standard_rules(where, day),
    }
    standards = standards_of(frames["standard_rules"])
    params = Params(as_of=day, made_at=datetime.combine(day, time()))
    prices = planning.prices(where, day)
    found = requests(frames["departments"], with_due(frames, day), standards, prices, params).standings
    name = standards.names[found[0].department.standard][0] if found else ""
    return name, found
