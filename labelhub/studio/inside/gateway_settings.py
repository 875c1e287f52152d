"""Label Studio's settings behind labelhub's door; runs in Label Studio's own environment, never in labelhub's.

It adds a door in front of everything (no request passes without our header pair), names cookies so that they cannot be
mistaken for labelhub's, and keeps SQLite from refusing two writers. It refuses to start without a secret.
"""

import os

from core.settings.base import *  # must come first: the next module reads the settings while it is still importing
from core.settings.label_studio import *
from django.core.exceptions import ImproperlyConfigured

LH_SECRET = os.environ.get('LABELHUB_STUDIO_SECRET', '').encode()
if len(LH_SECRET) < 32:
    raise ImproperlyConfigured('`LABELHUB_STUDIO_SECRET` is missing or shorter than 32 bytes')

SESSION_COOKIE_NAME = 'ls_sessionid'  # `sessionid` and `csrftoken` on Path=/ would collide with labelhub's own
CSRF_COOKIE_NAME = 'ls_csrftoken'

# Django knows only the path under which it is shown; the host differs per visitor, so templates ask `gateway_context`.
FORCE_SCRIPT_NAME = HOSTNAME = FRONTEND_HOSTNAME = os.environ['LABELHUB_STUDIO_PREFIX']
LH_SCHEME = os.environ.get('LABELHUB_STUDIO_SCHEME', 'https')
_processors = TEMPLATES[0]['OPTIONS']['context_processors']
_processors[_processors.index('core.context_processors.settings')] = 'gateway_context.settings'

MIDDLEWARE.insert(0, 'gateway_auth.Door')
_after = MIDDLEWARE.index('django.contrib.auth.middleware.AuthenticationMiddleware') + 1
MIDDLEWARE.insert(_after, 'gateway_auth.Identity')

if DATABASES['default']['ENGINE'].endswith('sqlite3'):
    DATABASES['default']['CONN_MAX_AGE'] = None
    DATABASES['default']['OPTIONS'] = {
        'timeout': 20,
        'transaction_mode': 'IMMEDIATE',
        'init_command': 'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;',
    }
