"""Who is asking, as labelhub's gateway says; everything else is 401.

Label Studio Community has no authorization of its own: whoever reaches it with any identity may do everything. So the
only identity is the header pair the gateway sets. A password, token or cookie of Label Studio's own opens nothing.
"""

import hmac
import time

from django.conf import settings
from django.http import JsonResponse

USER, SECRET = 'HTTP_X_LH_USER', 'HTTP_X_LH_SECRET'


def _refused():
    return JsonResponse({'detail': 'Label Studio answers only through labelhub.'}, status=401)


class Door:
    """First of all: no right secret, no answer, not even for a static file or a preflight request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # WSGI hands headers over as Latin-1 text; comparing text with a non-ASCII character would raise, so compare bytes.
        given = request.META.get(SECRET, '').encode('latin-1', 'replace')
        right = hmac.compare_digest(given, settings.LH_SECRET)
        if not right or not request.META.get(USER):
            return _refused()
        # The pair is the only identity. It stays in place, because Label Studio sends some requests through twice.
        for other in ('HTTP_AUTHORIZATION', 'HTTP_X_API_KEY', 'HTTP_COOKIE'):
            request.META.pop(other, None)
        return self.get_response(request)


class Identity:
    """Directly after Label Studio's own authentication, which would overwrite what is set earlier."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        from users.models import User  # apps are not loaded yet when this module is

        people = User.objects.filter(email=request.META.get(USER, ''), is_active=True)
        user = people.select_related('active_organization').first()
        if user is None:
            return _refused()
        request.user = user
        request.session['last_login'] = time.time()  # else the inactivity check logs the person out
        return self.get_response(request)
