#!/bin/sh
# Writes refused-keys/: key files that openssl can make and that must not be trusted, each named by why.
set -eu
cd "$(dirname "$0")"
rm -rf refused-keys
mkdir refused-keys
cd refused-keys

public() { openssl pkey -pubout "$@"; }
secret() { openssl genpkey "$@" 2>/dev/null; }
block() { printf -- '-----BEGIN %s-----\n%s\n-----END %s-----\n' "$1" "$2" "$1"; }

secret -algorithm RSA -pkeyopt rsa_keygen_bits:1024 | public > rsa-1024.pem
secret -algorithm RSA -pkeyopt rsa_keygen_bits:2056 | public > rsa-2056.pem
secret -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3 | public > rsa-exponent-3.pem
secret -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 | public > rsa-of-the-pss-kind.pem
for curve in secp256k1 P-224 P-192 brainpoolP256r1; do
  secret -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" | public > "curve-$curve.pem"
done
secret -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit | public > curve-explicit.pem
secret -algorithm EC -pkeyopt ec_paramgen_curve:P-256 > p256.secret
public -in p256.secret -ec_conv_form compressed > p256-compressed.pem
public -in p256.secret -ec_conv_form hybrid > p256-hybrid.pem
for kind in ed448 x25519 x448; do
  secret -algorithm "$kind" | public > "$kind.pem"
done
openssl dsaparam -genkey 1024 2>/dev/null | public > dsa.pem
cp p256.secret private-key.pem
openssl req -x509 -new -key p256.secret -subj /CN=test -days 1 > certificate.pem

public -in p256.secret > good.pub
der=$(sed '/-----/d' good.pub | tr -d '\n')
bytes() { printf '%s' "$der" | base64 -d; }
block 'PUBLIC KEY' "$( (bytes; printf '\0') | base64 -w0)" > trailing-byte.pem
block 'PUBLIC KEY' "$(bytes | head -c 90 | base64 -w0)" > truncated.pem
# The last byte of the point, turned: no longer on the curve.
last=$(bytes | tail -c 1 | od -An -tu1 | tr -d ' ')
block 'PUBLIC KEY' "$( (bytes | head -c 90; printf "\\$(printf '%03o' $(((last + 1) % 256)))") | base64 -w0)" > off-the-curve.pem
# The outer length in the long form: the same key in other bytes, so with another fingerprint.
block 'PUBLIC KEY' "$( (printf '\060\201\131'; bytes | tail -c 89) | base64 -w0)" > length-in-long-form.pem
block 'PUBLIC KEY' '' > empty.pem
block 'CERTIFICATE' "$der" > labelled-as-certificate.pem
block 'EC PUBLIC KEY' "$der" > labelled-as-something.pem
(cat good.pub; cat good.pub) > two-keys.pem
(echo 'my key:'; cat good.pub) > text-before.pem
(cat good.pub; echo 'that was it') > text-after.pem
sed 's/-----END PUBLIC KEY-----//' good.pub > no-end.pem
sed 's/-----END PUBLIC KEY-----/-----END RSA PUBLIC KEY-----/' good.pub > other-end.pem
sed '2s/^/!/' good.pub > not-base64.pem
printf '%s' "$der" > no-armour.pem
: > nothing.pem
rm p256.secret good.pub
