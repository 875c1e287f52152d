"""What Label Studio's pages know of their own address: the host each visitor really typed.

The screen needs an absolute address, and labelhub is reached under several host names; one fixed in the settings would
send everyone else's requests to another origin, without their session.
"""

from core.context_processors import settings as _settings


class _Here:
    """Django's settings with the address of this very request."""

    def __init__(self, base, here):
        self._base = base
        self.HOSTNAME = self.FRONTEND_HOSTNAME = here

    def __getattr__(self, name):
        return getattr(self._base, name)


def settings(request):
    """Give the template what Label Studio would, with the host of this request."""
    context = _settings(request)
    base = context['settings']
    here = f'{base.LH_SCHEME}://{request.get_host()}{base.FORCE_SCRIPT_NAME}'
    return {**context, 'settings': _Here(base, here)}
