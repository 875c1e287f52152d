"""Prepare Label Studio's database: migrate, then the service account, its organization and its API token.

Run once per Label Studio version, in Label Studio's own environment. Running it again changes nothing.

On SQLite the migrated database, still without any account, is kept beside the installation: its 261 steps take a minute,
and a second state folder need not repeat them.
"""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import sqlite3
import sys
from pathlib import Path

import django


def main():
    """Migrate and make the service account; print one line per step so that the launcher can show progress."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    is_new = begin_from_kept(connection)
    connection.prepare_database()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    print(f'{len(plan)} steps', flush=True)
    if plan:
        call_command('migrate', interactive=False, no_color=True, verbosity=1)
    if plan and is_new:
        keep(connection)
    make_service_account(
        email=os.environ['LABEL_STUDIO_USERNAME'],
        password=os.environ['LABEL_STUDIO_PASSWORD'],
        token=os.environ['LABEL_STUDIO_USER_TOKEN'],
    )
    print('done', flush=True)
    return 0


def kept_database():
    """Where the migrated, empty database of this very installation is kept."""
    names = sorted(f'{one.name}=={one.version}' for one in importlib.metadata.distributions())
    mark = hashlib.sha256('\n'.join(names).encode()).hexdigest()[:16]
    return Path(sys.prefix) / 'share' / f'labelhub-first-{mark}.sqlite3'


def begin_from_kept(connection):
    """Begin from the kept database where there is one; tell whether the database is new."""
    if connection.vendor != 'sqlite':
        return False
    if connection.introspection.table_names():
        return False
    connection.close()
    database = Path(connection.settings_dict['NAME'])
    if kept_database().exists():
        draft = database.with_suffix('.draft')
        shutil.copy(kept_database(), draft)
        draft.chmod(0o600)
        for beside in ('-wal', '-shm'):
            database.with_name(database.name + beside).unlink(missing_ok=True)
        draft.replace(database)
    return True


def keep(connection):
    """Keep a copy of a database that was migrated from nothing; a full disk only costs the copy."""
    target = kept_database()
    draft = target.with_suffix(f'.{os.getpid()}')
    with contextlib.suppress(OSError, sqlite3.Error):
        target.parent.mkdir(exist_ok=True)
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(draft)) as copy:
            connection.connection.backup(copy)
        draft.replace(target)
    draft.unlink(missing_ok=True)


def make_service_account(*, email, password, token):
    """Make, or put right, the one account labelhub itself uses."""
    from django.db import transaction
    from organizations.models import Organization
    from rest_framework.authtoken.models import Token
    from users.models import User

    with transaction.atomic():
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email=email, password=password)
        user.is_staff = user.is_superuser = user.is_active = True
        user.save()
        if not Token.objects.filter(user=user, key=token).exists():
            Token.objects.filter(user=user).delete()
            Token.objects.create(user=user, key=token)
        organization = Organization.objects.first()
        if organization is None:
            organization = Organization.create_organization(
                created_by=user, title='labelhub', legacy_api_tokens_enabled=True
            )
        organization.add_user(user)
        user.active_organization = organization
        user.save(update_fields=['active_organization'])
        organization.jwt.api_tokens_enabled = organization.jwt.legacy_api_tokens_enabled = True
        organization.jwt.save()


if __name__ == '__main__':
    # Label Studio's modules import each other as if its folder were on the path.
    sys.path.insert(0, str(Path(importlib.util.find_spec('label_studio').origin).parent))
    sys.exit(main())
