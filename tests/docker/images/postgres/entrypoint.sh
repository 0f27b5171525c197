#!/bin/sh
# PostgreSQL as the published image starts it: user, database and password from POSTGRES_…, made at the first start.
set -eu
if [ ! -e "$PGDATA/PG_VERSION" ]; then
  initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  pg_ctl start --wait --options="-c listen_addresses=''"
  createdb --username="$POSTGRES_USER" "$POSTGRES_DB" 2>/dev/null || true
  pg_ctl stop --wait
fi
exec postgres -c listen_addresses='*'
