"""Reading what people read: the pages, the compose file, and the names the settings really ask for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"LABELHUB_[A-Z0-9_<>]*[A-Z0-9>]")
ASK = "import json, labelhub.settings; from labelhub import env; print(json.dumps(sorted(env.asked())))"


def page(name: str) -> str:
    """The text of a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    """The compose file, read."""
    loaded: dict[str, Any] = yaml.safe_load(page("docker-compose.yml"))
    return loaded


def names_the_settings_read(environment: Mapping[str, str]) -> frozenset[str]:
    """Start labelhub's settings in a process of their own, with this environment and no other, and list their names."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return frozenset(json.loads(done.stdout))


def in_general(names: frozenset[str]) -> frozenset[str]:
    """Names without the code of a zone or studio, and without `_FILE`."""
    bare = {name.removesuffix("_FILE") for name in names}
    bare = {re.sub(r"_ZONE_[A-Z0-9]+_", "_ZONE_<ZONE>_", name) for name in bare}
    return frozenset(re.sub(r"_STUDIO_(US|EU|MAIN)_", "_STUDIO_<STUDIO>_", name) for name in bare)


def names_label_studio_reads() -> frozenset[str]:
    """Names that labelhub's pieces inside Label Studio read."""
    inside = ROOT / "labelhub" / "studio" / "inside"
    text = "".join(path.read_text(encoding="utf-8") for path in inside.glob("*.py"))
    return frozenset(re.findall(r"environ(?:\.get\(|\[)'(LABELHUB_[A-Z_]+)'", text))
