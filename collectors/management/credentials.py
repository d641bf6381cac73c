"""Management profiles and SNMPv3 users as commands are given them: by name, and keys never as a word of the command.

What is on a command line stands in the shell's history and in the list of processes.
"""

import os
from collections.abc import Sequence
from getpass import getpass

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from collectors.profiles import ManagementProfile
from collectors.snmp.credentials import V3, Credential
from inventory.models.secrets import WrongKey

AUTH_KEY, PRIVACY_KEY = "TAIZHANG_V3_AUTH_KEY", "TAIZHANG_V3_PRIVACY_KEY"
"""Variables of the environment."""
NO_PROTOCOL = "none"


def profiles_named(names: Sequence[str]) -> list[ManagementProfile]:
    """The profiles of these names in their order, or all of them without names. Raises CommandError."""
    try:
        known = {profile.name: profile for profile in ManagementProfile.objects.order_by("pk")}
    except (DatabaseError, WrongKey, ImproperlyConfigured) as fault:
        raise CommandError(_("the management profiles cannot be read: %s") % fault) from None
    for name in names:
        if name not in known:
            raise CommandError(_("there is no management profile '%s'") % name)
    return [known[name] for name in names or known]


def v3_user(user: str, auth: str, privacy: str, context: str) -> Credential:
    """An SNMPv3 user; a key from the environment, else from the terminal. Raises CommandError."""
    privacy = NO_PROTOCOL if auth == NO_PROTOCOL else privacy
    credential = Credential(
        version=V3,
        user=user,
        auth=auth,
        auth_key="" if auth == NO_PROTOCOL else secret(_("Authentication key of %(user)s: "), user, AUTH_KEY),
        privacy=privacy,
        privacy_key="" if privacy == NO_PROTOCOL else secret(_("Privacy key of %(user)s: "), user, PRIVACY_KEY),
        context=context,
    )
    if words := credential.problem():
        raise CommandError(_("A device cannot be asked like this: %(why)s") % {"why": words})
    return credential


def secret(prompt: str, user: str, variable: str) -> str:
    """A secret from a variable of the environment, else typed on the terminal. Raises CommandError."""
    if given := os.environ.get(variable, ""):
        return given
    try:
        typed = getpass(prompt % {"user": user})
    except (OSError, UnicodeError, EOFError):
        typed = ""
    if not typed:
        raise CommandError(_("no key was given: set %s or type it when asked") % variable)
    return typed
