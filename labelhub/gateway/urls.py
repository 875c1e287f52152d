"""The door's addresses."""

from __future__ import annotations

from django.urls import path, re_path

from labelhub.gateway import downloads, media, studio

urlpatterns = [
    path("gateway/admit", studio.admit_page, name="gateway-admit"),
    re_path(r"^media/(?P<footage_id>[0-9a-z]{1,40})/(?P<rendition>[a-z]{1,20})$", media.media, name="media"),
    re_path(r"^datasets/(?P<run_id>[0-9a-f]{24})/download$", downloads.download, name="dataset-download"),
    re_path(r"^studio/(?P<studio>[a-z][a-z0-9-]{0,19})/(?P<rest>.*)$", studio.studio_api, name="studio-api"),
]
