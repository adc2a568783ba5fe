package io.surfacefs.store.s3;

import io.surfacefs.store.StoreFault;
import io.surfacefs.store.StoreFault.Reason;
import io.surfacefs.store.TlsFaults;
import io.surfacefs.tls.Distrust;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/** What the SDK's and the network's failures mean. */
final class S3Faults {
    /** By the codes of S3's error documents. */
    private static final Map<String, Reason> CODES = Map.ofEntries(
            Map.entry("NoSuchBucket", Reason.NO_BUCKET),
            Map.entry("InvalidAccessKeyId", Reason.CREDENTIALS),
            Map.entry("SignatureDoesNotMatch", Reason.CREDENTIALS),
            Map.entry("ExpiredToken", Reason.CREDENTIALS),
            Map.entry("InvalidToken", Reason.CREDENTIALS),
            Map.entry("TokenRefreshRequired", Reason.CREDENTIALS),
            Map.entry("NotSignedUp", Reason.CREDENTIALS),
            Map.entry("RequestTimeTooSkewed", Reason.CLOCK),
            Map.entry("RequestExpired", Reason.CLOCK),
            Map.entry("RequestInTheFuture", Reason.CLOCK),
            Map.entry("SlowDown", Reason.THROTTLED),
            Map.entry("SlowDownRead", Reason.THROTTLED),
            Map.entry("SlowDownWrite", Reason.THROTTLED),
            Map.entry("Throttling", Reason.THROTTLED),
            Map.entry("ThrottlingException", Reason.THROTTLED),
            Map.entry("RequestLimitExceeded", Reason.THROTTLED),
            Map.entry("TooManyRequests", Reason.THROTTLED),
            Map.entry("BandwidthLimitExceeded", Reason.THROTTLED),
            Map.entry("BadDigest", Reason.DAMAGED_ON_THE_WAY),
            Map.entry("XAmzContentSHA256Mismatch", Reason.DAMAGED_ON_THE_WAY),
            Map.entry("XAmzContentChecksumMismatch", Reason.DAMAGED_ON_THE_WAY),
            Map.entry("IncompleteBody", Reason.DAMAGED_ON_THE_WAY),
            Map.entry("OperationAborted", Reason.CONFLICT),
            Map.entry("ConditionalRequestConflict", Reason.CONFLICT),
            Map.entry("QuotaExceeded", Reason.FULL),
            Map.entry("InsufficientStorage", Reason.FULL),
            Map.entry("XMinioStorageFull", Reason.FULL),
            Map.entry("RequestTimeout", Reason.LATE));

    private static final Map<Reason, String> HINTS = Map.of(
            Reason.NO_BUCKET,
                    "create it, or name another one by surface.store.bucket and surface.store.manifest-bucket",
            Reason.CREDENTIALS,
                    "give it the keys that the store knows, in surface.secrets.dir or by AWS' default chain",
            Reason.FORBIDDEN, "let these credentials read, write, delete and list both buckets",
            Reason.CLOCK, "set the clock of this machine, or of the store",
            Reason.FULL, "free room in the store",
            Reason.NO_CREDENTIALS,
                    "set surface.secrets.dir to a folder with s3-access-key-id and s3-secret-access-key, or use AWS' default"
                            + " chain");

    private S3Faults() {}

    /** Classifies whatever a call to the SDK threw. */
    static StoreFault of(RuntimeException thrown) {
        return thrown instanceof StoreFault fault ? fault : fault(reason(thrown), thrown);
    }

    static StoreFault fault(Reason reason, @Nullable Throwable cause) {
        String hint = switch (reason) {
            case TLS, PINS, CLIENT_CERTIFICATE ->
                Distrust.of(cause).map(why -> TlsFaults.hint(why, cause)).orElse(null);
            default -> HINTS.get(reason);
        };
        return new StoreFault(reason, hint, cause);
    }

    /** Classifies what broke while a body came in. */
    static StoreFault ofBody(Throwable thrown) {
        Reason reason = network(thrown);
        return fault(reason == Reason.UNREACHABLE ? Reason.PARTIAL_BODY : reason, thrown);
    }

    /** The code of S3's error document, or an empty text where there was none, as in answers to HEAD. */
    static String code(AwsServiceException e) {
        String code = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
        return code == null ? "" : code;
    }

    private static Reason reason(RuntimeException thrown) {
        if (thrown instanceof AwsServiceException service) {
            return service(service);
        }
        if (thrown instanceof ApiCallTimeoutException || thrown instanceof ApiCallAttemptTimeoutException) {
            return Reason.TIMEOUT;
        }
        String message = String.valueOf(thrown.getMessage());
        if (message.contains("Unable to load credentials")) {
            return Reason.NO_CREDENTIALS;
        }
        return network(thrown);
    }

    private static Reason service(AwsServiceException e) {
        Reason known = CODES.get(code(e));
        if (known != null) {
            return known;
        }
        int status = e.statusCode();
        return switch (status) {
            case 401 -> Reason.CREDENTIALS;
            case 403 -> Reason.FORBIDDEN;
            case 408 -> Reason.LATE;
            case 409 -> Reason.CONFLICT;
            case 412 -> Reason.CHANGED;
            case 429 -> Reason.THROTTLED;
            case 507 -> Reason.FULL;
            // Answers to HEAD have no body that would say more, nor have those of a proxy.
            case 503 -> code(e).isEmpty() ? Reason.BUSY : Reason.SERVER;
            default -> status >= 500 ? Reason.SERVER : Reason.REFUSED;
        };
    }

    private static Reason network(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof StoreFault fault) {
                return fault.reason();
            }
            if (t instanceof SSLException) {
                return Distrust.of(t)
                        .filter(why -> why != Distrust.TALK)
                        .map(TlsFaults::reason)
                        .orElse(Reason.UNREACHABLE);
            }
            if (t instanceof SocketTimeoutException) {
                String message = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
                return message.contains("connect") ? Reason.UNREACHABLE : Reason.TIMEOUT;
            }
        }
        return Reason.UNREACHABLE;
    }
}
