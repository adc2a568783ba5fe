package io.surfacefs.store.s3;

import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/** Makes the SDK's client, by hand: the command line has no container, and a folder store no client. */
final class S3Clients {
    /** Connections that are kept for a next request; the JDK's default is five. */
    private static final String KEPT = "64";

    private S3Clients() {}

    /** The JDK's HTTP below the SDK's client. To be closed after the client. */
    static SdkHttpClient http(S3Settings settings) {
        if (System.getProperty("http.maxConnections") == null) {
            System.setProperty("http.maxConnections", KEPT);
        }
        UrlConnectionHttpClient.Builder http = UrlConnectionHttpClient.builder()
                .connectionTimeout(settings.limits().connect())
                .socketTimeout(settings.limits().attempt());
        if (settings.tls() != null) {
            TrustManager[] trust = {settings.tls().trust()};
            http.tlsTrustManagersProvider(() -> trust);
            settings.tls().identity().ifPresent(identity -> {
                KeyManager[] shown = {identity};
                http.tlsKeyManagersProvider(() -> shown);
            });
        }
        return http.build();
    }

    static AwsCredentialsProvider credentials(S3Settings settings) {
        return settings.secrets() == null
                ? DefaultCredentialsProvider.builder().build()
                : new FileCredentials(settings.secrets());
    }

    static S3Client client(S3Settings settings, SdkHttpClient http, AwsCredentialsProvider credentials) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClient(http)
                .credentialsProvider(credentials)
                .region(Region.of(settings.region()))
                .forcePathStyle(settings.pathStyle())
                // Checksum trailers are refused by stores that don't know them. What is sent is checked by the
                // signature
                // over the payload or by Content-MD5, and what comes back by our own digests.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .overrideConfiguration(
                        override -> override.apiCallTimeout(settings.limits().total())
                                // What is tried again, and when, is decided in one place, above the store.
                                .retryStrategy(AwsRetryStrategy.doNotRetry())
                                .addExecutionInterceptor(new NoExpectation()));
        if (settings.endpoint() != null) {
            builder.endpointOverride(settings.endpoint());
        }
        return builder.build();
    }

    /**
     * Sends bodies at once: to ask first costs each put a round trip, and five seconds where the store doesn't answer
     * the question.
     */
    private static final class NoExpectation implements ExecutionInterceptor {
        @Override
        public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
            SdkHttpRequest request = context.httpRequest();
            return request.firstMatchingHeader("Expect").isEmpty()
                    ? request
                    : request.toBuilder().removeHeader("Expect").build();
        }
    }
}
