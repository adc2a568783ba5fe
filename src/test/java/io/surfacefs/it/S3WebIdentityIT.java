package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.surfacefs.store.s3.InJvmS3;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of a bucket that a security token service gives for a mounted web identity token. */
class S3WebIdentityIT {
    private static final String ROLE = "arn:aws:iam::123456789012:role/surface-fs";
    private static final String KNOWN = "eyJhbGciOiJSUzI1NiJ9.known.token";

    @TempDir
    static Path folder;

    private static final List<Map<String, String>> ASKED = new CopyOnWriteArrayList<>();
    private static InJvmS3 s3;
    private static HttpServer sts;

    @BeforeAll
    static void start() throws Exception {
        s3 = new InJvmS3();
        sts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        sts.createContext("/", S3WebIdentityIT::answer);
        sts.start();
    }

    @AfterAll
    static void stop() throws Exception {
        sts.stop(0);
        s3.stop();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> asked = Arrays.stream(body.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
        ASKED.add(asked);
        boolean right = "AssumeRoleWithWebIdentity".equals(asked.get("Action"))
                && KNOWN.equals(asked.get("WebIdentityToken"))
                && ROLE.equals(asked.get("RoleArn"));
        byte[] answer = (right ? keys() : refusal()).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/xml");
        exchange.sendResponseHeaders(right ? 200 : 400, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private static String keys() {
        Instant end = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);
        return "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                + "<AssumeRoleWithWebIdentityResult><Credentials>"
                + "<AccessKeyId>" + Versitygw.ACCESS_KEY + "</AccessKeyId>"
                + "<SecretAccessKey>" + Versitygw.SECRET_KEY + "</SecretAccessKey>"
                + "<SessionToken>a-session</SessionToken>"
                + "<Expiration>" + end + "</Expiration>"
                + "</Credentials><AssumedRoleUser><Arn>" + ROLE
                + "/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>"
                + "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
    }

    private static String refusal() {
        return "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
                + "<Code>InvalidIdentityToken</Code><Message>no</Message></Error></ErrorResponse>";
    }

    private static Map<String, String> environment(String token) throws IOException {
        Path file = Files.writeString(Files.createTempFile(folder, "token", ""), token);
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("SURFACE_STORE_TYPE", "s3");
        environment.put("SURFACE_STORE_ENDPOINT", s3.endpoint().toString());
        environment.put("SURFACE_STORE_CREATE_BUCKETS", "true");
        // The service and the store are in this JVM, which the suites beside this one may make slow.
        environment.put("SURFACE_STORE_CONNECT_TIMEOUT", "20s");
        environment.put("SURFACE_STORE_ATTEMPT_TIMEOUT", "30s");
        environment.put("SURFACE_STORE_TIMEOUT", "60s");
        environment.put("AWS_ROLE_ARN", ROLE);
        environment.put("AWS_WEB_IDENTITY_TOKEN_FILE", file.toString());
        environment.put("AWS_REGION", "us-east-1");
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        environment.put(
                "AWS_ENDPOINT_URL_STS", "http://127.0.0.1:" + sts.getAddress().getPort());
        return environment;
    }

    @Test
    void aMountedTokenIsExchangedForTheBucketsKeys() throws IOException {
        SurfaceProcess.Builder builder = SurfaceProcess.server(folder.resolve("known"));
        environment(KNOWN).forEach(builder::env);
        byte[] bytes = Rest.noise(100_000, 1);
        try (SurfaceProcess server = builder.start();
                Rest rest = new Rest(server)) {
            String digest = rest.stored("runtime.delta", bytes);
            assertArrayEquals(bytes, rest.payload("runtime.delta", digest).body());
            assertTrue(ASKED.stream().anyMatch(asked -> KNOWN.equals(asked.get("WebIdentityToken"))), ASKED::toString);
        }
    }

    @Test
    void aTokenThatIsNotKnownIsASecretThatIsMissing() throws IOException {
        SurfaceProcess.Result refused =
                SurfaceProcess.run(folder.resolve("unknown"), environment("another"), new byte[0], "serve");
        assertTrue(refused.stderr().contains("SURFACE_SECRET_MISSING"), refused::stderr);
        assertEquals(11, refused.exit());
    }
}
