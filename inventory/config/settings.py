"""Settings of the whole system, from the environment where a site differs (all names begin with TAIZHANG_).

SQLite in TAIZHANG_VAR unless TAIZHANG_DATABASE names another database by URL (postgres://user@host/name).
"""

import os
import secrets
import sys
import tempfile
from contextlib import suppress
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.contrib.messages import constants as messages
from django.core.exceptions import ImproperlyConfigured

from inventory.config import proxies

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

IS_CHECKOUT = (BASE_DIR / "manage.py").is_file()
"""Whether the program stands in its repository; else it is installed, and keeps its data in the account's home."""
PROGRAM = [sys.executable, *([str(BASE_DIR / "manage.py")] if IS_CHECKOUT else ["-P", "-m", "inventory"])]
"""How this program is started anew, by pages and commands that need a process of its own."""
FIXTURES_DIR = BASE_DIR / "fixtures" if IS_CHECKOUT else Path(sys.prefix) / "share" / "taizhang" / "fixtures"
HOME_DIR = BASE_DIR / "var" if IS_CHECKOUT else Path("~/.local/share/taizhang").expanduser()
VAR_DIR = Path(env.str("TAIZHANG_VAR", default=str(HOME_DIR))).absolute()
DEBUG = env.bool("TAIZHANG_DEBUG", default=False)
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
# A watchdog asks this machine by its own names.
ALLOWED_HOSTS = list({*env.list("TAIZHANG_HOSTS", default=[]), *LOOPBACK})
HTTPS = env.bool("TAIZHANG_HTTPS", default=not DEBUG and not set(ALLOWED_HOSTS) <= set(LOOPBACK))
"""Whether people reach the pages by https only: everywhere but on the machine itself."""
try:
    TRUSTED_PROXIES = proxies.parse(env.list("TAIZHANG_TRUSTED_PROXIES", default=[]))
except ValueError as fault:
    raise ImproperlyConfigured(f"TAIZHANG_TRUSTED_PROXIES: {fault}") from fault


def _secret_key() -> str:
    """The key from TAIZHANG_SECRET_KEY, else one made once and kept in VAR_DIR, readable by its owner alone."""
    if key := env.str("TAIZHANG_SECRET_KEY", default=""):
        return str(key)
    file = VAR_DIR / "secret_key"
    try:
        # Nothing is written where it is made already: a full disk stops no command that only reads.
        if file.exists():
            return file.read_text(encoding="ascii")
        VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=VAR_DIR, encoding="ascii") as made:
            made.write(secrets.token_urlsafe(50))
            made.flush()
            # A link appears whole or, where another process was first, not at all.
            file.hardlink_to(made.name)
    except FileExistsError:
        pass
    except OSError as fault:
        raise ImproperlyConfigured(f"set TAIZHANG_SECRET_KEY, or let {VAR_DIR} be written: {fault}") from fault
    return file.read_text(encoding="ascii")


def _make_private(file: Path) -> None:
    """Make the database's file where there is none: SQLite would let every account of the machine read it, and with it
    who is signed in. What SQLite puts beside it takes its mode."""
    with suppress(OSError):  # it is there, or Django says what is wrong
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


SECRET_KEY = _secret_key()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "auditlog",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "inventory",
    "collectors",
    "reports",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages are safe to compress (BREACH): the one secret in them, the CSRF token, is masked anew in each, and the
    # middleware adds a random length.
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page wants a signed-in user unless its view says otherwise.
    "inventory.config.middleware.AskToLogIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "inventory.config.middleware.RefuseNul",
    "inventory.config.middleware.KeptByNobody",
    "axes.middleware.AxesMiddleware",
]
LAB = env.bool("TAIZHANG_LAB", default=False)
"""Whether a collection that a page starts asks the simulated network: on the demo."""
KNOWN_HOSTS = env.str("TAIZHANG_KNOWN_HOSTS", default="")
"""A file of host keys for `collect` and `probe`: without it whoever sits at a device's address gets its password."""
ROOT_URLCONF = "inventory.config.urls"
AUTH_USER_MODEL = "inventory.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {"default": env.db_url("TAIZHANG_DATABASE", default=f"sqlite:///{VAR_DIR / 'taizhang.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if DATABASES["default"]["NAME"] != ":memory:":
        _make_private(Path(DATABASES["default"]["NAME"]))
    # One writer at a time: take the write lock when a transaction begins, and let readers go on (WAL).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
    }

QUEUE = env.bool("TAIZHANG_QUEUE", default=False)
"""Whether collections wait in the database for a poller of their town (manage.py worker)."""
if QUEUE:
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("TAIZHANG_QUEUE needs PostgreSQL: name one in TAIZHANG_DATABASE, or unset it")
    if find_spec("procrastinate") is None:
        raise ImproperlyConfigured("TAIZHANG_QUEUE needs the package procrastinate: install taizhang[queue]")
    INSTALLED_APPS.append("procrastinate.contrib.django")
    PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
    # Of a line that was cut both its ends know within a minute, and the database lets go of what a lost poller held.
    DATABASES["default"]["OPTIONS"] = {
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
        "options": "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
        **DATABASES["default"].get("OPTIONS", {}),
    }

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_CODE = env.str(
    "TAIZHANG_LANGUAGE", default="zh-hans" if os.environ.get("LANG", "").lower().startswith("zh") else "en"
)
TIME_ZONE = env.str("TAIZHANG_TIME_ZONE", default="Asia/Shanghai")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "inventory.config.formats"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "inventory.ui.menu.context",
            ]
        },
    }
]
WSGI_APPLICATION = "inventory.config.wsgi.application"
MESSAGE_TAGS = {messages.DEBUG: "secondary", messages.ERROR: "danger"}

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "inventory.ui.storage.StaticFiles"},
}
MEDIA_ROOT = VAR_DIR / "files"

# Scheduled reports go to folders in REPORTS_DIR, and by mail where a server is named: smtp+tls://user:word@host:587.
REPORTS_DIR = Path(env.str("TAIZHANG_REPORTS", default=str(VAR_DIR / "scheduled")))
# Workbooks that pages and schedules made are kept so many days from the making; 0: until somebody removes them.
KEEP_REPORTS_DAYS = env.int("TAIZHANG_KEEP_REPORTS_DAYS", default=730)
MAIL_URL = env.str("TAIZHANG_MAIL", default="")
DEFAULT_FROM_EMAIL = env.str("TAIZHANG_MAIL_FROM", default="taizhang@localhost")
EMAIL_TIMEOUT = 30
vars().update(env.email_url_config(MAIL_URL or "dummymail://"))
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()

# Signing in: a session lasts a working day; five wrong passwords for a name from one address close it for a while.
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
AUTHENTICATION_BACKENDS = [
    "inventory.config.signing_in.ByTheDay",
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]  # a mixed dictionary
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
# A quarter of an hour is one, also for who goes on trying; and what is refused leaves nothing in the database.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# What signing_in counts by the day.
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_CLIENT_IP_CALLABLE = "inventory.config.proxies.client_address"
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
# The log tells addresses; a name may be a password that was typed into the wrong field.
AXES_SENSITIVE_PARAMETERS = ["username"]
AXES_VERBOSE = False

# What a browser is told. A proxy in front says https by X-Forwarded-Proto, which gunicorn believes from
# loopback and from TRUSTED_PROXIES (manage.py serve).
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
# Other names of the site's domain are not ours to bind to https: neither subdomains nor browsers' preloaded lists.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "inventory.config.views.too_late"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        # Charts and drop-downs set styles in the page.
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Faults of pages, refused forms and hosts, and locked names, to standard error; what is merely not found is no fault.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"hosts": {"()": "inventory.config.logs.HostInOneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["hosts"]}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "axes": {"handlers": ["stderr"], "level": "WARNING"},
    },
}
