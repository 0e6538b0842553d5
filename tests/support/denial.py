"""What an answer of pullgate must look like, said once. Each function asserts all of it."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from .client import Answer

CODES = {400: {"NAME_INVALID", "DIGEST_INVALID", "MANIFEST_INVALID", "TAG_INVALID", "UNSUPPORTED"}}
_PRINTABLE = re.compile(r"[\x20-\x7e]*\Z")


def oci_error(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """distribution-spec "Error Codes": exactly one error, as JSON, whole; its text is one line of printable ASCII."""
    assert answer.status == status, answer
    assert answer.complete, answer
    assert (answer.header("Content-Type") or "").split(";")[0] == "application/json", answer
    document = answer.json()
    assert list(document) == ["errors"] and len(document["errors"]) == 1, answer
    error = document["errors"][0]
    assert error["code"] == code, answer
    assert error["message"] and _PRINTABLE.match(error["message"]), answer
    assert _PRINTABLE.match(answer.phrase), answer
    return error


def denied(answer: Answer, reason: str, *, rule: str | None = None) -> dict[str, Any]:
    """A refusal by policy: 403 DENIED, the reason code, and the text in all the places that clients show."""
    error = oci_error(answer, 403, "DENIED")
    assert error["detail"]["reason"] == reason, answer
    message = error["message"]
    assert message.startswith("pullgate: ") and len(message) <= 330 and '"' not in message, message
    identifier = re.search(r"; decision ([0-9a-f]{12})\Z", message)
    assert identifier, message
    assert "try again" not in message, message
    assert answer.header("Retry-After") is None, answer
    if rule is not None:
        assert message.startswith(f"pullgate: {rule}: "), message
        assert error["detail"]["rule"] == rule, answer
    assert "pullgate" in answer.phrase and len(answer.phrase) <= 112, answer
    assert answer.header("Docker-Content-Digest") is None, answer
    return error


def cannot_judge(answer: Answer, reason: str) -> dict[str, Any]:
    """The image is here but its evidence is not: 403 still, and said so, with an invitation to come back where that may
    help: a limit is the same the next time."""
    error = oci_error(answer, 403, "DENIED")
    assert error["detail"]["reason"] == reason, answer
    assert "cannot judge now" in error["message"], answer
    if reason == "LIMIT_EXCEEDED":
        assert "try again" not in error["message"] and answer.header("Retry-After") is None, answer
    else:
        assert "try again" in error["message"] and (answer.header("Retry-After") or "").isdigit(), answer
    assert answer.header("Docker-Content-Digest") is None, answer
    return error


def decision_of(error: dict[str, Any]) -> str:
    found = re.search(r"decision ([0-9a-f]{12})", error["message"])
    assert found, error
    return found.group(1)


def same_refusal_without_body(head: Answer, get: Answer) -> None:
    """HEAD answers as GET would: status, phrase and headers, but no body."""
    assert (head.status, head.phrase) == (get.status, get.phrase), f"{head}\n{get}"
    assert head.body == b""
    for name in ("Content-Type", "Content-Length", "Retry-After"):
        assert head.header(name) == get.header(name), f"{head}\n{get}"


def served_manifest(answer: Answer, content: bytes, *, digest: str | None = None, bodiless: bool = False) -> None:
    """A manifest: those very bytes, with length, digest and type that follow from them."""
    assert answer.status == 200, answer
    assert answer.complete
    if bodiless:
        assert answer.body == b"", answer
    else:
        assert answer.body == content, answer
    assert answer.header("Content-Length") == str(len(content)), answer
    expected = digest or "sha256:" + hashlib.sha256(content).hexdigest()
    assert answer.header("Docker-Content-Digest") == expected, answer
    document = json.loads(content)
    if "mediaType" in document:
        assert answer.header("Content-Type") == document["mediaType"], answer


def served_blob(answer: Answer, content: bytes, *, bodiless: bool = False) -> None:
    assert answer.status == 200, answer
    assert answer.complete
    assert answer.body == (b"" if bodiless else content)
    assert answer.header("Content-Type") == "application/octet-stream", answer
    assert answer.header("Content-Length") == str(len(content)), answer
    assert answer.header("Docker-Content-Digest") == "sha256:" + hashlib.sha256(content).hexdigest(), answer
