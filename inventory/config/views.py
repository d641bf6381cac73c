"""What is no page of the register: whether it works, for a watchdog or a proxy, and what is told where it does not or a
form came too late."""

import errno
import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.csrf import csrf_failure
from django.views.defaults import server_error

LATER_S = 30
WHY = {
    "locked": gettext_noop("Something else was writing for more than half a minute."),
    "full": gettext_noop("The disk has no room left."),
}
"""What a word in the database's own says to a person."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """For a watchdog or a proxy: 200 "ok", or 503 when the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


def fault(request: HttpRequest) -> HttpResponse:
    """500; 503 where the database is locked or not there or the disk full, which is no fault of the program."""
    # Django calls this while it handles what went wrong.
    what = sys.exception()
    full = isinstance(what, OSError) and what.errno in NO_ROOM
    if not full and not isinstance(what, OperationalError):
        return server_error(request)
    why = next((_(sentence) for word, sentence in WHY.items() if word in ("full" if full else str(what))), "")
    # Without the request: the page's frame asks the database.
    text = render_to_string("503.html", {"why": why})
    return HttpResponse(text, status=503, headers={"Retry-After": str(LATER_S)})


def too_late(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token or from elsewhere; a log-in of which only the token is of before another log-in
    of this browser is asked for anew, and whoever is in by then goes on."""
    if request.path == resolve_url(settings.LOGIN_URL) and reason.startswith("CSRF token from "):
        query = request.GET.copy()
        query["late"] = "1"
        return redirect(f"{request.path}?{query.urlencode()}")
    return csrf_failure(request, reason)
