"""The configuration for nginx in docs/deploy.md, served by nginx itself where there is one."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tools.paths import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HASHED = "runtime/pyodide.asm.0123456789abcdef.wasm"
IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    if NGINX is None:
        pytest.skip("there is no nginx here")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    site = tmp_path / "site"
    (site / "runtime").mkdir(parents=True)
    for name in ("boot.mjs", "frame.html", HASHED, f"{HASHED}.gz"):
        (site / name).write_bytes(name.encode())
    (site / "boot.mjs.gz").write_bytes(b"packed")
    block = re.search(r"```nginx\n(.*?)```", (ROOT / "docs/deploy.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block
    text = block[1].replace("8080", f"127.0.0.1:{port}").replace("/srv/chatwheel", str(site))
    temporary = "".join(
        f"{name}_temp_path {tmp_path}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log stderr;"
        f"events {{}} http {{ access_log off; {temporary} {text} }}"
    )
    process = subprocess.Popen([NGINX, "-c", str(config), "-e", "stderr"], stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < until, process.communicate()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate()


def test_nginx(url: str) -> None:
    """Types, compression, caching and validators."""
    plain = {"Accept-Encoding": "identity"}
    module = httpx.get(f"{url}/boot.mjs", headers=plain)
    assert module.headers["content-type"] == "text/javascript"
    assert module.headers["cache-control"] == "no-cache"
    again = httpx.get(f"{url}/boot.mjs", headers={**plain, "If-None-Match": module.headers["etag"]})
    assert again.status_code == 304
    with httpx.stream("GET", f"{url}/{HASHED}", headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["content-type"] == "application/wasm"
        assert packed.headers["cache-control"] == IMMUTABLE
        assert packed.headers["vary"] == "Accept-Encoding"
    assert httpx.get(f"{url}/frame.html").headers["content-type"] == "text/html"
