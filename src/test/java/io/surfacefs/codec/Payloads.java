package io.surfacefs.codec;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.Representation;
import io.surfacefs.model.StoredPayload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Random;

/** What the codec's tests do with payloads all the time. */
final class Payloads {
    static final MediaType JSON = new MediaType("application/json");

    private Payloads() {}

    /** Text that compresses about as well as scanner output does. */
    static byte[] text(int size, long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[size];
        int at = 0;
        while (at < size) {
            String line = "{\"path\":\"usr/lib/x86_64/" + random.nextInt(5000) + "/file" + random.nextInt(100)
                    + ".so\",\"sha256\":\"" + Long.toHexString(random.nextLong()) + "\"},\n";
            for (int i = 0; i < line.length() && at < size; i++) {
                bytes[at++] = (byte) line.charAt(i);
            }
        }
        return bytes;
    }

    static byte[] noise(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static EncodedUpload encode(CodecPool pool, Representation sent, byte[] body, StoredSink sink) {
        return encode(pool, UploadLimits.DEFAULT, sent, body, sink);
    }

    static EncodedUpload encode(
            CodecPool pool, UploadLimits limits, Representation sent, byte[] body, StoredSink sink) {
        try {
            return new UploadEncoder(pool, limits).encode(new ByteArrayInputStream(body), sent, JSON, sink, Map.of());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] read(CodecPool pool, StoredBytes stored, StoredPayload payload, ByteRange range) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PayloadReader reader = PayloadReader.open(pool, stored, payload, range)) {
            for (Block block = reader.next(); block != null; block = reader.next()) {
                out.write(block.array(), block.offset(), block.length());
                reader.recycle();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }
}
