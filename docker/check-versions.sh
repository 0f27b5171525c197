#!/bin/sh
# Says whether the Docker engine and compose are new enough for compose.yaml; exit code 1 where they are not.
set -eu
check() {
  oldest=$2 found=$3
  if [ -z "$found" ]; then
    echo "$1 is missing or does not answer; $oldest or later is needed" >&2
    exit 1
  fi
  if [ "$(printf '%s\n%s\n' "$oldest" "$found" | sort --version-sort | head -n 1)" != "$oldest" ]; then
    echo "$1 is version $found, $oldest or later is needed" >&2
    exit 1
  fi
  echo "$1 $found"
}
check "Docker Engine" 20.10 "$(docker version --format '{{.Server.Version}}' 2>/dev/null || true)"
check "compose" 2.3.3 "$(docker compose version --short 2>/dev/null | sed 's/^v//' || true)"
check "buildx" 0.8 "$(docker buildx version 2>/dev/null | sed -n 's/.* v\([0-9.]*\).*/\1/p' || true)"
