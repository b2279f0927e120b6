"""Settings, all from the environment: development, tests and production differ by nothing else.

A variable without a default must be set; the process refuses to start and names it. `make run` and `make test`
set every one of them for their own embedded services (`tools/environment.py`); `docs/operations.md` lists them.
"""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
import limits
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- What this installation is -----------------------------------------------------------------------------------

PORTAL_ENV = env.str("PORTAL_ENV", default="production")
if PORTAL_ENV not in {"development", "test", "production"}:
    raise ImproperlyConfigured(f"PORTAL_ENV is {PORTAL_ENV!r}; it must be development, test or production.")
IS_PRODUCTION = PORTAL_ENV == "production"
for _name in ("BASE_URL", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "DEFAULT_FROM_EMAIL"):
    if not env.str(_name).strip():
        raise ImproperlyConfigured(f"{_name} is empty. Give it a value, or see docs/operations.md.")

# The demo app brings seeds, the one-click sign-in page and the demo mailbox. Off, it is not even installed.
DEMO = env.bool("DEMO", default=False)
PROVIDER_NAME = env.str("PROVIDER_NAME", default="CloudFactory")
# Whose Saturdays and Sundays do not count when an answer is promised.
WORKING_TIME_ZONE = ZoneInfo(env.str("WORKING_TIME_ZONE", default="UTC"))
PORTAL_NAME = env.str("PORTAL_NAME", default="WorkStream Portal")
# Where people reach the portal, without a trailing slash. Links in mails and in the first note begin with it.
BASE_URL = env.str("BASE_URL").rstrip("/")
_public = urlsplit(BASE_URL)
if _public.scheme not in {"http", "https"} or not _public.hostname:
    raise ImproperlyConfigured(f"BASE_URL is {BASE_URL!r}; it must be like https://portal.example.com.")
if IS_PRODUCTION and _public.scheme != "https" and not env.bool("ALLOW_PLAIN_HTTP", default=False):
    raise ImproperlyConfigured("BASE_URL must begin with https:// in production (or set ALLOW_PLAIN_HTTP=1).")

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_public.hostname])
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- Apps and middleware -----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "config.static.PortalStaticFilesConfig",
    "config.apps.PortalAdminConfig",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "lucide",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "activity",
    "accounts",
    "api",
    "workstreams",
    "milestones",
    "subscriptions",
    "chat",
    "notifications",
    "integrations",
    "integrations.hubspot",
    "integrations.intercom",
    "integrations.salesforce",
    "mailroom",
    *(["demo"] if DEMO else []),
]

MIDDLEWARE = [
    "config.database.WorkMiddleware",
    "api.middleware.ApiAnswersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "workstreams.receiving.LargestBodyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.PersonMiddleware",
    "accounts.second_factor.SecondFactorMiddleware",
    "workstreams.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "accounts.context.frame",
            ],
            "builtins": ["accounts.templatetags.icons"],
        },
    },
]

# --- Data --------------------------------------------------------------------------------------------------------

_database: dict[str, Any] = env.db_url("DATABASE_URL")


def _options(name: str, *, statement_timeout: int) -> dict[str, Any]:
    """How to connect; what the address says, such as ?sslmode=verify-full, counts before ours.

    Our statements are short: compiling them (JIT) takes longer than they do.
    """
    limits = f"-c statement_timeout={statement_timeout} -c idle_in_transaction_session_timeout=60000"
    return {
        "connect_timeout": 5,
        "application_name": name,
        **_database.get("OPTIONS", {}),
        "options": f"{limits} -c jit=off",
    }


# Workers and commands take a connection for a piece of work and give it back. A connection that died with a restarted
# server is noticed and replaced.
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _options("portal", statement_timeout=env.int("DB_WORK_STATEMENT_TIMEOUT_MS", default=60_000)),
    }
}
# Pages run on a fixed set of threads that keep theirs, and people wait for them (config.database.serve_pages).
DATABASE_OF_PAGES = {
    "CONN_MAX_AGE": env.int("DB_CONN_MAX_AGE", default=60),
    "OPTIONS": _options("portal pages", statement_timeout=env.int("DB_STATEMENT_TIMEOUT_MS", default=5_000)),
}
# Statements that take longer are logged, without their values.
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=500)

REDIS_URL = env.str("REDIS_URL")
# Pub/sub does not know Redis' database numbers, so installations that share a server are told apart by this word.
LIVE_PREFIX = env.str("LIVE_PREFIX", default="portal")
# How often a live stream looks again whether its reader may read, and how often it asks the database without Redis.
LIVE_LOOK_AGAIN_SECONDS = env.float("LIVE_LOOK_AGAIN_SECONDS", default=30)
LIVE_POLL_SECONDS = env.float("LIVE_POLL_SECONDS", default=5)

CACHES = {
    "default": {
        "BACKEND": "accounts.cache.ForgivingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": LIVE_PREFIX,
        "OPTIONS": {
            # Without Redis pages go on: a cache that is away is an empty cache.
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 1,
        },
    }
}
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = f"{LIVE_PREFIX}.work"
# Whatever may speak to a vendor has workers of its own, so that one that hangs keeps no mail and no count waiting.
CELERY_TASK_ROUTES = {"integrations.*": {"queue": f"{LIVE_PREFIX}.vendors"}}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "visibility_timeout": 300,
    # Without it every nudge tries for six seconds while Redis is away, and a page waits for it. Workers and beat have a
    # patience of their own.
    "max_retries": 0,
}
# The sweeps find what a lost nudge left behind; a broker outage delays and never loses.
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=5)
_sweep = timedelta(seconds=SWEEP_SECONDS)
CELERY_BEAT_SCHEDULE = {
    name: {
        "task": task,
        "schedule": _sweep,
        # While no worker runs, one sweep waits and not thousands.
        "options": {"expires": 60},
    }
    for name, task in {
        "write-due-mails": "notifications.tasks.write_due_mails",
        "send-waiting-mails": "notifications.tasks.send_waiting_mails",
        "work-waiting-inbound": "integrations.tasks.work_waiting_inbound",
        "send-what-waits": "integrations.tasks.send_what_waits",
        "work-waiting-mails": "mailroom.tasks.work_waiting_mails",
        "work-waiting-bulk": "workstreams.tasks.work_waiting_bulk",
        "work-waiting-personal": "accounts.tasks.work_waiting_personal",
        "delete-stray-files": "workstreams.tasks.delete_stray_files",
        "scan-waiting-files": "workstreams.tasks.scan_waiting_files",
        "index-waiting": "chat.tasks.index_waiting",
        "make-waiting-previews": "workstreams.tasks.make_waiting_previews",
        "fetch-arriving-files": "integrations.intercom.tasks.fetch_arriving_files",
    }.items()
}
CELERY_BEAT_SCHEDULE["rearm-mailboxes"] = {
    "task": "integrations.tasks.rearm_mailboxes",
    "schedule": timedelta(minutes=1),
    "options": {"expires": 60},
}
CELERY_BEAT_SCHEDULE["look-at-salesforce"] = {
    "task": "integrations.salesforce.tasks.look_at_salesforce",
    "schedule": timedelta(seconds=30),
    "options": {"expires": 30},
}
CELERY_BEAT_SCHEDULE["forget-old-deliveries"] = {
    "task": "integrations.tasks.forget_old_deliveries",
    "schedule": timedelta(hours=1),
    "options": {"expires": 3600},
}
# Intercom repeats a notification once and gives up then; so what changed there is asked for as well.
CELERY_BEAT_SCHEDULE["look-for-missed-at-intercom"] = {
    "task": "integrations.intercom.tasks.look_for_missed",
    "schedule": timedelta(minutes=1),
    "options": {"expires": 60},
}
CELERY_BEAT_SCHEDULE["forget-old-hints-of-intercom"] = {
    "task": "integrations.intercom.tasks.forget_old_hints",
    "schedule": timedelta(hours=1),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["recount-for-grid"] = {
    "task": "workstreams.tasks.recount_for_grid",
    "schedule": timedelta(minutes=1),
    "options": {"expires": 60},
}
CELERY_BEAT_SCHEDULE["forget-old-mails"] = {
    "task": "notifications.tasks.forget_old_mails",
    "schedule": timedelta(hours=1),
    "options": {"expires": 3600},
}
# Often enough that every client's morning has several.
CELERY_BEAT_SCHEDULE["remind-of-documents"] = {
    "task": "workstreams.tasks.remind_of_documents",
    "schedule": timedelta(minutes=15),
    "options": {"expires": 600},
}
CELERY_BEAT_SCHEDULE["forget-incoming-mails"] = {
    "task": "mailroom.tasks.forget_old_mails",
    "schedule": timedelta(hours=1),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["give-up-abandoned-uploads"] = {
    "task": "workstreams.tasks.give_up_abandoned_uploads",
    "schedule": timedelta(minutes=10),
    "options": {"expires": 600},
}
CELERY_BEAT_SCHEDULE["forget-old-copies"] = {
    "task": "accounts.tasks.forget_old_copies",
    "schedule": timedelta(hours=1),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["forget-old-answers"] = {
    "task": "api.tasks.forget_old_answers",
    "schedule": timedelta(hours=1),
    "options": {"expires": 3600},
}

# --- Sign-in -----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "sesame.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
ACCOUNT_LOGOUT_REDIRECT_URL = "accounts:sign_in"
ACCOUNT_ADAPTER = "accounts.adapter.PortalAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
# Registering takes an address only; naming the password here gives the sign-in by password its field (A37).
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3
# Mails with a code: by network and by address. Six digits, five tries a code, so nobody guesses one.
ACCOUNT_RATE_LIMITS = {"request_login_code": "30/m/ip,4/2m/key,20/d/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# A code that is typed slowly is still good half a minute later, as RFC 6238 advises; each is taken once.
MFA_TOTP_TOLERANCE = 1
MFA_ADAPTER = "accounts.second_factor.PortalMFAAdapter"
# Whether colleagues need an authenticator app before they may do anything. Clients choose for themselves.
MFA_REQUIRED_FOR_STAFF = env.bool("MFA_REQUIRED_FOR_STAFF", default=IS_PRODUCTION and not DEMO)
# A mailed link signs in once (it dies with the next sign-in) and for fifteen minutes.
SESAME_MAX_AGE = 15 * 60
SESAME_ONE_TIME = True
SESAME_INVALIDATE_ON_EMAIL_CHANGE = True
SESAME_PRIMARY_KEY_FIELD = "public_id"  # no running number in an address
SESAME_TOKEN_NAME = "key"  # noqa: S105  the name of a parameter, not a secret

# --- Mail --------------------------------------------------------------------------------------------------------

# Whatever sends mail writes a row in the request's transaction; the worker hands it to MAIL_TRANSPORT.
EMAIL_BACKEND = "notifications.backend.QueueBackend"
MAIL_TRANSPORT = env.str(
    "MAIL_TRANSPORT",
    default="django.core.mail.backends.smtp.EmailBackend",
)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
# Without mail nobody can sign in, so production has to say where it goes.
EMAIL_HOST = env.str("EMAIL_HOST", default=env.NOTSET if IS_PRODUCTION else "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured("EMAIL_USE_TLS is STARTTLS and EMAIL_USE_SSL is TLS from the first byte; set one.")
EMAIL_TIMEOUT = 10
# Of providers that are asked over HTTP instead (MAIL_TRANSPORT=anymail.backends...): "POSTMARK_SERVER_TOKEN=...;...".
ANYMAIL = env.dict("ANYMAIL", cast={"value": str}, default={}) | {"REQUESTS_TIMEOUT": (5, 20)}
# Settled mails are deleted after so many days; what signs somebody in is erased once it is sent, except in the demo.
MAIL_KEEP_DAYS = env.int("MAIL_KEEP_DAYS", default=90)
MAIL_KEEPS_CODES = DEMO
# The domain whose mails come back to the portal; without one, mails cannot be answered.
REPLY_DOMAIN = env.str("REPLY_DOMAIN", default="").strip().lower()
if REPLY_DOMAIN and not re.fullmatch(r"[a-z0-9.-]+", REPLY_DOMAIN):
    raise ImproperlyConfigured(f"REPLY_DOMAIN is {REPLY_DOMAIN!r}; it must be like reply.portal.example.com.")
# How whoever hands mails in over HTTP shows that it is ours: "Authorization: Bearer ..."; several are valid at once.
MAIL_HOOK_SECRETS = env.list("MAIL_HOOK_SECRETS", default=[])
# The name under which our own mail server writes down what it found out about senders (Authentication-Results).
MAIL_TRUSTED_SERVER = env.str("MAIL_TRUSTED_SERVER", default="").strip().lower()

# --- Offers ------------------------------------------------------------------------------------------------------

# What yearly billing takes off an AGILE subscription, in percent; 0 for nothing (R42).
YEARLY_DISCOUNT_PERCENT = Decimal(env.str("YEARLY_DISCOUNT_PERCENT", default="10"))
if not 0 <= YEARLY_DISCOUNT_PERCENT < 100:
    raise ImproperlyConfigured(f"YEARLY_DISCOUNT_PERCENT is {YEARLY_DISCOUNT_PERCENT}; it must be from 0 to under 100.")

# --- Vendors -----------------------------------------------------------------------------------------------------

# A vendor without its token (or key) is off: nothing is written for it, and nothing is asked of it. The addresses are
# settings so that a simulator can stand in.
INTERCOM_TOKEN = env.str("INTERCOM_TOKEN", default="")
INTERCOM_BASE_URL = env.str("INTERCOM_BASE_URL", default="https://api.intercom.io").rstrip("/")
# The key of webhook signatures. Several are valid at once, so that it can be changed without a gap.
INTERCOM_CLIENT_SECRETS = env.list("INTERCOM_CLIENT_SECRETS", default=[])
# The workspace: webhooks of another one are refused.
INTERCOM_APP_ID = env.str("INTERCOM_APP_ID", default="")
# The key of the Messenger's identity verification. With the workspace it puts the Messenger on the pages of clients;
# without it anybody could speak as anybody there, so there is none.
INTERCOM_IDENTITY_SECRET = env.str("INTERCOM_IDENTITY_SECRET", default="")
INTERCOM_MESSENGER = bool(INTERCOM_APP_ID and INTERCOM_IDENTITY_SECRET)
# The teammate in whose name the portal writes notes, and speaks for colleagues that Intercom does not know.
INTERCOM_ADMIN_ID = env.str("INTERCOM_ADMIN_ID", default="")
# Hosts, besides the API's own, from which files of Intercom's conversations are fetched.
INTERCOM_FILE_HOSTS = env.list("INTERCOM_FILE_HOSTS", default=["downloads.intercomcdn.com", "downloads.intercomcdn.eu"])

HUBSPOT_TOKEN = env.str("HUBSPOT_TOKEN", default="")
HUBSPOT_BASE_URL = env.str("HUBSPOT_BASE_URL", default="https://api.hubapi.com").rstrip("/")
HUBSPOT_FORMS_URL = env.str("HUBSPOT_FORMS_URL", default="https://api.hsforms.com").rstrip("/")
# The account and the form through which a visitor's pages are joined to a contact; without both, none are.
HUBSPOT_PORTAL_ID = env.str("HUBSPOT_PORTAL_ID", default="")
HUBSPOT_FORM_ID = env.str("HUBSPOT_FORM_ID", default="")

# The connected app that reads opportunities with the client-credentials flow; its My Domain is like "acme.my".
SALESFORCE_CONSUMER_KEY = env.str("SALESFORCE_CONSUMER_KEY", default="")
SALESFORCE_CONSUMER_SECRET = env.str("SALESFORCE_CONSUMER_SECRET", default="")
SALESFORCE_DOMAIN = env.str("SALESFORCE_DOMAIN", default="")
SALESFORCE_API_VERSION = env.str("SALESFORCE_API_VERSION", default="59.0")
# How often the portal looks for changes that nobody told it of; 0 never looks.
SALESFORCE_POLL_SECONDS = env.float("SALESFORCE_POLL_SECONDS", default=300)
# The simulator's port on this machine; 0 speaks to Salesforce itself.
SALESFORCE_SIMULATOR_PORT = env.int("SALESFORCE_SIMULATOR_PORT", default=0)
# What stands in the address of the SOAP endpoint for Outbound Messages; without any it answers 404.
SALESFORCE_OUTBOUND_TOKENS = env.list("SALESFORCE_OUTBOUND_TOKENS", default=[])
# The Outbound Messages that are believed, by their ActionId; empty believes all that know the token.
SALESFORCE_OUTBOUND_ACTIONS = env.list("SALESFORCE_OUTBOUND_ACTIONS", default=[])

# How often each vendor is called at most, by all workers together, like 150/second; empty counts nothing. Intercom
# deals 10,000 calls a minute in windows of ten seconds; HubSpot's search and its burst limit are lower.
VENDOR_RATES = {
    "intercom": env.str("INTERCOM_RATE", default="150/second"),
    "hubspot": env.str("HUBSPOT_RATE", default="90/10 second"),
}
for _vendor, _rate in VENDOR_RATES.items():
    try:
        if _rate:
            limits.parse(_rate)
    except ValueError as _error:
        raise ImproperlyConfigured(f"{_vendor.upper()}_RATE is {_rate!r}; it must be like 150/second.") from _error
# Deliveries sent side by side; as many threads has the vendors' worker.
VENDOR_SENDERS = env.int("VENDOR_SENDERS", default=8)
# How long a worker may be silent before what it was sending goes to another. Vendors' calls time out well before.
DELIVERY_LEASE_SECONDS = env.float("DELIVERY_LEASE_SECONDS", default=90)

# Deliveries are deleted so many days after they were settled.
DELIVERY_KEEP_DAYS = env.int("DELIVERY_KEEP_DAYS", default=90)

# How the Flow's callout shows that it is ours: a static secret in X-Portal-Token, or a signature made with a shared
# secret. Several of each are valid at once, so that they can be changed without a gap. With neither, the endpoint
# answers 401 to all.
SALESFORCE_FLOW_SECRETS = env.list("SALESFORCE_FLOW_SECRETS", default=[])
SALESFORCE_FLOW_HMAC_SECRETS = env.list("SALESFORCE_FLOW_HMAC_SECRETS", default=[])
# Our own organisation, 15 or 18 characters; empty accepts any.
SALESFORCE_ORGANIZATION_ID = env.str("SALESFORCE_ORGANIZATION_ID", default="")
# Where colleagues open Salesforce, like https://acme.lightning.force.com. Opportunities are linked there, and pasted
# links into another organisation are refused; empty does neither.
SALESFORCE_BASE_URL = env.str("SALESFORCE_BASE_URL", default="").rstrip("/")
# Stages beyond those of the ledger's table, or other steps for them: "Negotiation=3;Proposal/Price Quote=2" (R103).
try:
    SALESFORCE_STAGE_STEPS = env.dict("SALESFORCE_STAGE_STEPS", cast={"value": int}, default={})
except ValueError as _error:
    raise ImproperlyConfigured(f"SALESFORCE_STAGE_STEPS must be like Negotiation=3;Verbal=3 ({_error}).") from _error

# --- Invitations -------------------------------------------------------------------------------------------------

# How long a mailed link works, and how many people are invited by one person and to one WorkStream.
INVITATION_DAYS = env.int("INVITATION_DAYS", default=14)
INVITATIONS_AN_HOUR = env.int("INVITATIONS_AN_HOUR", default=100)
INVITATIONS_A_DAY = env.int("INVITATIONS_A_DAY", default=200)
if INVITATION_DAYS < 1:
    raise ImproperlyConfigured(f"INVITATION_DAYS is {INVITATION_DAYS}; it must be 1 or more.")

# --- Exports -----------------------------------------------------------------------------------------------------

# How many run at once, in all processes together. Each holds a page thread, so this stays well below WEB_THREADS.
EXPORTS_AT_ONCE = env.int("EXPORTS_AT_ONCE", default=2)
if EXPORTS_AT_ONCE < 1:
    raise ImproperlyConfigured(f"EXPORTS_AT_ONCE is {EXPORTS_AT_ONCE}; it must be 1 or more.")

# --- Files -------------------------------------------------------------------------------------------------------

# Where attachments are kept, unless an object store is named; and, either way, where files are put while they arrive.
FILES_DIR = Path(env.str("FILES_DIR", default=str(BASE_DIR / "media"))).absolute()
# A bucket that speaks S3 keeps them instead, where one is named.
FILES_S3_BUCKET = env.str("FILES_S3_BUCKET", default="")
# The largest attachment, in megabytes of 1,000,000 bytes.
FILES_MAX_MB = env.int("FILES_MAX_MB", default=100)
if FILES_MAX_MB < 1:
    raise ImproperlyConfigured(f"FILES_MAX_MB is {FILES_MAX_MB}; it must be 1 or more.")
# How much of one person may be under way and not yet whole, in all WorkStreams together.
FILES_UNFINISHED_MB = env.int("FILES_UNFINISHED_MB", default=max(1000, 2 * FILES_MAX_MB))
# In the folder of the files, so that one that has arrived is moved and not copied.
FILES_ARRIVE_IN = FILES_DIR / "arriving"
# Who looks into files for viruses: tcp://host:3310 or unix:///path of a ClamAV daemon; empty: nobody.
CLAMD_URL = env.str("CLAMD_URL", default="")
if CLAMD_URL and urlsplit(CLAMD_URL).scheme not in {"tcp", "unix"}:
    raise ImproperlyConfigured(
        f"CLAMD_URL is {CLAMD_URL!r}; it must be like tcp://clamd:3310 or unix:///run/clamd.sock."
    )
# Whether files are let through while it does not answer; otherwise they wait for it.
FILES_UNSCANNED_WHEN_AWAY = env.bool("FILES_UNSCANNED_WHEN_AWAY", default=False)
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "workstreams.receiving.ArrivingFileHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_SCHEMA_CLASS": "api.schema.PortalSchema",
}
# Requests to the API a minute: of one token or one signed-in person, and of one address without either.
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", default=600)
API_ANONYMOUS_CALLS_PER_MINUTE = env.int("API_ANONYMOUS_CALLS_PER_MINUTE", default=60)
SPECTACULAR_SETTINGS = {
    "TITLE": f"{PORTAL_NAME} API",
    "VERSION": "1",
    "DESCRIPTION": "Everything the portal's pages do, for programs. What a person may see and do is the same here as "
    "there. Times are in UTC, ids are opaque, and addresses end with a slash.",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["api.schema.of_the_api"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": True,
    "ENUM_NAME_OVERRIDES": {
        "SubscriptionType": "workstreams.choices.SubscriptionType",
        "Milestone": "workstreams.choices.Milestone",
        "Status": "workstreams.choices.Status",
        "CloseReason": "workstreams.choices.CloseReason",
        "DeliveryMode": "workstreams.choices.DeliveryMode",
        "EntryPoint": "workstreams.choices.EntryPoint",
        "Lifecycle": "workstreams.choices.Lifecycle",
        "Side": "workstreams.choices.Side",
        "AttachmentKind": "workstreams.choices.AttachmentKind",
        "AskableKind": "workstreams.requests.ASKABLE_CHOICES",
        "PreviewKind": "workstreams.papers.PREVIEW_KINDS",
        "PreviewState": "workstreams.papers.PREVIEW_STATES",
        "Role": "accounts.capabilities.Role",
        "Region": "accounts.models.Region",
        "Scope": "api.models.Scope",
        "BulkChangeKind": "workstreams.runs.BulkChange.Kind",
        "BulkChangeState": "workstreams.runs.BulkChange.State",
        "DeliveryState": "integrations.models.Delivery.State",
        "InboundEventState": "integrations.models.InboundEvent.State",
        "Loudness": "notifications.notices.Loudness",
    },
}

# --- Pages, files, language --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "workstreams.storage.ObjectStorage",
        "OPTIONS": {
            "bucket_name": FILES_S3_BUCKET,
            "endpoint_url": env.str("FILES_S3_ENDPOINT", default="") or None,
            "region_name": env.str("FILES_S3_REGION", default="") or None,
            "access_key": env.str("FILES_S3_ACCESS_KEY", default="") or None,
            "secret_key": env.str("FILES_S3_SECRET_KEY", default="") or None,
            "addressing_style": env.str("FILES_S3_ADDRESSING", default="auto"),
        },
    }
    if FILES_S3_BUCKET
    else {
        "BACKEND": "workstreams.storage.DiskStorage",
        "OPTIONS": {"location": str(FILES_DIR / "stored"), "allow_overwrite": True},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = PORTAL_ENV == "development"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i"

# --- Security ----------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# With its Messenger on the pages, Intercom's own hosts are let in, as its documentation of this header names them. Its
# styles are made by its script, which takes "unsafe-inline".
if INTERCOM_MESSENGER:
    for _directive, _hosts in {
        "script-src": ["https://app.intercom.io", "https://widget.intercom.io", "https://js.intercomcdn.com"],
        "style-src": ["'unsafe-inline'"],
        "connect-src": [
            "https://*.intercom.io",
            "wss://*.intercom.io",
            "https://*.intercom-messenger.com",
            "wss://*.intercom-messenger.com",
            "https://*.intercomcdn.com",
            "https://*.intercomcdn.eu",
            "https://*.intercomusercontent.com",
        ],
        "img-src": [
            "https://*.intercomcdn.com",
            "https://*.intercomcdn.eu",
            "https://*.intercomassets.com",
            "https://*.intercomassets.eu",
            "https://*.intercomusercontent.com",
        ],
        "font-src": [SELF, "https://js.intercomcdn.com", "https://fonts.intercomcdn.com"],
        "media-src": [SELF, "https://js.intercomcdn.com"],
        "frame-src": [SELF, "https://intercom-sheets.com"],
    }.items():
        CONTENT_SECURITY_POLICY["DIRECTIVES"].setdefault(_directive, []).extend(_hosts)
_https = _public.scheme == "https"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"no_secrets": {"()": "config.logs.HidesSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_secrets"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
