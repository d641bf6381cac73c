"""The engine of planning as pages need it. It is imported when a page asks: with it comes pandas, most of a second."""

from types import ModuleType


def plans() -> ModuleType:
    """Services: make, change, approve, reopen."""
    from reports import plans

    return plans


def adding() -> ModuleType:
    """What plans add within the standard."""
    from reports import adding

    return adding


def following() -> ModuleType:
    """What comes of approved plans: noted and told."""
    from reports import following

    return following


def background() -> ModuleType:
    """Making a report in this process."""
    from reports import background

    return background


def planwork() -> ModuleType:
    """Drawings and approval, at once or in the background."""
    from reports import planwork

    return planwork


def standing() -> ModuleType:
    """How a department stands to its standard."""
    from reports import standing

    return standing


def planfigures() -> ModuleType:
    """A drawing's codes in words."""
    from reports import planfigures

    return planfigures
