package io.surfacefs.kit;

import io.surfacefs.client.Documents;
import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;

/**
 * A process that exports, verifies and imports a kit of as many scan manifests as it is told, from nowhere to nowhere.
 */
final class LargeKit {
    private static final Tenant ACME = new Tenant("acme");
    private static final int PAGE = 500;

    private LargeKit() {}

    /** @param arguments how many, and the tar that is written */
    public static void main(String[] arguments) throws IOException {
        int count = Integer.parseInt(arguments[0]);
        Path tar = Path.of(arguments[1]);
        byte[] digests = sorted(count);
        SurfaceClient client = client(count, digests);
        try (KitTarget target = KitTarget.create(tar)) {
            KitExport.Result out = KitExport.run(client, target, Site.all(1), done -> {});
            System.out.println("exported " + out.entries());
        }
        try (Kit kit = Kit.open(tar)) {
            KitReport verified = KitVerify.run(kit, KitTrust.NONE, 4, done -> {});
            System.out.println("verified " + verified.good() + ", bad " + verified.bad());
            KitImport.Options options = new KitImport.Options(false, KitTrust.NONE, 4);
            long[] told = {0};
            KitReport foreseen = KitPreview.run(kit, client, options, one -> told[0]++, done -> {});
            System.out.println("foreseen " + told[0] + ", bad " + foreseen.bad());
            KitReport report = KitImport.run(kit, client, options, done -> {});
            System.out.println("imported " + report.good() + ", bad " + report.bad());
        }
    }

    private static String image(int number) {
        return HexFormat.of().toHexDigits(number).repeat(8);
    }

    /** A scan manifest in its RFC 8785 form. */
    private static byte[] json(int number) {
        return ("{\"artifacts\":[],\"generatedAt\":\"2025-11-05T12:00:00Z\",\"imageDigest\":\"sha256:" + image(number)
                        + "\",\"scanId\":\"scan-" + number + "\",\"schema\":\"" + ManifestCodec.SCHEMA
                        + "\",\"tenant\":\"acme\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The numbers, 4 bytes each, in the order of their manifests' digests. */
    private static byte[] sorted(int count) throws IOException {
        byte[] order = new byte[count * 4];
        try (SortedRows rows = new SortedRows(2)) {
            for (int i = 0; i < count; i++) {
                byte[] digest = ManifestCodec.digestOf(json(i)).bytes();
                rows.add(ByteBuffer.wrap(digest).getLong() ^ Long.MIN_VALUE, i);
            }
            rows.freeze();
            SortedRows.Cursor cursor = rows.new Cursor();
            ByteBuffer out = ByteBuffer.wrap(order);
            for (long[] row = cursor.next(); row != null; row = cursor.next()) {
                out.putInt((int) row[1]);
            }
        }
        return order;
    }

    private static ManifestDocument document(byte[] order, int place) {
        return Documents.of(json(ByteBuffer.wrap(order).getInt(place * Integer.BYTES)));
    }

    /** The manifest that a key stands for. */
    private static byte[] find(byte[] order, ArtefactKey key) {
        ByteBuffer numbers = ByteBuffer.wrap(order);
        long wanted = ByteBuffer.wrap(key.digest().bytes()).getLong();
        int low = 0;
        int high = order.length / Integer.BYTES - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            byte[] json = json(numbers.getInt(middle * Integer.BYTES));
            int side = Long.compareUnsigned(
                    ByteBuffer.wrap(ManifestCodec.digestOf(json).bytes()).getLong(), wanted);
            if (side == 0) {
                return json;
            }
            low = side < 0 ? middle + 1 : low;
            high = side > 0 ? middle - 1 : high;
        }
        throw new IllegalArgumentException("there is no " + key);
    }

    private static ArtefactKey key(byte[] json) {
        return new ArtefactKey(ACME, Kind.SURFACE_MANIFEST, ManifestCodec.digestOf(json));
    }

    /** A service that has them all and takes them all. */
    private static SurfaceClient client(int count, byte[] order) {
        return (SurfaceClient) Proxy.newProxyInstance(
                LargeKit.class.getClassLoader(),
                new Class<?>[] {SurfaceClient.class},
                (self, method, given) -> switch (method.getName()) {
                    case "index" -> index(count, (String) given[1]);
                    case "list" -> list(count, order, (SurfaceClient.Query) given[0]);
                    case "missing" -> given[1];
                    case "manifest" -> Documents.of(find(order, (ArtefactKey) given[0]));
                    case "copy" ->
                        new SurfaceClient.PutAnswer(
                                Documents.of(((SurfaceClient.CopiedArtefact) given[0]).json()), true);
                    case "kitVersion" -> OptionalLong.empty();
                    case "kitImported" -> given[1];
                    case "foresee" -> null;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static SurfaceClient.IndexPage index(int count, String after) {
        int from = after.isEmpty() ? 0 : Integer.parseInt(after);
        int to = Math.min(count, from + PAGE);
        List<IndexEntry> entries = new ArrayList<>();
        for (int i = from; i < to; i++) {
            ArtefactKey key = key(json(i));
            entries.add(new IndexEntry(key, new Digest(image(i)), null));
            entries.add(new IndexEntry(key, null, new ScanId("scan-" + i)));
        }
        return new SurfaceClient.IndexPage(entries, to == count ? null : Integer.toString(to));
    }

    private static SurfaceClient.Page list(int count, byte[] order, SurfaceClient.Query query) {
        if (query.kind() == null) {
            return new SurfaceClient.Page(List.of(), null);
        }
        int from = query.pageToken().isEmpty() ? 0 : Integer.parseInt(query.pageToken());
        int to = Math.min(count, from + PAGE);
        List<ManifestDocument> page = new ArrayList<>();
        for (int i = from; i < to; i++) {
            page.add(document(order, i));
        }
        return new SurfaceClient.Page(page, to == count ? null : Integer.toString(to));
    }
}
