"""Settings of the whole system, from the environment where a site differs (all names begin with TAIZHANG_).

SQLite in var/ unless TAIZHANG_DATABASE names another database by URL (postgres://user@host/name).
"""

import os
import secrets
import tempfile
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

VAR_DIR = Path(env.str("TAIZHANG_VAR", default=str(BASE_DIR / "var")))
DEBUG = env.bool("TAIZHANG_DEBUG", default=False)
ALLOWED_HOSTS = env.list("TAIZHANG_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])


def _secret_key() -> str:
    """The key from TAIZHANG_SECRET_KEY, else one made once and kept in VAR_DIR, readable by its owner alone."""
    if key := env.str("TAIZHANG_SECRET_KEY", default=""):
        return str(key)
    file = VAR_DIR / "secret_key"
    try:
        VAR_DIR.mkdir(parents=True, exist_ok=True)
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


SECRET_KEY = _secret_key()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "auditlog",
    "inventory",
    "collectors",
    "reports",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "inventory.config.urls"
AUTH_USER_MODEL = "inventory.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {"default": env.db_url("TAIZHANG_DATABASE", default=f"sqlite:///{VAR_DIR / 'taizhang.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # One writer at a time: take the write lock when a transaction begins, and let readers go on (WAL).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
    }

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_CODE = env.str(
    "TAIZHANG_LANGUAGE", default="zh-hans" if os.environ.get("LANG", "").lower().startswith("zh") else "en"
)
TIME_ZONE = env.str("TAIZHANG_TIME_ZONE", default="Asia/Shanghai")
USE_I18N = True
USE_TZ = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
