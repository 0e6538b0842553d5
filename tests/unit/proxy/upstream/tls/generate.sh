#!/bin/sh
# Makes the certificates that http_client_tls_test.cc uses: an authority, a server at 127.0.0.1 signed by it, a server
# signed by it for another address, and an authority that signed nothing. Valid for a century, so that no test ends
# with a calendar.
set -eu
cd "$(dirname "$0")"

authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -sha256 -subj "/CN=$1" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout "$1.key" -out "$1.pem"
}

server() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  printf 'subjectAltName=IP:%s\nextendedKeyUsage=serverAuth\n' "$2" > extensions
  openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key -CAcreateserial -days 36500 -sha256 \
    -extfile extensions -out "$1.pem"
  rm "$1.csr" extensions
}

authority authority
authority stranger
server server 127.0.0.1
server elsewhere 192.0.2.1
rm -f authority.key stranger.key ./*.srl
