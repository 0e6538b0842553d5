"""Rows about who signed: signature, identity, certificate and its authorities, and the logs of certificates."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from demo.keys import make_key
from demo.sign import BUNDLE_V02, b64
from keyless_parts import chain
from keyless_table import PYTHON, accepted, both_cosigns, everyone_else, refused
from support.private_sigstore import Json
from support.private_sigstore.authorities import (
    DAY,
    ISSUER,
    SUBJECT,
    CertificateLog,
    Leaf,
    fulcio,
    now,
    usage,
    utf8,
)
from support.private_sigstore.drafts import Draft

EMAIL = "release@acme.example"
ACCOUNTS = "https://accounts.google.com"
_USER_NAME = ObjectIdentifier("1.3.6.1.4.1.57264.1.7")


@accepted("a workflow signs an artifact")
def _(draft: Draft) -> None:
    pass


@accepted("a workflow signs a statement")
def _(draft: Draft) -> None:
    draft.is_statement = True


@accepted("a person signs")
def _(draft: Draft) -> None:
    draft.leaf.names = [x509.RFC822Name(EMAIL)]
    draft.leaf.claims = {1: ACCOUNTS.encode(), 8: utf8(ACCOUNTS)}
    draft.identity, draft.issuer = EMAIL, ACCOUNTS


@accepted("a user of a domain signs", {PYTHON: "compares the name with its DER, tag and length included"})
def _(draft: Draft) -> None:
    draft.leaf.names = [x509.OtherName(_USER_NAME, utf8("alice!acme.example"))]
    draft.identity = "alice!acme.example"


@accepted("the issuer is only in the older extension")
def _(draft: Draft) -> None:
    draft.leaf.claims = {1: ISSUER.encode()}


@accepted("the issuer is only in the newer extension", {PYTHON: "reads the issuer from the older extension alone"})
def _(draft: Draft) -> None:
    draft.leaf.claims = {8: utf8(ISSUER)}


@accepted("a workload signs")
def _(draft: Draft) -> None:
    draft.identity = "spiffe://acme.example/ns/build/sa/release"
    draft.leaf.names = [x509.UniformResourceIdentifier(draft.identity)]


@accepted("the trust root has an older authority as well")
def _(draft: Draft) -> None:
    older = [{"rawBytes": b64(each)} for each in fulcio().chain]

    def add(root: Json) -> None:
        authorities = root["certificateAuthorities"]
        authorities.insert(0, {**authorities[0], "certChain": {"certificates": older}})

    draft.change_trusted_root = add


@accepted("the authority that is trusted has no root")
def _(draft: Draft) -> None:
    draft.change_trusted_root = lambda root: root["certificateAuthorities"][0]["certChain"]["certificates"].pop()


@refused("the artifact is another one", "message-digest")
def _(draft: Draft) -> None:
    draft.given = b"what was not built\n"


@refused("the artifact is another one and nothing says which", "signature")
def _(draft: Draft) -> None:
    draft.given = b"what was not built\n"
    draft.change_bundle = lambda bundle: bundle["messageSignature"].pop("messageDigest")


@refused("the artifact is not the subject", "subject")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.given = b"what was not built\n"


@refused("the signature is another key's", "signature")
def _(draft: Draft) -> None:
    draft.signed_by = make_key()


@refused("the envelope's signature is another key's", "signature")
def _(draft: Draft) -> None:
    draft.is_statement = True
    draft.signed_by = make_key()


@refused("the identity is another one", "identity")
def _(draft: Draft) -> None:
    draft.identity = "https://github.com/acme/other/.github/workflows/release.yml@refs/heads/main"


@refused("the identity is the beginning of the name", "identity")
def _(draft: Draft) -> None:
    draft.identity = "https://github.com/acme/app/"


@refused("the identity is written in capitals", "identity")
def _(draft: Draft) -> None:
    draft.identity = SUBJECT.replace("acme", "ACME")


@refused("the identity is a pattern", "identity")
def _(draft: Draft) -> None:
    draft.identity = "https://github.com/acme/.*"


@refused("the issuer is another one", "identity")
def _(draft: Draft) -> None:
    draft.issuer = ACCOUNTS


@refused("the issuer is written with a slash more", "identity")
def _(draft: Draft) -> None:
    draft.issuer = ISSUER + "/"


@refused("the two extensions name different issuers", "certificate", both_cosigns("reads the newer extension alone"))
def _(draft: Draft) -> None:
    draft.leaf.claims = {1: ACCOUNTS.encode(), 8: utf8(ISSUER)}


@refused("the issuer is in neither extension", "identity")
def _(draft: Draft) -> None:
    draft.leaf.claims = {12: utf8("https://github.com/acme/app")}


@refused("the certificate has two names", "certificate", everyone_else("one of several names is enough"))
def _(draft: Draft) -> None:
    draft.leaf.names.append(x509.RFC822Name(EMAIL))


@refused("the certificate is of another authority", "chain")
def _(draft: Draft) -> None:
    draft.leaf.issued_by = fulcio()


@refused("the certificate had ended", "time")
def _(draft: Draft) -> None:
    draft.leaf.window = (now() - 1200, now() - 600)


@refused("the certificate had not begun", "time")
def _(draft: Draft) -> None:
    draft.leaf.window = (now() + 600, now() + 1200)


@refused("the intermediate had ended", "time")
def _(draft: Draft) -> None:
    draft.sigstore.fulcio = fulcio(intermediate=(now() - 2 * DAY, now() - DAY))


@refused("the root had ended", "time", {PYTHON: "does not ask whether the root, its anchor, was still valid"})
def _(draft: Draft) -> None:
    draft.sigstore.fulcio = fulcio(root=(now() - 2 * DAY, now() - DAY))


@refused("the certificate is not for signing code", "certificate")
def _(draft: Draft) -> None:
    draft.leaf.purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]


@refused(
    "the certificate is for every purpose",
    "certificate",
    both_cosigns("to Go's verifier, any purpose includes signing code"),
)
def _(draft: Draft) -> None:
    draft.leaf.purposes = [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]


@refused(
    "the certificate is for no purpose",
    "certificate",
    both_cosigns("to Go's verifier, no purposes are all purposes"),
)
def _(draft: Draft) -> None:
    draft.leaf.purposes = []


@refused(
    "the certificate's key is not for signatures",
    "certificate",
    both_cosigns("does not look at a signer's key usage"),
)
def _(draft: Draft) -> None:
    draft.leaf.usage = x509.KeyUsage(False, False, False, False, True, False, False, False, False)


@refused(
    "the certificate is an authority's",
    "certificate",
    both_cosigns("does not ask whether the signer is an authority"),
)
def _(draft: Draft) -> None:
    draft.leaf.usage = usage(signs=True, issues=True)
    draft.leaf.more = [(x509.BasicConstraints(True, None), True)]


@refused("the certificate has a critical extension that nobody knows", "certificate")
def _(draft: Draft) -> None:
    draft.leaf.more = [(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4.5"), b"\5\0"), True)]


@refused("the certificate is issued by a signer", "chain")
def _(draft: Draft) -> None:
    signer = fulcio()
    signer.name = x509.Name([])
    between = draft.sigstore.certificate(Leaf(key=signer.key))
    draft.leaf.issued_by = signer
    draft.media_type = BUNDLE_V02
    draft.change_bundle = lambda bundle: chain(bundle).append({"rawBytes": b64(between)})


@accepted("the log of certificates signed extensions")
def _(draft: Draft) -> None:
    draft.leaf.log_extensions = b"\0\0\5\0\0\0\0\x70"


@accepted("a log of certificates that nobody knows logged as well", {PYTHON: "wants exactly one timestamp of a log"})
def _(draft: Draft) -> None:
    draft.leaf.logged_by = [CertificateLog(), draft.sigstore.certificate_log]


@accepted("the log of certificates logged it twice", {PYTHON: "wants exactly one timestamp of a log"})
def _(draft: Draft) -> None:
    draft.leaf.logged_by = [draft.sigstore.certificate_log] * 2


@refused("the certificate was not logged", "enough-certificate-logs")
def _(draft: Draft) -> None:
    draft.leaf.logged_by = []


@refused("the certificate was logged where nobody knows", "enough-certificate-logs")
def _(draft: Draft) -> None:
    draft.leaf.logged_by = [CertificateLog()]


@refused("another certificate was logged", "sct")
def _(draft: Draft) -> None:
    other = Leaf()
    other.names = [x509.RFC822Name(EMAIL)]
    draft.leaf.logged_instead = other


@refused("the log of certificates has another key", "sct")
def _(draft: Draft) -> None:
    draft.sigstore.certificate_log.signing_key = make_key()


@refused("the certificate still says that it must not be used", "certificate")
def _(draft: Draft) -> None:
    draft.leaf.more = [(x509.PrecertPoison(), True)]


@refused("the trust root has no log of certificates", "enough-certificate-logs")
def _(draft: Draft) -> None:
    draft.change_trusted_root = lambda root: root.update(ctlogs=[])


@refused(
    "the issuer's text is not closed where it ends",
    "certificate",
    {PYTHON: "reads the issuer from the older extension alone"},
)
def _(draft: Draft) -> None:
    draft.leaf.claims = {1: ISSUER.encode(), 8: utf8(ISSUER) + b"\0"}
