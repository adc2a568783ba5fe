package io.surfacefs.client;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A manifest and its payload as multipart/form-data (RFC 7578), of which the payload is streamed. Immutable. */
final class Form {
    private final String boundary = "surface-" + UUID.randomUUID();
    private final byte[] head;
    private final byte[] tail;

    private Form(String manifest, @Nullable String payloadType) {
        String begin = "--" + boundary + "\r\nContent-Disposition: form-data; name=";
        String type = payloadType == null ? "" : "Content-Type: " + payloadType + "\r\n";
        this.head = utf8(begin + "\"manifest\"\r\nContent-Type: application/json\r\n\r\n" + manifest + "\r\n" + begin
                + "\"payload\"\r\n" + type + "\r\n");
        this.tail = utf8("\r\n--" + boundary + "--\r\n");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The form of an artefact that has a manifest; null where it has none, and so needs no form. */
    static @Nullable Form of(SurfaceClient.NewArtefact artefact) {
        String manifest = artefact.manifest();
        return manifest == null
                ? null
                : new Form(
                        manifest,
                        artefact.contentType() == null
                                ? null
                                : artefact.contentType().value());
    }

    String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    /** Bytes beside the payload's. */
    long length() {
        return (long) head.length + tail.length;
    }

    /** The whole body. */
    InputStream around(InputStream payload) {
        return new SequenceInputStream(Collections.enumeration(
                List.of(new ByteArrayInputStream(head), payload, new ByteArrayInputStream(tail))));
    }
}
