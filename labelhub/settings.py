"""Django settings, all of them from the environment (docs/operating.md lists each name).

There is no development mode hidden here: what the demo needs beyond production is `LABELHUB_DEMO=true`, which only the
local stack sets, and which production refuses together with `LABELHUB_HTTPS=true`.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from labelhub import env, zones
from labelhub.accounts import networks

BASE_DIR = Path(__file__).resolve().parent

SECRET_KEY = env.secret("LABELHUB_SECRET_KEY", at_least=50)
GATEWAY_SECRET = env.secret("LABELHUB_GATEWAY_SECRET", at_least=32)
DEBUG = False
DEMO = env.flag("LABELHUB_DEMO", default=False)
HTTPS = env.flag("LABELHUB_HTTPS", default=True)
if DEMO == HTTPS:
    raise ImproperlyConfigured("`LABELHUB_HTTPS=false` and `LABELHUB_DEMO=true` belong together: set both, or neither")

ALLOWED_HOSTS = list(env.words("LABELHUB_HOSTS"))
CSRF_TRUSTED_ORIGINS = list(env.words("LABELHUB_ORIGINS"))
if "*" in ALLOWED_HOSTS or not ALLOWED_HOSTS:
    raise ImproperlyConfigured("`LABELHUB_HOSTS` must name the hosts people type, without `*`")

ZONES = zones.read_zones()
STUDIOS = zones.read_studios()
zones.check_studios(ZONES, STUDIOS)
GEOIP_PRIMARY = env.path("LABELHUB_GEOIP_PRIMARY")
GEOIP_SECONDARY = env.path("LABELHUB_GEOIP_SECONDARY")
NETWORKS = env.path("LABELHUB_NETWORKS")
try:
    networks.refuse_malformed(NETWORKS)
except networks.NetworkListError as error:
    raise ImproperlyConfigured(f"`LABELHUB_NETWORKS`: {error}") from error
LEDGER_NAME = env.text("LABELHUB_LEDGER_NAME")
LEDGER_KEY = env.secret("LABELHUB_LEDGER_KEY", at_least=32).encode()
LEDGER_DIR = env.path("LABELHUB_LEDGER_DIR")
SIGNER_SOCKET = env.path("LABELHUB_SIGNER_SOCKET")
ANCHOR = zones.read_anchor()
WITNESS_URL = env.text("LABELHUB_WITNESS_URL", "").rstrip("/")
WITNESS_KEY = env.text("LABELHUB_WITNESS_KEY", "")
if bool(WITNESS_URL) != bool(WITNESS_KEY) or not (WITNESS_URL or "https://").startswith(
    ("https://", "http://127.0.0.1")
):
    raise ImproperlyConfigured(
        "`LABELHUB_WITNESS_URL` is an https address and goes with `LABELHUB_WITNESS_KEY`: set both"
    )
SCRATCH_DIR = env.path("LABELHUB_SCRATCH_DIR")
GATEWAY_LOG = env.path("LABELHUB_GATEWAY_LOG")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "labelhub.accounts",
    "labelhub.evidence",
    "labelhub.policies",
    "labelhub.footage",
    "labelhub.labeling",
    "labelhub.exports",
    "labelhub.gateway",
]

MIDDLEWARE = [
    "labelhub.gateway.middleware.OnlyThroughTheDoor",
    "labelhub.gateway.middleware.NeverStored",  # before all that may answer by itself: sign-in, form tokens
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "labelhub.accounts.middleware.SignedInWithMfa",
]

ROOT_URLCONF = "labelhub.urls"
WSGI_APPLICATION = "labelhub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "labelhub.accounts.context.person",
                "labelhub.policies.context.glass",
                "labelhub.evidence.context.alarm",
            ],
        },
    },
]

DATABASES = {"default": env.database("LABELHUB_DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.text("LABELHUB_CACHE_URL")}
}

CELERY_BROKER_URL = env.text("LABELHUB_BROKER_URL")
CELERY_TASK_DEFAULT_QUEUE = "control"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "reconcile annotations": {"task": "labeling.reconcile", "schedule": timedelta(minutes=2)},
    "free expired reservations": {"task": "labeling.free_expired", "schedule": timedelta(minutes=1)},
    "go on with batches of footage": {"task": "footage.resume", "schedule": timedelta(minutes=1)},
    "hold the gateway's log against the ledger": {"task": "evidence.reconcile", "schedule": timedelta(minutes=2)},
    "mark abandoned export runs": {"task": "exports.mark_abandoned", "schedule": timedelta(minutes=5)},
}

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "labelhub.accounts.backends.EmailBackend",
    "labelhub.accounts.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # our backend is a stricter subclass of the one the check looks for
    "security.W019",  # the labeling page frames Label Studio, which is of the same origin
]
ANONYMOUS_USER_NAME = None  # guardian: no row stands for "anybody"

ACCOUNT_ADAPTER = "labelhub.accounts.adapter.NoSignUp"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,8/5m/key", "reauthenticate": "10/m/user"}
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = "X-LH-Peer"
MFA_ADAPTER = "labelhub.accounts.adapter.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "labelhub"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

SESSION_COOKIE_NAME = "labelhub_session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "labelhub_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "labelhub.gateway.pages.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_LH_SCHEME", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
STATIC_URL = "/assets/"
STATIC_ROOT = env.path("LABELHUB_ASSETS_DIR")
STATICFILES_DIRS = [BASE_DIR / "static"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FILE_UPLOAD_TEMP_DIR = str(SCRATCH_DIR)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
TEST_RUNNER = "django.test.runner.DiscoverRunner"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Every call to Label Studio would stand in the answer of a command, with the inner address.
    "loggers": {"httpx": {"level": "WARNING"}},
}

env.refuse_unknown()
