#!/bin/sh
# Makes the secrets of compose.yaml where they are missing, and a certificate that signs itself; replace that by yours.
# The folder is closed to others; the files in it are readable, as each container reads them as a user of its own.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
make() {
  if [ ! -e "secrets/$1" ]; then
    printf '%s%s' "$2" "$(openssl rand -hex 24)" >"secrets/$1"
  fi
}
make neo4j_auth neo4j/
make postgres_password ""
make prefect_auth admin:
if [ ! -e secrets/page_key ]; then
  openssl req -x509 -newkey rsa:3072 -noenc -days 365 -subj "/CN=${1:-localhost}" \
    -keyout secrets/page_key -out secrets/page_certificate 2>/dev/null
fi
chmod 444 secrets/*
