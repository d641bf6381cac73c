"""What a rule of a standard says, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from inventory.models import AllocationRule
from inventory.models.money import RuleKind


def told(rule: AllocationRule, names: Mapping[str, str]) -> str:
    """The number that a rule gives and what ends it, such as "80 % of staff; within 'Printers'".

    `names` of the standard's rules by their codes.
    """
    parts = [*_numbers(rule)]
    if rule.limited_by:
        parts.append(_("not above the number of %(rooms)s") % {"rooms": rule.get_limited_by_display()})
    if rule.within:
        parts.append(_("within '%(rule)s'") % {"rule": names.get(rule.within) or rule.within})
    if rule.instead_of:
        other = names.get(rule.instead_of) or rule.instead_of
        parts.append(_("more of it means as many fewer of '%(rule)s'") % {"rule": other})
    if rule.needs_approval:
        parts.append(_("needs approval"))
    return _("; ").join(parts)


def _numbers(rule: AllocationRule) -> list[str]:
    if rule.kind == RuleKind.SHARE and rule.share_percent is not None:
        return [_("%(percent)s %% of staff") % {"percent": f"{rule.share_percent.normalize():f}"}, *_ends(rule)]
    if rule.kind == RuleKind.TIERS:
        return _tiers(rule.steps)
    if rule.kind == RuleKind.SIZE:
        return _sizes(rule.steps)
    if rule.kind == RuleKind.AT_MOST and rule.at_most is not None:
        return [_("at most %(number)s") % {"number": rule.at_most}]
    if rule.kind == RuleKind.AS_MANY_AS and rule.as_many_as is not None:
        return [_("as many as there are of: %(name)s") % {"name": rule.as_many_as}]
    return [_("by need")]


def _ends(rule: AllocationRule) -> list[str]:
    least = [] if rule.least is None else [_("at least %(number)s") % {"number": rule.least}]
    return least if rule.at_most is None else [*least, _("at most %(number)s") % {"number": rule.at_most}]


def _tiers(steps: list[list[int]]) -> list[str]:
    *tiers, (_end, last) = steps
    words = [_("up to %(limit)s staff one for every %(number)s") % {"limit": up, "number": n} for up, n in tiers]
    above = _("one for every %(number)s of the staff above") if tiers else _("one for every %(number)s staff")
    return [*words, above % {"number": last}]


def _sizes(steps: list[list[int]]) -> list[str]:
    *sizes, (_end, last) = steps
    words = [_("up to %(limit)s staff %(number)s") % {"limit": up, "number": n} for up, n in sizes]
    return [*words, (_("with more staff %(number)s") if sizes else _("at most %(number)s")) % {"number": last}]
