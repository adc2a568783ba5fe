package io.surfacefs.wire;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.surfacefs.model.ErrorCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a Surface.FS itself says of a call's failure; a proxy, or a program of another kind, says none of it.
 *
 * @param message fit to be shown
 * @param hint the mend, or null; fit to be shown
 */
public record Told(ErrorCode code, String message, @Nullable String hint) {
    private static final String DOMAIN = "surface-fs";
    private static final int LONGEST = 200;
    /** Seconds of a wait that somebody names. */
    private static final int LONGEST_WAIT = 86_400;

    /** Reads it from a status and its trailers; null where there is none. */
    public static @Nullable Told of(Status status, @Nullable Metadata trailers) {
        com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
        if (details == null) {
            return null;
        }
        for (Any detail : details.getDetailsList()) {
            Told told = read(detail, details.getMessage());
            if (told != null) {
                return told;
            }
        }
        return null;
    }

    /** When the service says to come again, from a status and its trailers; null where it doesn't. */
    public static @Nullable Duration retryAfter(Status status, @Nullable Metadata trailers) {
        com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
        if (details == null) {
            return null;
        }
        for (Any detail : details.getDetailsList()) {
            if (detail.getTypeUrl().endsWith("/google.rpc.RetryInfo")) {
                try {
                    com.google.protobuf.Duration delay =
                            RetryInfo.parseFrom(detail.getValue()).getRetryDelay();
                    return Duration.ofSeconds(Math.clamp(delay.getSeconds(), 0, LONGEST_WAIT), delay.getNanos());
                } catch (InvalidProtocolBufferException e) {
                    return null; // the status itself still says something
                }
            }
        }
        return null;
    }

    /** Read from its bytes: unpacking by class would look the class up by name. */
    private static @Nullable Told read(Any detail, String message) {
        if (!detail.getTypeUrl().endsWith("/google.rpc.ErrorInfo")) {
            return null;
        }
        try {
            ErrorInfo info = ErrorInfo.parseFrom(detail.getValue());
            for (ErrorCode code : ErrorCode.values()) {
                if (info.getDomain().equals(DOMAIN) && code.name().equals(info.getReason())) {
                    String hint = info.getMetadataMap().get("hint");
                    return new Told(code, shown(message), hint == null ? null : shown(hint));
                }
            }
        } catch (InvalidProtocolBufferException e) {
            return null; // the status itself still says something
        }
        return null;
    }

    /** The first line, without anything that a terminal would act on: who answered may be anybody. */
    public static String shown(String text) {
        String line = text.strip().lines().findFirst().orElse("");
        String clean = line.replaceAll("[^\\x20-\\x7e\\u00a1-\\uffff]+", "?");
        return clean.length() > LONGEST ? clean.substring(0, LONGEST) + "…" : clean;
    }
}
