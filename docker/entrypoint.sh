#!/bin/sh
# Secrets come as files: what NAME_FILE names becomes the variable NAME of the command that is run.
set -eu
for name in NEO4J_AUTH PREFECT_API_AUTH_STRING PREFECT_SERVER_API_AUTH_STRING PREFECT_SERVER_DATABASE_PASSWORD; do
  eval "file=\${${name}_FILE:-}"
  if [ -n "$file" ]; then
    export "$name=$(cat "$file")"
  fi
done
# Neo4j's own secret is user/password.
if [ -n "${NEO4J_AUTH:-}" ]; then
  export NEO4J_USERNAME="${NEO4J_AUTH%%/*}" NEO4J_PASSWORD="${NEO4J_AUTH#*/}"
  unset NEO4J_AUTH
fi
exec "$@"
