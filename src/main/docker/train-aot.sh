#!/bin/sh
# Makes the AOT cache of a JVM for the packaged application: starts it, lets it take and give one artefact over REST
# and gRPC, stops it, and leaves FOLDER/app.aot. The cache counts for this JVM and this folder only.
# usage: train-aot.sh FOLDER   (of quarkus-run.jar; JAVA: the java command, TRAIN_PORT: the first of three free ports)
set -eu
folder=$1
java=${JAVA:-java}
port=${TRAIN_PORT:-18090}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
export SURFACE_HOME="$work/data" QUARKUS_HTTP_PORT="$port" QUARKUS_GRPC_SERVER_PORT=$((port + 1)) QUARKUS_MANAGEMENT_PORT=$((port + 2))

rm -f "$folder/app.aot"
"$java" -XX:AOTCacheOutput="$folder/app.aot" -jar "$folder/quarkus-run.jar" serve > "$work/server.log" 2>&1 &
server=$!
tries=0
until grep -q '^try: ' "$work/server.log"; do
  tries=$((tries + 1))
  if [ "$tries" -gt 120 ] || ! kill -0 "$server" 2> /dev/null; then
    cat "$work/server.log" >&2
    exit 1
  fi
  sleep 0.5
done

printf '{"trained":true}' > "$work/payload"
for endpoint in "http://127.0.0.1:$port" "grpc://127.0.0.1:$((port + 1))"; do
  "$java" -jar "$folder/quarkus-run.jar" put --endpoint "$endpoint" --tenant training --kind training.sample "$work/payload" > "$work/put.log"
  "$java" -jar "$folder/quarkus-run.jar" ls --endpoint "$endpoint" --tenant training > "$work/ls.log"
done

kill -TERM "$server"
wait "$server" || true
server=
[ -s "$folder/app.aot" ] || { cat "$work/server.log" >&2; exit 1; }
echo "AOT cache: $folder/app.aot, $(wc -c < "$folder/app.aot") bytes"
