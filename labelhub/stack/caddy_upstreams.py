"""What the door says to labelhub, to Label Studio and to a store, and what of their answers it lets through."""

from __future__ import annotations

STUDIO_CSP = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
MEDIA_CSP = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
)


def snippets(gateway_secret: str) -> str:
    """How each of the three is spoken to, as snippets that the sites import."""
    return _to_labelhub(gateway_secret) + _to_studio() + _to_store()


def _to_labelhub(gateway_secret: str) -> str:
    return f"""
(labelhub) {{
	header_up X-LH-Gateway "{gateway_secret}"
	header_up X-LH-Peer {{peer}}
	header_up X-LH-Scheme {{scheme}}
	header_up -Accept-Encoding
	header_down -X-Accel-*
	header_down -X-LH-User
	header_down -X-LH-Secret
	header_down -X-LH-Gateway
	header_down -Server
	lb_try_duration 3s
	lb_try_interval 250ms
	transport http {{
		compression off
	}}
}}
"""


def _to_studio() -> str:
    return f"""\
# labelhub's cookies never reach Label Studio, and its own never reach the visitor: identity is in the header pair alone
(studio) {{
	header_up -Cookie
	header_up -Content-Length
	header_down -Set-Cookie
	header_down -Server
	header_down -Access-Control-*
	header_down -Content-Security-Policy-Report-Only
	header_down Content-Security-Policy "{STUDIO_CSP}"
	header_down X-Frame-Options SAMEORIGIN
	lb_try_duration 3s
	lb_try_interval 250ms
	transport http {{
		compression off
	}}
}}
"""


def _to_store() -> str:
    return f"""\
# the visitor's identity never reaches a store, and a store's headers never reach the visitor; nothing is stored on the
# way, so there is nothing to ask conditionally (a 304 or 412 of the store would be an answer without footage)
(store) {{
	header_up -Authorization
	header_up -Cookie
	header_up -X-*
	header_up -Referer
	header_up -Origin
	header_up -If-Match
	header_up -If-None-Match
	header_up -If-Modified-Since
	header_up -If-Unmodified-Since
	header_up -Accept-Encoding
	header_up -Via
	header_down -Server
	header_down -X-*
	header_down -Seaweed-*
	header_down -Via
	header_down -Set-Cookie
	header_down -Access-Control-*
	header_down -Date
	header_down Content-Security-Policy "{MEDIA_CSP}"
	transport http {{
		compression off
		dial_timeout 3s
	}}
	@unsatisfiable status 416
	handle_response @unsatisfiable {{
		respond "this part of the footage does not exist" 416
	}}
	@refused status 4xx 5xx
	handle_response @refused {{
		respond "the footage cannot be read now" 502
	}}
	@elsewhere status 3xx
	handle_response @elsewhere {{
		respond "the footage cannot be read now" 502
	}}
}}"""
