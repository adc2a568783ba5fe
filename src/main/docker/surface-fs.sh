#!/bin/sh
# The program in the image with a JVM, under the name that it has in the native one.
exec java -XX:MaxRAMPercentage=60 -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError -XX:AOTCache=/app/app.aot -jar /app/quarkus-run.jar "$@"
