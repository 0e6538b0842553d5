"""Who serves: pullgate and those it is compared with, in front of one origin, each with one worker on one core.

All of them keep connections open and none writes an access log; only pullgate writes a line for each decision, because
that is what it is for. `pullgate-quiet` is the same program with that line sent to /dev/null.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from support import client
from support.docker_registry import DockerRegistry
from support.gate import Gate, registry_upstream
from support.process import Server, free_port, local_environment
from support.workshop import REGISTRY, Json

from .machine import Cores, family_of, pinned


@dataclass(frozen=True)
class Contender:
    """`program` and `package` are what has to be installed. One that is `aside` explains the others rather than competes
    with them: it takes part in fewer measures, because most of what it would show there is the origin's speed."""

    name: str
    title: str
    program: str
    package: str
    aside: bool
    make: Callable[["Yard"], Server]

    @property
    def is_installed(self) -> bool:
        return not self.program or shutil.which(self.program) is not None


@dataclass(frozen=True)
class Yard:
    """What is needed to start any of them."""

    folder: Path
    cores: Cores
    origin_port: int
    policy: Json

    def place(self, name: str) -> Path:
        place = self.folder / name
        place.mkdir(parents=True, exist_ok=True)
        return place


class Origin(DockerRegistry):
    """The registry that has everything, on the core of the load."""

    def __init__(self, folder: Path, core: int) -> None:
        super().__init__(folder)
        self._command = pinned(core, self._command)


class PullThrough(DockerRegistry):
    def __init__(self, yard: Yard) -> None:
        folder = yard.place("registry")
        super().__init__(folder)
        self.config = folder / "config.yml"
        document = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        document["proxy"] = {"remoteurl": f"http://127.0.0.1:{yard.origin_port}"}
        document["storage"]["cache"] = {"blobdescriptor": "inmemory"}
        self.config.write_text(yaml.safe_dump(document), encoding="utf-8")
        self._command = pinned(yard.cores.server, self._command)


class MeasuredGate(Gate):
    def __init__(self, yard: Yard, name: str, log: str = "") -> None:
        settings = {
            "upstreams": [registry_upstream(REGISTRY, yard.origin_port)],
            "defaultRegistry": REGISTRY,
            "threads": 1,
        }
        super().__init__(yard.place(name), settings, yard.policy)
        self.config = self.settings_file
        self._command = pinned(yard.cores.server, self._command)
        if log:
            self.log = Path(log)


class Cache(Server):
    """A program with one configuration file, which is ready when it brings the origin's answer."""

    def __init__(
        self, folder: Path, core: int, port: int, file: str, text: str, command: Sequence[str | Path],
        env: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.port = port
        self.config = folder / file
        self.config.write_text(text, encoding="utf-8")
        super().__init__(pinned(core, command), folder / "log", {**local_environment(), **(env or {})})

    def is_ready(self) -> bool:
        try:
            return client.ask(self.port, "GET", "/v2/", patience=5).status == 200
        except (OSError, client.NoAnswer):
            return False


def _nginx(yard: Yard, name: str, zone: str, location: str) -> Server:
    folder = yard.place(name)
    port = free_port()
    # Its workers leave the rights of root behind, and could not enter a folder that only root may.
    user = "user root;" if os.geteuid() == 0 else ""
    text = f"""{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/errors warn;
events {{ worker_connections 1024; multi_accept on; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 120s;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  open_file_cache max=2000 inactive=10m;
  open_file_cache_valid 10m;
  {zone}
  upstream origin {{ server 127.0.0.1:{yard.origin_port}; keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_buffer_size 16k;
      proxy_buffers 16 64k;
      {location}
    }}
  }}
}}
"""
    command: list[str | Path] = ["nginx", "-e", folder / "errors", "-p", folder, "-c", folder / "nginx.conf"]
    return Cache(folder, yard.cores.server, port, "nginx.conf", text, command)


def _nginx_cache(yard: Yard) -> Server:
    place = yard.place("nginx-cache") / "cache"
    zone = f"proxy_cache_path {place} levels=1:2 keys_zone=images:16m max_size=4g inactive=1d use_temp_path=off;"
    location = """proxy_cache images;
      proxy_cache_key "$request_uri $http_accept";
      proxy_cache_valid 200 1h;
      proxy_cache_lock on;
      proxy_ignore_headers Cache-Control Expires Vary;"""
    return _nginx(yard, "nginx-cache", zone, location)


def _nginx_pass(yard: Yard) -> Server:
    return _nginx(yard, "nginx-pass", "", "proxy_max_temp_file_size 0;")


def _haproxy_cache(yard: Yard) -> Server:
    folder = yard.place("haproxy-cache")
    port = free_port()
    text = f"""global
  nbthread 1
  maxconn 2000
defaults
  mode http
  timeout connect 5s
  timeout client 120s
  timeout server 120s
  timeout http-keep-alive 120s
  option http-keep-alive
  option splice-response
  http-reuse always
cache images
  total-max-size 256
  max-object-size 8000000
  max-age 3600
frontend clients
  bind 127.0.0.1:{port} backlog 1024
  default_backend registry
backend registry
  http-request cache-use images
  http-response cache-store images
  server origin 127.0.0.1:{yard.origin_port} maxconn 256
"""
    return Cache(folder, yard.cores.server, port, "haproxy.cfg", text, ["haproxy", "-db", "-f", folder / "haproxy.cfg"])


# What varnishd would write for each request into its log in shared memory.
_VARNISH_LOG = (
    "Begin End Link SessOpen SessClose ReqStart ReqMethod ReqURL ReqProtocol ReqHeader ReqUnset ReqAcct RespProtocol "
    "RespStatus RespReason RespHeader RespUnset VCL_call VCL_return VCL_use Timestamp Hit Filters"
).split()


def _varnish(yard: Yard) -> Server:
    folder = yard.place("varnish")
    port = free_port()
    text = f"""vcl 4.1;
backend origin {{ .host = "127.0.0.1"; .port = "{yard.origin_port}"; }}
sub vcl_hash {{
  hash_data(req.url);
  hash_data(req.http.Accept);
  return (lookup);
}}
sub vcl_backend_response {{
  unset beresp.http.Vary;
  set beresp.ttl = 1h;
  set beresp.grace = 0s;
}}
"""
    parameters = {
        "thread_pools": "1",
        "thread_pool_min": "100",
        "thread_pool_max": "500",
        "timeout_idle": "120",
        "vsl_mask": ",".join(f"-{tag}" for tag in _VARNISH_LOG),
    }
    command: list[str | Path] = ["varnishd", "-F", "-a", f"127.0.0.1:{port}", "-f", folder / "varnish.vcl"]
    command += ["-s", "malloc,1G", "-n", folder / "state", "-T", "none", "-j", "none"]
    for name, value in parameters.items():
        command += ["-p", f"{name}={value}"]
    return Cache(folder, yard.cores.server, port, "varnish.vcl", text, command)


CONTENDERS = (
    Contender("pullgate", "pullgate", "", "", False, lambda yard: MeasuredGate(yard, "pullgate")),
    Contender(
        "pullgate-quiet", "pullgate, log to /dev/null", "", "", True,
        lambda yard: MeasuredGate(yard, "pullgate-quiet", "/dev/null"),
    ),
    Contender("nginx-cache", "nginx proxy_cache", "nginx", "nginx", False, _nginx_cache),
    Contender("haproxy-cache", "HAProxy cache", "haproxy", "haproxy", False, _haproxy_cache),
    Contender("varnish", "Varnish", "varnishd", "varnish", False, _varnish),
    Contender("nginx-pass", "nginx proxy_pass", "nginx", "nginx", True, _nginx_pass),
    Contender("registry", "docker-registry, pull-through", "docker-registry", "docker-registry", True, PullThrough),
)  # fmt: skip


def family(server: Server) -> list[int]:
    """The processes of which the processor time is the server's."""
    return family_of(server.pid)
