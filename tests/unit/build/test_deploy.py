"""Each configuration in docs/deploy.md serves a small site: nginx and Caddy where they are installed, others always."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tools.paths import ROOT

DOCUMENT = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
HASHED = "runtime/pyodide.asm.0123456789abcdef.wasm"
MODULE = "app.0123456789abcdef/boot.mjs"
IMMUTABLE = "public, max-age=31536000, immutable"

Get = Callable[[str, dict[str, str]], httpx.Response]


def blocks(language: str, after: str) -> list[str]:
    """The blocks of code in this section of the document."""
    section = DOCUMENT.partition(f"\n## {after}\n")[2].partition("\n## ")[0]
    found = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found, after
    return found


def block(language: str, after: str) -> str:
    """The only one."""
    (found,) = blocks(language, after)
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """One file of each kind, as packed as build.py would have it."""
    site = tmp_path / "site"
    for name in ("frame.html", "embed.js", "embed.js.gz", MODULE, HASHED, f"{HASHED}.gz", f"{HASHED}.br"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(name.encode() * {".br": 1, ".gz": 2}.get(name[-3:], 100))
    return site


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, home: Path) -> Iterator[Get]:
    """A server, until it listens and as long as it is needed."""
    environment = os.environ | {"HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    try:
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < until, process.communicate()
                time.sleep(0.02)

        def get(path: str, headers: dict[str, str]) -> httpx.Response:
            # Read without decoding: what stands for Brotli here is none.
            with httpx.stream("GET", f"http://127.0.0.1:{port}/{path}", headers=headers) as response:
                response.read = lambda: b""  # type: ignore[method-assign]
                return response

        yield get
    finally:
        process.terminate()
        process.communicate()


def check(get: Get, best: str) -> None:
    """Types, caching, validators, compression by what is accepted, and leave for pages of other origins."""
    plain = {"Accept-Encoding": "identity"}
    for path, kind in {"frame.html": "text/html", "embed.js": "text/javascript"}.items():
        stable = get(path, plain)
        assert stable.headers["content-type"].partition(";")[0] == kind
        assert stable.headers["cache-control"] in ("no-cache", "max-age=0, public")
        assert stable.headers["access-control-allow-origin"] == "*"
        assert "content-encoding" not in stable.headers
        validators = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        known = {validators[name]: value for name, value in stable.headers.items() if name in validators}
        assert get(path, plain | known).status_code == 304
    module = get(MODULE, plain)
    assert module.headers["content-type"].partition(";")[0] == "text/javascript"
    immutable = {"public", "max-age=31536000", "immutable"}
    assert immutable <= set(module.headers["cache-control"].replace("315360000", "31536000").split(", "))
    for accepted, sent in {"identity": None, "gzip": "gzip", "gzip, br": best}.items():
        packed = get(HASHED, {"Accept-Encoding": accepted})
        assert packed.status_code == 200
        assert packed.headers.get("content-encoding") == sent
        assert packed.headers["content-type"] == "application/wasm"
        assert immutable <= set(packed.headers["cache-control"].replace("315360000", "31536000").split(", "))
        assert packed.headers["vary"].lower() == "accept-encoding"
    assert get("nothing.html", plain).status_code == 404
    missing = get("runtime/gone.0123456789abcdef.wasm", plain)  # in the middle of an update
    assert missing.status_code == 404 and "immutable" not in missing.headers.get("cache-control", "")


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        pytest.skip(f"there is no {name} here: install it to have its configuration tested")
    return found


def brotli_module() -> Path:
    folders = [os.environ.get("NGINX_MODULES", ""), "/usr/lib/nginx/modules", "/usr/lib64/nginx/modules"]
    for folder in filter(None, folders):
        if (module := Path(folder) / "ngx_http_brotli_static_module.so").is_file():
            return module
    pytest.skip("nginx has no module for Brotli here (on Debian: libnginx-mod-http-brotli-static)")


@pytest.mark.parametrize("best", ["gzip", "br"])
def test_nginx(site: Path, tmp_path: Path, best: str) -> None:
    nginx, port = program("nginx"), free_port()
    text, more = blocks("nginx", "nginx")
    load = ""
    if best == "br":
        load = f"load_module {brotli_module()};"
        text = text.replace("gzip_static on;", f"gzip_static on;\n{more}")
    text = text.replace("8080", f"127.0.0.1:{port}").replace("/srv/chatwheel", str(site))
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {tmp_path}/{name};" for name in names)
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"{load} daemon off; master_process off; pid {tmp_path}/pid; error_log stderr;"
        f"events {{}} http {{ access_log off; {temporary} {text} }}"
    )
    with running([nginx, "-c", str(config), "-e", "stderr"], port, tmp_path) as get:
        check(get, best)


def test_caddy(site: Path, tmp_path: Path) -> None:
    port = free_port()
    text = block("caddy", "Caddy").replace("chat.example.com", f"http://127.0.0.1:{port}")
    config = tmp_path / "Caddyfile"
    config.write_text(f"{{\n\tadmin off\n}}\n{text.replace('/srv/chatwheel', str(site))}")
    with running([program("caddy"), "run", "--config", str(config)], port, tmp_path) as get:
        check(get, "br")


def test_storage(tmp_path: Path, site: Path) -> None:
    """What the command for Amazon's storage is told, by a command that notes it."""
    aws = tmp_path / "aws"
    aws.write_text(f"#!{sys.executable}\nimport sys\nprint('|'.join(sys.argv[3:]))\n")
    aws.chmod(0o755)
    script = block("sh", "S3 and the like").replace("dist/site", str(site))
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-euc", script], env={"PATH": path}, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    told = {line.split("|")[1]: line for line in done}
    assert len(told) == len(done) == 4
    caching = f"--cache-control|{IMMUTABLE}"
    assert told[f"s3://BUCKET/{HASHED}"].startswith(f"./{HASHED}.br|")
    assert told[f"s3://BUCKET/{HASHED}"].endswith(
        f"--content-type|application/wasm|{caching}|--content-encoding|br"
    )
    assert told[f"s3://BUCKET/{MODULE}"].endswith(f"--content-type|text/javascript|{caching}")
    assert told["s3://BUCKET/embed.js"].endswith("--content-type|text/javascript|--cache-control|no-cache")
    assert {line.split("|")[1] for line in done[2:]} == {"s3://BUCKET/embed.js", "s3://BUCKET/frame.html"}


WSGI = """
import sys
from pathlib import Path
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from wsgiref.simple_server import make_server
BASE_DIR = Path(sys.argv[1])
{settings}
names = {{name: value for name, value in globals().items() if name.isupper()}}
settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="x", ROOT_URLCONF=__name__, **names)
urlpatterns = []
make_server("127.0.0.1", int(sys.argv[2]), get_wsgi_application()).serve_forever()
"""


def test_django(site: Path, tmp_path: Path) -> None:
    site.rename(tmp_path / "chatwheel-site")
    port = free_port()
    script = tmp_path / "serve.py"
    script.write_text(WSGI.format(settings=block("python", "Django with WhiteNoise")))
    with running([sys.executable, str(script), str(tmp_path), str(port)], port, tmp_path) as get:
        check(get, "br")


def test_fastapi(site: Path) -> None:
    names: dict[str, object] = {}
    exec(block("python", "FastAPI").replace("chatwheel-site", str(site)), names)
    transport = httpx.ASGITransport(app=names["app"])  # type: ignore[arg-type]

    async def ask(path: str, headers: dict[str, str]) -> httpx.Response:
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://site") as client,
            client.stream("GET", f"/{path}", headers=headers) as response,
        ):
            return response

    check(lambda path, headers: asyncio.run(ask(path, headers)), "br")
