package io.surfacefs.rest;

import io.surfacefs.model.Digest;
import io.surfacefs.model.Representation;
import io.surfacefs.model.StoredPayload;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The header of one representation of one object, ready made: the one place where the fields of a read are written, for
 * the event loop and for the resources alike. Immutable: the maps are copied from, never handed out.
 */
final class ObjectHead {
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence ZSTD = HttpHeaders.createOptimized("zstd");
    private static final CharSequence BYTES = HttpHeaders.createOptimized("bytes");
    private static final CharSequence ACCEPT_ENCODING = HttpHeaders.createOptimized("Accept-Encoding");
    private static final CharSequence REPR_DIGEST = HttpHeaders.createOptimized("Repr-Digest");
    private static final CharSequence FOREVER = HttpHeaders.createOptimized("private, max-age=31536000, immutable");
    private static final CharSequence REVALIDATE = HttpHeaders.createOptimized("private, no-cache");

    private static final CharSequence SECURITY_POLICY = HttpHeaders.createOptimized("Content-Security-Policy");
    private static final CharSequence SANDBOX = HttpHeaders.createOptimized("sandbox; default-src 'none'");
    private static final CharSequence DISPOSITION = HttpHeaders.createOptimized("Content-Disposition");
    private static final CharSequence ATTACHMENT = HttpHeaders.createOptimized("attachment");

    private final String etag;
    private final long size;
    private final boolean ranges;
    private final MultiMap validators;
    private final MultiMap whole;

    private ObjectHead(
            String etag,
            long size,
            boolean ranges,
            CharSequence cacheControl,
            CharSequence contentType,
            @Nullable CharSequence contentEncoding,
            Digest representation) {
        this.etag = etag;
        this.size = size;
        this.ranges = ranges;
        this.validators = HttpHeaders.headers()
                .set(HttpHeaders.ETAG, HttpHeaders.createOptimized(etag))
                .set(HttpHeaders.CACHE_CONTROL, cacheControl)
                .set(HttpHeaders.VARY, ACCEPT_ENCODING);
        MultiMap all = HttpHeaders.headers().addAll(validators).set(HttpHeaders.CONTENT_TYPE, contentType);
        if (contentEncoding != null) {
            all.set(HttpHeaders.CONTENT_ENCODING, contentEncoding);
        }
        if (ranges) {
            all.set(HttpHeaders.ACCEPT_RANGES, BYTES);
        }
        this.whole = all.set(REPR_DIGEST, HttpHeaders.createOptimized(digestField(representation)));
    }

    /**
     * Of a manifest, whose digest is that of its bytes.
     *
     * @param signatures who signed a scan manifest, or null
     */
    static ObjectHead manifest(Digest digest, long size, byte @Nullable [] signatures) {
        ObjectHead head = new ObjectHead(quoted(digest.toString()), size, false, REVALIDATE, JSON, null, digest);
        if (signatures != null) {
            head.whole.set(SignatureField.NAME, SignatureField.value(signatures));
        }
        return head;
    }

    /** Of a payload, which never changes. */
    static ObjectHead payload(Digest digest, StoredPayload facts, Representation representation) {
        return payload(digest, facts, representation, FOREVER);
    }

    /** Of a cache entry's value, which another one may replace. */
    static ObjectHead cacheEntry(Digest digest, StoredPayload facts, Representation representation) {
        return payload(digest, facts, representation, REVALIDATE);
    }

    /**
     * Of a payload in memory.
     *
     * @param digest of the raw bytes
     * @param sent of the representation
     * @param size of the representation
     */
    static ObjectHead hotPayload(
            Digest digest, Digest sent, String contentType, long size, Representation representation) {
        return of(digest, sent, contentType, size, representation, FOREVER);
    }

    private static ObjectHead payload(
            Digest digest, StoredPayload facts, Representation representation, CharSequence cacheControl) {
        boolean zstd = representation == Representation.ZSTD;
        return of(
                digest,
                zstd ? facts.storedDigest() : digest,
                facts.contentType().value(),
                zstd ? facts.storedSize() : facts.rawSize(),
                representation,
                cacheControl);
    }

    private static ObjectHead of(
            Digest digest,
            Digest sent,
            String contentType,
            long size,
            Representation representation,
            CharSequence cacheControl) {
        boolean zstd = representation == Representation.ZSTD;
        ObjectHead head = new ObjectHead(
                quoted(zstd ? digest + ";zstd" : digest.toString()),
                size,
                true,
                cacheControl,
                HttpHeaders.createOptimized(contentType),
                zstd ? ZSTD : null,
                sent);
        // Whatever somebody stored here: a browser that shows it must not run it as the service's own page.
        head.whole.set(SECURITY_POLICY, SANDBOX);
        if (ActiveTypes.isActive(contentType)) {
            head.whole.set(DISPOSITION, ATTACHMENT);
        }
        return head;
    }

    /** A digest as RFC 9530 writes it. */
    static String digestField(Digest digest) {
        return "sha-256=:" + Base64.getEncoder().encodeToString(digest.bytes()) + ":";
    }

    private static String quoted(String tag) {
        return '"' + tag + '"';
    }

    String etag() {
        return etag;
    }

    /** Bytes of the whole representation. */
    long size() {
        return size;
    }

    /** Whether parts of it can be asked for. */
    boolean takesRanges() {
        return ranges;
    }

    /** Sets what a 304 carries. */
    void validators(MultiMap target) {
        target.addAll(validators);
    }

    /** Sets all fields but the length and what {@link EveryAnswer} has. */
    void all(MultiMap target) {
        target.addAll(whole);
    }
}
