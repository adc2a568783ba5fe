package io.surfacefs.store.s3;

import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * GET of objects from a store that is named by its endpoint, bucket in the path: signed and sent over the same
 * connections as everything else, without what the SDK does besides, which takes as long as a near store's answer.
 * Failures look like the SDK's. Thread-safe.
 */
final class S3Gets {
    private static final int MAX_ERROR = 16 << 10;
    private static final String CODE = "<Code>";

    private final SdkHttpClient http;
    private final AwsCredentialsProvider credentials;
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final URI endpoint;
    private final String region;
    private final String root;

    private S3Gets(URI endpoint, String region, SdkHttpClient http, AwsCredentialsProvider credentials) {
        this.http = http;
        this.credentials = credentials;
        this.endpoint = endpoint;
        this.region = region;
        String path = endpoint.getRawPath() == null ? "" : endpoint.getRawPath();
        this.root = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** Null where addresses are made by rules that only the SDK knows. */
    static @Nullable S3Gets of(S3Settings settings, SdkHttpClient http, AwsCredentialsProvider credentials) {
        URI endpoint = settings.endpoint();
        return endpoint == null || endpoint.getHost() == null || !settings.pathStyle()
                ? null
                : new S3Gets(endpoint, settings.region(), http, credentials);
    }

    /**
     * Sends the request and gives the open answer.
     *
     * @param from where the range begins
     * @param range header's value, or null for the whole object
     * @param tag that the object must have, or null
     * @throws AwsServiceException for any other answer than the object
     * @throws UncheckedIOException when there was none
     */
    S3Objects.Got get(String bucket, String key, long from, @Nullable String range, @Nullable String tag) {
        SdkHttpRequest.Builder request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.GET)
                .protocol(endpoint.getScheme())
                .host(endpoint.getHost())
                .port(endpoint.getPort() == -1 ? null : endpoint.getPort())
                .encodedPath(root + "/" + bucket + "/" + SdkHttpUtils.urlEncodeIgnoreSlashes(key));
        if (range != null) {
            request.putHeader("Range", range);
        }
        if (tag != null) {
            request.putHeader("If-Match", tag);
        }
        try {
            HttpExecuteResponse answer = http.prepareRequest(HttpExecuteRequest.builder()
                            .request(signed(request.build()))
                            .build())
                    .call();
            AbortableInputStream body = answer.responseBody()
                    .orElseGet(() -> AbortableInputStream.create(java.io.InputStream.nullInputStream()));
            int status = answer.httpResponse().statusCode();
            if (status != 200 && status != 206) {
                throw refused(status, body);
            }
            return got(answer.httpResponse(), body, from);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SdkHttpRequest signed(SdkHttpRequest request) {
        AwsCredentials identity = credentials.resolveCredentials();
        return signer.sign(sign -> sign.identity(identity)
                        .request(request)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false))
                .request();
    }

    /** As the SDK would throw it. */
    private static AwsServiceException refused(int status, AbortableInputStream body) throws IOException {
        String text = new String(body.readNBytes(MAX_ERROR), StandardCharsets.UTF_8);
        body.close();
        int at = text.indexOf(CODE);
        int end = text.indexOf('<', at + CODE.length());
        String code = at < 0 || end < 0 ? null : text.substring(at + CODE.length(), end);
        return S3Exception.builder()
                .statusCode(status)
                .message("status " + status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build();
    }

    private static S3Objects.Got got(SdkHttpResponse answer, AbortableInputStream body, long from) {
        try {
            return S3Objects.Got.of(
                    body,
                    from,
                    answer.firstMatchingHeader("Content-Length")
                            .map(Long::valueOf)
                            .orElse(null),
                    answer.firstMatchingHeader("Content-Range").orElse(null),
                    answer.firstMatchingHeader("ETag").orElse(null),
                    answer.firstMatchingHeader("Last-Modified")
                            .map(text -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from))
                            .orElse(null));
        } catch (DateTimeException | NumberFormatException e) {
            body.abort();
            throw S3Faults.fault(StoreFault.Reason.REFUSED, e);
        }
    }
}
