"""pullgate as an HTTP server: ranges, verbs, names, framing, paths, line breaks and sizes."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from demo import sign
from demo.oci import MANIFEST
from support import gate
from support.client import NoAnswer, request_bytes
from support.denial import denied, oci_error, same_refusal_without_body, served_blob, served_manifest
from support.gate import Gate, StartGate
from support.hostile_registry import Exchange, HostileRegistry, Reply
from support.paths import blob, manifest
from support.vectors import vector
from support.workshop import REGISTRY, Workshop

Json = dict[str, Any]

@pytest.fixture
def layer(running: Gate, workshop: Workshop) -> tuple[str, bytes]:
    """The path and the content of a layer that may be had."""
    image = workshop.signed()
    digest = workshop.document("acme/app", image)["layers"][0]["digest"]
    assert running.get(manifest("acme/app", "1.0")).status == 200
    return blob("acme/app", digest), workshop.bytes_of("acme/app", digest)


@pytest.mark.parametrize(
    "value",
    ["bytes=0-0,2-3", "bytes=" + ",".join(f"{n}-{n}" for n in range(500)), "bytes=5-2", "bytes=-", "bytes=a-b",
     "bytes=0x1-2", "bytes=1-2-3", "items=0-1", "bytes 0-1", "bytes=+1-2",
     "bytes=99999999999999999999-", "bytes=0-99999999999999999999", "bytes=18446744073709551615-", "bytes=,", ""],
)  # fmt: skip
@vector(22)
def test_a_range_that_is_not_one_plain_range_gives_all_or_nothing(
    running: Gate, layer: tuple[str, bytes], value: str
) -> None:
    path, content = layer
    answer = running.get(path, {"Range": value})
    assert answer.status in (200, 206, 416), answer
    assert answer.complete
    if answer.status == 200:
        served_blob(answer, content)
    elif answer.status == 206:
        # Only what asks for the whole of it may be granted as a part.
        assert value == "bytes=0-99999999999999999999" and answer.body == content, answer
    else:
        assert answer.header("Content-Range") == f"bytes */{len(content)}", answer
        assert content[:50] not in answer.body


@vector(22)
def test_two_range_headers_give_all_or_nothing(running: Gate, layer: tuple[str, bytes]) -> None:
    path, content = layer
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\nRange: bytes=4-5\r\nConnection: close\r\n\r\n"
    answer = running.raw(request.encode())
    assert answer.status in (200, 400, 416), answer
    if answer.status == 200:
        served_blob(answer, content)


@vector(22)
def test_a_suffix_range_gives_the_end_or_everything(running: Gate, layer: tuple[str, bytes]) -> None:
    path, content = layer
    answer = running.get(path, {"Range": "bytes=-7"})
    assert answer.status in (200, 206), answer
    assert answer.complete and answer.body == (content if answer.status == 200 else content[-7:])


@vector(22)
def test_a_range_does_not_reach_a_blob_that_is_not_admitted(running: Gate, workshop: Workshop) -> None:
    image = workshop.image("acme/refused")
    digest = workshop.document("acme/refused", image)["layers"][0]["digest"]
    for value in ("bytes=0-", "bytes=0-0", "bytes=-1"):
        oci_error(running.get(blob("acme/refused", digest), {"Range": value}), 404, "BLOB_UNKNOWN")


@vector(23)
def test_nothing_is_compressed_on_its_way(running: Gate, layer: tuple[str, bytes]) -> None:
    path, content = layer
    for target in (path, manifest("acme/app", "1.0")):
        answer = running.get(target, {"Accept-Encoding": "zstd;q=1.0, gzip;q=0.8, deflate;q=0.5"})
        assert answer.status == 200 and answer.header("Content-Encoding") is None, answer
        assert answer.header("Content-Length") == str(len(answer.body))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@vector(24)
def test_a_push_ends_at_the_gate(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop, method: str
) -> None:
    image = workshop.signed()
    for rest in ("blobs/uploads/", f"blobs/uploads/?digest={image.digest}", "blobs/uploads/1234-5678",
                 "manifests/1.0", f"manifests/{image.digest}", f"blobs/{image.digest}"):  # fmt: skip
        oci_error(before_hostile.ask(method, f"/v2/{REGISTRY}/acme/app/{rest}"), 405, "UNSUPPORTED")
    assert hostile.requests == []


@vector(24)
def test_the_body_of_a_push_is_not_read_as_the_next_request(running: Gate) -> None:
    smuggled = request_bytes("GET", "/v2/")
    with running.connect() as connection:
        head = {"Content-Length": str(len(smuggled)), "Content-Type": MANIFEST}
        connection.send(request_bytes("PUT", manifest("acme/app", "1.0"), head, body=smuggled))
        oci_error(connection.answer(), 405, "UNSUPPORTED")
        assert connection.is_ended_by_peer()


@vector(25)
def test_there_is_no_catalogue(running: Gate, workshop: Workshop) -> None:
    workshop.signed()
    for path in ("/v2/_catalog", "/v2/_catalog?n=100", f"/v2/{REGISTRY}/_catalog"):
        answer = running.get(path)
        assert answer.status in (404, 405), answer
        assert b"acme" not in answer.body


FOREIGN = ["169.254.169.254", "localhost:6443", "127.0.0.1", "user@site.local", "site.local@evil.example",
           "site.local/../x", "site.local:80", "site.local.", "SITE.LOCAL.evil", "site.local%00", "[::1]",
           "http://site.local", "site.local#", "site.local?x", "ghcr.io", "*", "", "..", "site.local%2f..", "x" * 300]  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
@vector(32)
def test_ns_reaches_configured_upstreams_only(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop, name: str
) -> None:
    workshop.signed()
    for value in {name, quote(name, safe="%")}:
        if " " in value or "#" in value:
            continue
        answer = before_hostile.get(f"/v2/acme/app/manifests/1.0?ns={value}")
        assert answer.status in (400, 404), answer
        oci_error(answer, answer.status, answer.json()["errors"][0]["code"])
    assert hostile.requests == []


@vector(32)
def test_ns_given_twice_is_malformed(running: Gate, workshop: Workshop) -> None:
    workshop.signed()
    assert running.get(f"/v2/acme/app/manifests/1.0?ns={REGISTRY}").status == 200
    for query in (f"ns={REGISTRY}&ns={REGISTRY}", f"ns={REGISTRY}&ns=ghcr.io", f"ns=ghcr.io&ns={REGISTRY}",
                  f"ns={REGISTRY}&n%73={REGISTRY}"):  # fmt: skip
        answer = running.get(f"/v2/acme/app/manifests/1.0?{query}")
        assert answer.status == 400, f"{query}: {answer}"
        oci_error(answer, 400, answer.json()["errors"][0]["code"])


@vector(32)
def test_ns_and_path_prefix_name_the_same_image(running: Gate, workshop: Workshop) -> None:
    image = workshop.image()
    by_query = running.get(f"/v2/acme/app/manifests/1.0?ns={REGISTRY}")
    by_path = running.get(manifest("acme/app", "1.0"))
    first, second = denied(by_query, "NO_EVIDENCE"), denied(by_path, "NO_EVIDENCE")
    assert first["message"] == second["message"]
    workshop.sign("acme/app", image)


@pytest.mark.parametrize("name", ["169.254.169.254", "localhost:6443", "127.0.0.1", "evil.example", "ghcr.io"])
@vector(33)
def test_a_path_prefix_reaches_configured_upstreams_only(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop, name: str
) -> None:
    workshop.signed()
    for path in (f"/v2/{name}/acme/app/manifests/1.0", f"/v2/{name}/{REGISTRY}/acme/app/manifests/1.0"):
        answer = before_hostile.get(path)
        assert answer.status in (400, 404), answer
        oci_error(answer, answer.status, answer.json()["errors"][0]["code"])
    assert hostile.requests == []


@vector(33)
def test_without_a_default_an_unqualified_name_is_not_found(running: Gate, workshop: Workshop) -> None:
    workshop.signed()
    answer = running.get("/v2/acme/app/manifests/1.0")
    assert answer.status == 404, answer
    oci_error(answer, 404, "NAME_UNKNOWN")


HOST = "Host: gate.test\r\n"
DESYNC = {
    "Content-Length and Transfer-Encoding": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "two equal lengths": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "a length list": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 0, 0\r\n\r\n",
    "a length with a sign": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: +0\r\n\r\n",
    "a negative length": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: -1\r\n\r\n",
    "a hexadecimal length": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 0x0\r\n\r\n",
    "a body on GET": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello",
    "a chunked body on GET": "GET /v2/ HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a body on HEAD": "HEAD /v2/ HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello",
    "an unknown transfer coding": "GET /v2/ HTTP/1.1\r\n" + HOST + "Transfer-Encoding: xchunked\r\n\r\n",
    "a hidden transfer coding": "GET /v2/ HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked, identity\r\n\r\n",
    "two transfer codings": "POST /v2/ HTTP/1.1\r\n" + HOST + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a vertical tab before chunked": "GET /v2/ HTTP/1.1\r\n" + HOST + "Transfer-Encoding:\x0bchunked\r\n\r\n",
    "a bare LF": "GET /v2/ HTTP/1.1\nHost: x\n\n",
    "a bare LF inside": "GET /v2/ HTTP/1.1\r\nHost: x\nX-A: 1\r\n\r\n",
    "a bare CR": "GET /v2/ HTTP/1.1\r\n" + HOST + "X-A: 1\rX-B: 2\r\n\r\n",
    "a folded line": "GET /v2/ HTTP/1.1\r\n" + HOST + "X-A: 1\r\n 2\r\n\r\n",
    "a fold before any field": "GET /v2/ HTTP/1.1\r\n X: 1\r\n" + HOST + "\r\n",
    "a space before the colon": "GET /v2/ HTTP/1.1\r\n" + HOST + "Content-Length : 0\r\n\r\n",
    "a field without a colon": "GET /v2/ HTTP/1.1\r\n" + HOST + "nonsense\r\n\r\n",
    "an empty field name": "GET /v2/ HTTP/1.1\r\n" + HOST + ": x\r\n\r\n",
    "a NUL in a field": "GET /v2/ HTTP/1.1\r\n" + HOST + "X-A: \x00\r\n\r\n",
    "no host": "GET /v2/ HTTP/1.1\r\n\r\n",
    "two hosts": "GET /v2/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two spaces in the request line": "GET  /v2/ HTTP/1.1\r\n" + HOST + "\r\n",
    "a tab in the request line": "GET\t/v2/ HTTP/1.1\r\n" + HOST + "\r\n",
    "a space in the target": "GET /v2/ x HTTP/1.1\r\n" + HOST + "\r\n",
    "no version": "GET /v2/\r\n" + HOST + "\r\n",
    "another version": "GET /v2/ HTTP/2.0\r\n" + HOST + "\r\n",
    "another protocol": "GET /v2/ SPDY/1.1\r\n" + HOST + "\r\n",
    "an absolute target": "GET http://evil.example/v2/ HTTP/1.1\r\n" + HOST + "\r\n",
    "an authority target": "GET evil.example:443 HTTP/1.1\r\n" + HOST + "\r\n",
    "an asterisk": "GET * HTTP/1.1\r\n" + HOST + "\r\n",
}


@pytest.mark.parametrize("name", DESYNC)
@vector(37)
def test_a_request_whose_end_is_in_doubt_is_the_last_on_its_connection(running: Gate, name: str) -> None:
    with running.connect() as connection:
        connection.send(DESYNC[name].encode("latin-1") + request_bytes("GET", "/v2/"))
        answer = connection.answer(bodiless=DESYNC[name].startswith("HEAD"))
        assert answer.status in (400, 405, 505), answer
        if not DESYNC[name].startswith("HEAD"):
            oci_error(answer, answer.status, answer.json()["errors"][0]["code"])
        rest = connection.bytes_until_end()
        assert b"HTTP/" not in rest, f"the bytes behind it were read as another request: {rest!r}"


@vector(37)
def test_expect_100_continue_does_not_open_a_body(running: Gate) -> None:
    request = f"GET /v2/ HTTP/1.1\r\n{HOST}Expect: 100-continue\r\nContent-Length: 10\r\n\r\n"
    answer = running.raw(request.encode())
    assert answer.status in (400, 417), answer


@vector(37)
def test_an_upgrade_is_ignored(running: Gate) -> None:
    for upgrade in ("h2c", "websocket"):
        headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": upgrade, "HTTP2-Settings": "AAMAAABkAAQ"}
        with running.connect() as connection:
            connection.send(request_bytes("GET", "/v2/", headers))
            assert connection.answer().status == 200


@vector(37)
def test_a_framing_fault_upstream_is_not_carried_into_the_next_answer(
    before_hostile: Gate, hostile: HostileRegistry, workshop: Workshop
) -> None:
    """The upstream sends a whole second answer behind the first; on a kept connection it would answer the next question,
    which is about another image."""
    image, other = workshop.signed(), workshop.image("acme/app", "other")
    innocent = {f"acme/next-{number}": workshop.signed(f"acme/next-{number}") for number in range(8)}
    planted = Reply(200, [("Content-Type", MANIFEST)]).with_body(workshop.bytes_of("acme/app", other))

    def two_answers(exchange: Exchange) -> None:
        reply = exchange.honest()
        exchange.send(reply.head() + reply.body)
        exchange.wait(0.1)  # the first one is taken for complete by now
        exchange.send(planted.head() + planted.body)

    assert before_hostile.get(manifest("acme/app", "1.0")).status == 200
    for layer in workshop.document("acme/app", image)["layers"]:
        hostile.on(f"/v2/acme/app/blobs/{layer['digest']}", two_answers)
        content = workshop.bytes_of("acme/app", layer["digest"])
        served_blob(before_hostile.get(blob("acme/app", layer["digest"])), content)
        assert hostile.settled()
    for repository, descriptor in innocent.items():
        answer = before_hostile.get(manifest(repository, "1.0"))
        served_manifest(answer, workshop.bytes_of(repository, descriptor))


TRAVERSALS = [
    "/v2/{r}/acme/app/../secret/manifests/1.0", "/v2/{r}/../../etc/passwd", "/v2/{r}/acme/./app/manifests/1.0",
    "/v2/{r}/acme//app/manifests/1.0", "//v2/{r}/acme/app/manifests/1.0", "/v2/{r}/acme%2fapp/manifests/1.0",
    "/v2/{r}/acme%2Fapp/manifests/1.0", "/v2/{r}/acme/%2e%2e/app/manifests/1.0", "/v2/{r}/acme/app/manifests/%2e%2e",
    "/v2/{r}/acme%252fapp/manifests/1.0", "/v2/{r}/acme/app%00/manifests/1.0", "/v2/{r}/acme/app/manifests/1.0%00",
    "/v2/{r}/acme/%c0%ae%c0%ae/manifests/1.0", "/v2/{r}/acme\\app/manifests/1.0", "/v2/{r}/ACME/app/manifests/1.0",
    "/v2/{r}/acme/app/manifests/..", "/v2/{r}/acme/app/blobs/..%2f..%2findex.json", "/v2/{r}/acme/app/manifests/",
    "/v2/{r}/acme/app/manifests/1.0/", "/v2/{r}/acme/app/manifests", "/v2/{r}//manifests/1.0", "/v2/manifests/1.0",
    "/v2/{r}/manifests/1.0", "/v2/{r}/acme/app/manifests/1.0%", "/v2/{r}/acme/app/manifests/%zz",
    "/v2/{r}/acme/app/manifests/1.0;x=1", "/v2/{r}/acme/app/blobs/sha256:../../../index.json", "/v1/", "/",
    "/v2/../v2/{r}/acme/app/manifests/1.0", "/V2/{r}/acme/app/manifests/1.0", "/v2/{r}/index.json",
    "/v2/{r}/acme/app/oci-layout", "/v2/{r}/acme/-app/manifests/1.0", "/v2/{r}/" + "a/" * 200 + "manifests/1.0",
]  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSALS)
@vector(38)
def test_a_path_that_is_not_plain_is_not_followed(running: Gate, workshop: Workshop, path: str) -> None:
    workshop.signed("acme/app")
    workshop.signed("secret")
    answer = running.get(path.replace("{r}", REGISTRY))
    assert answer.status in (400, 404), answer
    oci_error(answer, answer.status, answer.json()["errors"][0]["code"])


@vector(38)
def test_words_of_the_api_may_be_parts_of_a_name(running: Gate, workshop: Workshop) -> None:
    """`manifests` is a legal part of a repository's name, so a path is read from its right end."""
    for repository in ("acme/manifests/app", "blobs/tags/list", "manifests/x", "acme/v2"):
        image = workshop.signed(repository)
        content = workshop.bytes_of(repository, image)
        served_manifest(running.get(f"/v2/{REGISTRY}/{repository}/manifests/1.0"), content)


@vector(39)
def test_a_line_break_in_a_tag_does_not_reach_a_header(running: Gate) -> None:
    for evil in ("1.0%0d%0aX-Split:%201", "1.0%0aX-Split:1", "%E5%98%8A%E5%98%8DX-Split:1"):
        answer = running.get(f"/v2/{REGISTRY}/acme/app/manifests/{evil}")
        assert answer.status in (400, 404), answer
        assert answer.header("X-Split") is None
        assert "\r" not in answer.phrase and "\n" not in answer.phrase


@vector(39)
def test_text_from_evidence_reaches_an_answer_only_as_printable_ascii(
    workshop: Workshop, start_gate: StartGate
) -> None:
    """The builder's id is somebody else's text, and the answer quotes it: in the body, the phrase and a header."""
    image = workshop.image()
    document = workshop.provenance("acme/app", image)
    document["predicate"]["runDetails"]["builder"]["id"] = 'evil\r\nX-Split: 1\x1b[2J\u202e"quote\\'
    workshop.attest("acme/app", image, sign.envelope(workshop.keys.builder, document))
    rule = {"name": "proven", "scopes": ["**"], "require": {"provenance": {"builder": "ci"}}}
    upstream = gate.layout_upstream(REGISTRY, workshop.images)
    running = start_gate(gate.settings(upstream), workshop.policy(rule))
    answer = running.get(manifest("acme/app", "1.0"))
    error = denied(answer, "BUILDER_NOT_ALLOWED")
    assert "evil" in error["message"]
    assert answer.header("X-Split") is None
    same_refusal_without_body(running.head(manifest("acme/app", "1.0")), answer)
    assert "\x1b" not in running.said() and "\u202e" not in running.said()


@vector(41)
def test_a_long_request_line_is_refused(running: Gate) -> None:
    for length in (9_000, 100_000):
        answer = running.get(f"/v2/{REGISTRY}/acme/app/manifests/1.0?x=" + "a" * length)
        assert answer.status in (414, 431), answer
        oci_error(answer, answer.status, answer.json()["errors"][0]["code"])


@vector(41)
def test_a_large_head_is_refused(running: Gate) -> None:
    for headers in ({"X-Large": "a" * 40_000}, {f"X-{n}": "a" for n in range(150)}, {f"X-{n}": "a" * 500 for n in range(90)}):
        answer = running.get("/v2/", headers)
        assert answer.status == 431, answer
        oci_error(answer, 431, answer.json()["errors"][0]["code"])


@vector(41)
def test_a_head_without_an_end_is_refused_when_it_grows_too_large(running: Gate) -> None:
    with running.connect() as connection:
        connection.send(b"GET /v2/ HTTP/1.1\r\nHost: x\r\n")
        for number in range(100):
            connection.send(f"X-{number}: {'a' * 1000}\r\n".encode())
        try:
            assert connection.answer().status == 431
        except NoAnswer:
            pass  # it may also have been closed with our bytes unread
        assert connection.is_ended_by_peer()


@vector(41)
def test_large_but_ordinary_requests_are_answered(running: Gate) -> None:
    """Tokens of credential helpers are several KiB."""
    assert running.get("/v2/", {"Authorization": "Bearer " + "a" * 7_000, "User-Agent": "x" * 500}).status == 200
