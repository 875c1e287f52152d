"""How a person is recognised, and which object permissions hold."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Model
from guardian.backends import ObjectPermissionBackend as GuardianBackend

from labelhub.accounts.models import Person


class EmailBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Sign-in by e-mail address and password, with allauth's protection against timing."""

    def get_user(self, user_id: Any) -> Person | None:  # noqa: ANN401  Django's signature
        """Find who a session belongs to, with the entity that answers for them: every decision asks for both."""
        person = Person.objects.select_related("organization").filter(pk=user_id).first()
        return person if person is not None and self.user_can_authenticate(person) else None


class ObjectPermissionBackend(GuardianBackend):
    """Who may touch an object. Inactive people hold nothing, and no flag on a person passes every check."""

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:  # noqa: ANN401  guardian's signature
        """Ask guardian, for a known active person only."""
        if not isinstance(user_obj, Person) or not user_obj.is_active or obj is None:
            return False
        return bool(super().has_perm(user_obj, perm, obj))
