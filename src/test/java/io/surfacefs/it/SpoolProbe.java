package io.surfacefs.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks at a server's spool from outside: its folder and its metrics. */
final class SpoolProbe {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private SpoolProbe() {}

    /** A server that writes behind before buckets of that S3 server, without a cache. */
    static SurfaceProcess.Builder server(Path home, Versitygw s3) {
        return SurfaceProcess.server(home)
                .env("SURFACE_STORE_TYPE", "s3")
                .env("SURFACE_STORE_ENDPOINT", s3.endpoint().toString())
                .env("SURFACE_STORE_MAX_ATTEMPTS", "1")
                .env("SURFACE_CACHE_TYPE", "none")
                .env("SURFACE_WRITE_MODE", "write-behind")
                .env("SURFACE_SPOOL_RETRY_INTERVAL", "200ms")
                .env("AWS_ACCESS_KEY_ID", Versitygw.ACCESS_KEY)
                .env("AWS_SECRET_ACCESS_KEY", Versitygw.SECRET_KEY)
                .jvm("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    }

    /** An S3 server with the two buckets. */
    static Versitygw s3(Path folder) {
        Versitygw s3 = Versitygw.start(folder);
        s3.makeBucket("surface-cache");
        s3.makeBucket("surface-manifests");
        return s3;
    }

    /** The value of a metric without labels, NaN where it isn't told. */
    static double metric(SurfaceProcess server, String name) {
        HttpRequest request = HttpRequest.newBuilder(server.management("/q/metrics"))
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            String text =
                    HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
            Matcher value = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? ([0-9.E+-]+)$")
                    .matcher(text);
            return value.find() ? Double.parseDouble(value.group(1)) : Double.NaN;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until nothing is to be delivered any more. */
    static void awaitDelivered(SurfaceProcess server) {
        Patience.until(
                () -> metric(server, "surface_spool_depth") == 0,
                () -> "depth " + metric(server, "surface_spool_depth") + "\n" + server.output());
    }

    /** Names in a folder of a server's spool. */
    static List<String> files(SurfaceProcess server, String folder) throws IOException {
        try (Stream<Path> files = Files.list(server.home().resolve("spool").resolve(folder))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    /** Where an artefact's payload lies in the bucket. */
    static Path stored(Versitygw s3, String kind, String digest) {
        String hex = digest.substring("sha256:".length());
        return s3.bucket("surface-cache")
                .resolve("tenants/" + Rest.TENANT + "/" + kind + "/sha256/" + hex.substring(0, 2) + "/"
                        + hex.substring(2, 4) + "/" + hex + "/payload.json.zst");
    }
}
