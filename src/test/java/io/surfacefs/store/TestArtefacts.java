package io.surfacefs.store;

import com.github.luben.zstd.Zstd;
import io.surfacefs.codec.CodecPool;
import io.surfacefs.codec.EncodedUpload;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.PayloadReader;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.codec.UploadEncoder;
import io.surfacefs.codec.UploadLimits;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.Representation;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Source;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes artefacts as the service would, for tests of what lies below it. */
public final class TestArtefacts {
    public static final Tenant ACME = new Tenant("acme");
    public static final Kind SBOM = new Kind("sbom.fragment");
    public static final Digest IMAGE = new Digest("1".repeat(64));
    public static final ScanId SCAN = new ScanId("scan-1");
    public static final CodecPool POOL = new CodecPool(2);
    public static final ManifestCodec CODEC = new ManifestCodec(1 << 20);
    public static final StoredVerifier VERIFIER = new StoredVerifier(POOL);

    private TestArtefacts() {}

    /** A payload of text that no other seed gives. */
    public static byte[] text(int seed, int size) {
        StringBuilder text = new StringBuilder(size + 32);
        Random random = new Random(seed);
        while (text.length() < size) {
            text.append("{\"seed\":")
                    .append(seed)
                    .append(",\"n\":")
                    .append(random.nextInt(1000))
                    .append("}\n");
        }
        return text.substring(0, size).getBytes(StandardCharsets.UTF_8);
    }

    /** A payload that does not compress. */
    public static byte[] noise(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    public static ArtefactKey key(byte[] payload) {
        return key(ACME, payload);
    }

    public static ArtefactKey key(Tenant tenant, byte[] payload) {
        return new ArtefactKey(tenant, SBOM, ManifestCodec.digestOf(payload));
    }

    /** The payload as an upload leaves it, in memory. */
    public static ArtefactStore.Received received(byte[] payload) {
        return received(new ByteArrayInputStream(payload), Representation.IDENTITY);
    }

    /** The payload in frames that somebody else made, so that its stored bytes are others than ours. */
    public static ArtefactStore.Received receivedEncodedElsewhere(byte[] payload) {
        byte[] zstd = Zstd.compress(payload, 9);
        return received(new ByteArrayInputStream(zstd), Representation.ZSTD);
    }

    private static ArtefactStore.Received received(ByteArrayInputStream body, Representation sent) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            EncodedUpload encoded = new UploadEncoder(POOL, UploadLimits.DEFAULT)
                    .encode(body, sent, new MediaType("application/json"), out::write, Map.of());
            return new ArtefactStore.Received(new BlobSource.Bytes(out.toByteArray()), encoded.payload());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Fills manifests as the service does. */
    public static ArtefactStore.Maker filled(ArtefactKey key, @Nullable Timestamp expiresAt) {
        return facts -> CODEC.fill(
                null, key, new Source("test", IMAGE, SCAN), expiresAt, facts, Instant.parse("2025-10-29T12:00:00Z"));
    }

    public static final ArtefactStore.Index INDEX = new ArtefactStore.Index(Set.of(IMAGE), Set.of(SCAN));

    public static ArtefactStore.Committed<ArtefactManifest> put(ArtefactStore store, byte[] payload) {
        ArtefactKey key = key(payload);
        return store.commit(key, received(payload), filled(key, null), INDEX);
    }

    /** All raw bytes of a payload, or null when it isn't there. */
    public static byte @Nullable [] read(ArtefactStore store, ArtefactKey key) {
        try (ArtefactStore.OpenPayload open = store.payload(key)) {
            return open == null ? null : raw(open);
        }
    }

    /** All raw bytes of an open payload. */
    public static byte[] raw(ArtefactStore.OpenPayload open) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PayloadReader reader = PayloadReader.open(
                POOL, open.bytes(), open.facts(), ByteRange.whole(open.facts().rawSize()))) {
            for (var block = reader.next(); block != null; block = reader.next()) {
                out.write(block.array(), block.offset(), block.length());
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
