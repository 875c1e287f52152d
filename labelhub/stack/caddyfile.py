"""The door, written as a Caddyfile: a pure function from a description to text.

Everything that decides what reaches whom at the gateway stands here and in `caddy_upstreams`, so it can be read in one
go: which headers of a visitor are dropped, what goes to labelhub, what to Label Studio, and how a store's bytes come
out without the store's name. It holds secrets, so whoever writes the text to disk makes it owner-only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from labelhub.stack.caddy_upstreams import snippets

# Nothing a visitor may claim about who or where they are. `*_*` is every name with an underscore: WSGI folds `-` and
# `_` into one, so `X_LH_User` would arrive in Django under the same name as ours.
SPOOFABLE = (
    "*_*", "X-LH-*", "Authorization", "Proxy-Authorization", "X-Api-Key", "X-Forwarded-*", "Forwarded", "X-Real-IP",
    "CF-*", "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Azure-*", "X-ProxyUser-IP", "Fastly-*",
    "X-Accel-*", "X-Sendfile-*", "X-Original-*", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Method-Override",
    "Proxy",
)  # fmt: skip
# Refused rather than repaired: what one server reads as one path and the next as another. Everywhere the few spellings
# that mean "go up"; in front of Label Studio and the footage every encoded character, since no name of ours needs one.
TWISTED = r"(?i)^[^?]*(//|\\|%2e|%2f|%5c|%00|/\.\.?(/|$|\?))"
CROOKED = r"^[^?]*(%|;|/\.)"
STREAMED = ("/media/*", "/datasets/*/download")  # what the log of streamed bytes tells of, and nothing else
PLAIN = re.compile(r"[A-Za-z0-9_.:/\-]+")


@dataclass(frozen=True, slots=True)
class ZoneDoor:
    """A zone as the door sees it: its code and the address of its store, with or without a scheme."""

    code: str
    store: str

    @property
    def signed_host(self) -> str:
        """The host that labelhub signs for; the store answers only a request that names exactly this one."""
        return self.store.split("://")[-1].rstrip("/")


@dataclass(frozen=True, slots=True)
class StudioDoor:
    """A studio as the door sees it: its code, its address and the secret that opens it."""

    code: str
    upstream: str
    secret: str


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A host name that stands for a place in the demo, and the address its visitors appear to come from."""

    host: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Everything the Caddyfile needs to know."""

    port: int
    hosts: tuple[str, ...]
    app: str
    gateway_secret: str
    assets: Path
    storage: Path
    log: Path
    zones: tuple[ZoneDoor, ...]
    studios: tuple[StudioDoor, ...]
    places: tuple[DemoPlace, ...] = ()
    binds: tuple[str, ...] = ("127.0.0.1",)


def render(door: Door) -> str:
    """Write the whole Caddyfile.

    Raises:
        ValueError: a value holds characters that a Caddyfile would read as its own.
    """
    _refuse_crooked_values(door)
    return "\n".join([_options(door), snippets(door.gateway_secret), _site(door), ""])


def _options(door: Door) -> str:
    return f"""{{
	admin off
	auto_https off
	persist_config off
	storage file_system "{door.storage}"
	grace_period 2s
	log {{
		level WARN
		format filter {{
			wrap console
			request>headers delete
			request>uri delete
			resp_headers delete
		}}
	}}
	servers {{
		protocols h1
		max_header_size 32KB
		timeouts {{
			read_header 10s
			idle 2m
		}}
	}}
}}"""


def _site(door: Door) -> str:
    stripped = "\n".join(f"\t\trequest_header -{name}" for name in SPOOFABLE)
    return f"""
http://:{door.port} {{
	bind {" ".join(door.binds)}
	header {{
		X-Content-Type-Options nosniff
		Referrer-Policy same-origin
		Permissions-Policy "camera=(), microphone=(), geolocation=()"
		-Server
		-Via
		defer
	}}
{_log(door)}
	map {{host}} {{peer}} {{
{_peers(door)}
		default {{http.request.remote.host}}
	}}
	handle_errors {{
		header Cache-Control no-store
		respond "labelhub cannot answer now ({{err.status_code}}): try again in a moment" {{err.status_code}}
	}}
	route {{
{stripped}
{_refusals(door)}
{_assets(door)}
{_streamed(door, STREAMED[0])}
{_streamed(door, STREAMED[1], is_named=True)}
{"".join(_studio(studio, door.app, first=number == 0) for number, studio in enumerate(door.studios))}
		reverse_proxy {door.app} {{
			import labelhub
		}}
	}}
}}"""


def _refusals(door: Door) -> str:
    """What is logged of a request, and which ones go no further: other hosts, crooked addresses, the gateway's own."""
    hosts = " ".join(door.hosts)
    return f"""\
		@unstreamed not path {" ".join(STREAMED)}
		log_skip @unstreamed
		# `<`: kept before the answer begins; of one that is broken off nothing is appended afterwards
		@streamed path {" ".join(STREAMED)}
		log_append @streamed <begun {{time.now.unix_ms}}
		log_append @streamed <method {{method}}
		log_append @streamed <path {{http.request.orig_uri.path}}
		@stranger not host {hosts}
		respond @stranger "this host name is not served here" 421
		@crooked {{
			path /studio* /media* /gateway* /static*
			vars_regexp {{http.request.uri}} {CROOKED}
		}}
		@twisted vars_regexp {{http.request.uri}} {TWISTED}
		respond @twisted "this address is not served here" 400
		respond @crooked "this address is not served here" 400
		@inside path /gateway /gateway/*
		respond @inside "not found" 404"""


def _log(door: Door) -> str:
    # What labelhub holds against the ledger: no visitor, no header, no query (it could hold a signature). The lines are
    # rolled by renaming and stay as they are, so that a reader who comes late still finds where they were.
    return f"""\
	log streamed {{
		output file "{door.log}" {{
			mode 0600
			roll_size 64MiB
			roll_uncompressed
			roll_keep 30
			roll_keep_for 2160h
		}}
		format filter {{
			wrap json
			request delete
			resp_headers delete
			bytes_read delete
			user_id delete
		}}
	}}"""


def _peers(door: Door) -> str:
    return "\n".join(f"\t\t{place.host} {place.address}" for place in door.places)


def _assets(door: Door) -> str:
    # `hide .*` would judge the folder's own path too, and serve nothing from a home such as `.labelhub`.
    return f"""
		handle /assets/* {{
			header Cache-Control "public, max-age=3600"
			uri strip_prefix /assets
			root * "{door.assets}"
			@dotted path */.*
			error @dotted 404
			file_server
		}}"""


def _streamed(door: Door, path: str, *, is_named: bool = False) -> str:
    """Addresses whose bytes Caddy streams from a store once labelhub has decided; a named one is saved under a name."""
    return f"""
		handle {path} {{
			header {{
				Cache-Control "private, no-store"
				defer
			}}
			@otherwise not method GET HEAD
			handle @otherwise {{
				header Allow "GET, HEAD"
				respond "footage can only be looked at" 405
			}}
			reverse_proxy {door.app} {{
				import labelhub
				header_up -Content-Length
{"".join(_zone(zone, is_named=is_named) for zone in door.zones)}
				@unknown {{
					status 2xx
					header X-Accel-Redirect *
				}}
				handle_response @unknown {{
					respond "the footage cannot be read now" 502
				}}
			}}
		}}"""


def _zone(zone: ZoneDoor, *, is_named: bool) -> str:
    # A placeholder of the outer answer is not visible inside the inner proxy: the entry's id is carried over by `vars`.
    # Its name is case-sensitive and spelled as Go spells headers, hence `X-Lh-Entry`.
    keep_name = "\n\t\t\t\t\t\tvars disposition {rp.header.Content-Disposition}" if is_named else ""
    set_name = "\n\t\t\t\t\t\theader >Content-Disposition {vars.disposition}" if is_named else ""
    return f"""
				@zone-{zone.code} {{
					status 200
					header X-Accel-Redirect /*
					header X-Accel-Zone {zone.code}
				}}
				handle_response @zone-{zone.code} {{
					route {{
						vars entry {{rp.header.X-Lh-Entry}}{keep_name}
						log_append <entry {{vars.entry}}
						rewrite * {{rp.header.X-Accel-Redirect}}
						header >X-LH-Entry {{vars.entry}}{set_name}
						reverse_proxy {zone.store} {{
							header_up Host "{zone.signed_host}"
							import store
						}}
					}}
				}}"""


def _studio(studio: StudioDoor, app: str, *, first: bool) -> str:
    # The screen asks for its fonts outside its prefix. One studio serves them for all: they are the same files.
    fonts = " /static/fonts/*" if first else ""
    code = studio.code
    return f"""
		@decided-{code} {{
			path /studio/{code}/*
			expression `path('/studio/{code}/api', '/studio/{code}/api/*') || !method('GET', 'HEAD')`
		}}
		handle @decided-{code} {{
			reverse_proxy {app} {{
				import labelhub
				header_down X-Frame-Options SAMEORIGIN
			}}
		}}
		@shown-{code} {{
			path /studio/{code}/*{fonts}
			method GET HEAD
		}}
		handle @shown-{code} {{
			route {{
				forward_auth {app} {{
					import labelhub
					uri "/gateway/admit?"
					header_up X-LH-Subrequest 1
					copy_headers X-LH-User
				}}
				uri strip_prefix /studio/{code}
				@cacheable path /static/* /react-app/*
				header {{
					Cache-Control "private, no-store"
					defer
				}}
				header @cacheable {{
					Cache-Control "private, max-age=3600"
					defer
				}}
				reverse_proxy {studio.upstream} {{
					import studio
					header_up X-LH-Secret "{studio.secret}"
				}}
			}}
		}}"""


def _refuse_crooked_values(door: Door) -> None:
    words = [door.app, door.gateway_secret, str(door.port), *door.hosts]
    words += [word for zone in door.zones for word in (zone.code, zone.store)]
    words += [word for studio in door.studios for word in (studio.code, studio.upstream, studio.secret)]
    words += [word for place in door.places for word in (place.host, place.address)]
    crooked = [word for word in words if not PLAIN.fullmatch(word)]
    crooked += [str(path) for path in (door.assets, door.storage, door.log) if re.search(r'["{}\\\n`]', str(path))]
    if crooked:
        raise ValueError(f"a Caddyfile cannot carry {', '.join(f'`{word[:8]}…`' for word in crooked)}")
