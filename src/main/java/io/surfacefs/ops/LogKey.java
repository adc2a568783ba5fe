package io.surfacefs.ops;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every key that stands in a line of the log, in one place; nothing is logged under another. What a person reads of
 * them ({@code docs/telling.md}) is made from this.
 */
public enum LogKey {
    TIME("time", "when, RFC 3339 with milliseconds and the zone's offset"),
    LEVEL("level", "ERROR, WARN, INFO, DEBUG, TRACE"),
    LOGGER("logger", "who tells it: the last part of a logger's name"),
    EVENT("event", "what happened, one word; lines of libraries have none"),
    AUDIT("audit", "a call for the audit: refused, delete"),
    TLS("tls", "what became of a certificate: renewed, kept (the renewed one can't be used), refused"),
    CODE("code", "the error code that the caller got (docs/errors.md), or OK"),
    TENANT("tenant", "whose artefact; in quotes where a client chose the text"),
    KIND("kind", "of the artefact"),
    DIGEST("digest", "of the artefact"),
    NAMESPACE("namespace", "of the cache entry"),
    KEY("key", "tenant, kind and digest of what waits in the spool"),
    PATH("path", "of a file or object, shortened: its last parts, digests to 12 characters"),
    TRACE_ID(
            "traceId", "of the request: what the client's traceparent said, or made up; problem documents have it too"),
    SPAN_ID("spanId", "of the span in which it happened, where tracing is on"),
    SUBJECT("subject", "who asked, as its token says"),
    CALL("call", "method and path, or the gRPC method"),
    EDGE("edge", "where the request came in: rest, grpc, web"),
    MESSAGE("message", "a sentence for people; all that a library says"),
    HINT("hint", "what mends it"),
    ERROR("error", "class and message of a fault of ours or of a library"),
    STACK("stack", "its stack trace, in one line; never for what a caller did wrong"),
    STATE("state", "of the circuit before the store: open, half-open, closed"),
    REASON("reason", "why"),
    DELAY("delay", "until the store is tried again"),
    AFTER("after", "what was the matter before"),
    PAUSE_MS("pause_ms", "milliseconds until the next try"),
    DROPPED("dropped", "how many objects went"),
    DEPTH("depth", "puts that wait"),
    AGE("age", "of the oldest"),
    PRESENTED("presented", "public keys that the other side showed"),
    SERVER("server", "which port's"),
    CLIENT("client", "which quarkus.tls.NAME, or surface.store.ca-file"),
    REST("rest", "address that it serves on"),
    GRPC("grpc", "address that it serves on"),
    MANAGEMENT("management", "address that it serves on"),
    STORE("store", "where the truth lives"),
    HOME("home", "data folder"),
    AUTHENTICATION("authentication", "whose tokens are believed, or none"),
    LATENCY("latency", "of a rehearsal"),
    ERROR_RATE("error-rate", "of a rehearsal"),
    CUT_RATE("cut-rate", "of a rehearsal"),
    TORN_RATE("torn-rate", "of a rehearsal"),
    SEED("seed", "of a rehearsal");

    private static final Map<String, LogKey> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(LogKey::text, Function.identity()));

    private final String text;
    private final String meaning;

    LogKey(String text, String meaning) {
        this.text = text;
        this.meaning = meaning;
    }

    /** As it stands in a line. */
    public String text() {
        return text;
    }

    /** What it says. */
    public String meaning() {
        return meaning;
    }

    /** The key of that name, or null. */
    static @Nullable LogKey of(String text) {
        return BY_NAME.get(text);
    }
}
