package io.surfacefs.kit;

import io.surfacefs.model.Timestamp;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Writes a kit's index in RFC 8785 form as its entries become known. Not thread-safe. */
final class IndexWriter {
    static final String SCHEMA = "stellaops.surface.kit@1";

    /** What the time is of a kit that carries nothing. */
    private static final Timestamp BEGIN = new Timestamp("1970-01-01T00:00:00Z");

    private final OutputStream out;
    private @Nullable String last;
    private Timestamp latest = BEGIN;

    IndexWriter(OutputStream out) throws IOException {
        this.out = out;
        write("{\"entries\":[");
    }

    /**
     * Adds an entry.
     *
     * @param made createdAt of its manifest, generatedAt of a scan manifest
     */
    void add(KitEntry entry, Timestamp made) throws IOException {
        String path = entry.manifestPath();
        if (last != null) {
            if (path.compareTo(last) <= 0) {
                throw new IllegalStateException(path + " does not come behind " + last);
            }
            out.write(',');
        }
        last = path;
        latest = later(latest, made);
        out.write(entry.json());
    }

    private static Timestamp later(Timestamp a, Timestamp b) {
        Comparator<Timestamp> order = Comparator.comparing(Timestamp::instant).thenComparing(Timestamp::text);
        return order.compare(a, b) < 0 ? b : a;
    }

    /** Ends the index; the stream stays open. */
    void finish(@Nullable Timestamp generatedAt, long version) throws IOException {
        Timestamp at = generatedAt == null ? latest : generatedAt;
        write("],\"generatedAt\":\"" + at.text() + "\",\"kitVersion\":" + version + ",\"schema\":\"" + SCHEMA + "\"}");
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
