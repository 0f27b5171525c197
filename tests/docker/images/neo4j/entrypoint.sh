#!/bin/sh
# Neo4j as the published image starts it: settings from NEO4J_…, the first password from NEO4J_AUTH_FILE, data in /data.
set -eu
conf=/var/lib/neo4j/conf/neo4j.conf
{
  echo "server.directories.data=/data"
  echo "server.default_listen_address=0.0.0.0"
  env | grep -E '^NEO4J_(server|db|dbms|client|browser)_' | while IFS= read -r setting; do
    name=${setting%%=*}
    # One underscore is a dot, two are an underscore.
    echo "$(printf '%s' "${name#NEO4J_}" | sed 's/__/~/g; s/_/./g; s/~/_/g')=${setting#*=}"
  done
} >"$conf"
case "${1:-neo4j}" in
  neo4j)
    if [ ! -e /data/dbms/auth.ini ]; then
      auth=$(cat "$NEO4J_AUTH_FILE")
      neo4j-admin dbms set-initial-password "${auth#*/}"
    fi
    exec java @/java.options -Xms"${NEO4J_server_memory_heap_initial__size:-512m}" \
      -Xmx"${NEO4J_server_memory_heap_max__size:-512m}" org.neo4j.server.CommunityEntryPoint \
      --home-dir=/var/lib/neo4j --config-dir=/var/lib/neo4j/conf --console-mode
    ;;
  *) exec "$@" ;;
esac
