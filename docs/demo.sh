#!/usr/bin/env bash
# Puts the bundled samples into a server of its own, fetches them again and compares every byte.
# JAVA_HOME: a JDK 25; DEMO_PORT: the first of three free ports (18080); needs curl and the built jar.
set -euo pipefail
cd "$(dirname "$0")/.."
samples=src/test/resources/samples
port=${DEMO_PORT:-18080}
api=http://127.0.0.1:$port/api/v1/tenants/demo
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" || true; }; rm -rf "$work"' EXIT
command -v curl > /dev/null || { echo 'missing: curl' >&2; exit 1; }
digest_of() { if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1; }

SURFACE_HOME=$work/data QUARKUS_HTTP_PORT=$port QUARKUS_GRPC_SERVER_PORT=$((port + 1)) QUARKUS_MANAGEMENT_PORT=$((port + 2)) \
  "$JAVA_HOME/bin/java" -jar target/quarkus-app/quarkus-run.jar serve > "$work/server.log" 2>&1 &
server=$!
curl -fsS --retry 100 --retry-delay 1 --retry-connrefused --retry-max-time 60 -o "$work/ready" \
  "http://127.0.0.1:$((port + 2))/q/health/ready" 2> "$work/curl.log" || { cat "$work/server.log" "$work/curl.log" >&2; exit 1; }

count=0
while IFS=$'\t' read -r file kind sha256 bytes type image scan; do
  [ "$file" != file ] || continue
  status=$(curl -sS -o "$work/manifest" -w '%{http_code}' -H "Content-Type: $type" -H "Surface-Image-Digest: $image" \
    -H "Surface-Scan-Id: $scan" --data-binary "@$samples/$file" "$api/artefacts/$kind")
  [ "$status" = 201 ] || { echo "put $file: $status $(cat "$work/manifest")" >&2; exit 1; }
  curl -fsS -o "$work/payload" "$api/payloads/$kind/sha256:$sha256"
  cmp "$samples/$file" "$work/payload"
  [ "$(digest_of "$work/payload")" = "$sha256" ]
  printf '%-17s %7s bytes  sha256:%s  put and fetched\n' "$kind" "$bytes" "$sha256"
  count=$((count + 1))
done < "$samples/index.tsv"
echo "$count artefacts, every byte the same"
