package io.surfacefs.kit;

import io.surfacefs.app.Engine;
import io.surfacefs.client.LocalClient;
import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.config.TestSettings;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.signing.SigningKey;
import io.surfacefs.store.fs.FolderStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A store in a folder that kits go out of and come into. */
final class Site implements AutoCloseable {
    static final Tenant ACME = new Tenant("acme");
    static final Kind SBOM = new Kind("sbom.fragment");
    static final Digest IMAGE = ManifestCodec.digestOf(bytes("image"));
    static final Digest OTHER_IMAGE = ManifestCodec.digestOf(bytes("other image"));

    private final Engine engine;
    final SurfaceClient client;

    private Site(Path home, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("surface.home", home.toString());
        all.put("surface.retention.delete", "any");
        engine = Engine.open(TestSettings.of(all), FolderStore.Hold.OWNER, Events.NONE);
        client = new LocalClient(engine.access(), engine.artefacts(), engine.scans(), engine.admin());
    }

    static Site open(Path home) {
        return new Site(home, Map.of());
    }

    static Site open(Path home, String name, String value) {
        return new Site(home, Map.of(name, value));
    }

    static Site open(Path home, Map<String, String> settings) {
        return new Site(home, settings);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Some lines of JSON that compress. */
    static byte[] payload(int seed, int lines) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            text.append("{\"line\":")
                    .append(i)
                    .append(",\"seed\":")
                    .append(seed * 31 + i % 7)
                    .append("}\n");
        }
        return bytes(text.toString());
    }

    ManifestDocument put(Tenant tenant, Kind kind, byte[] payload, Digest image, String scan) {
        try {
            return client.put(
                            tenant,
                            new SurfaceClient.NewArtefact(
                                    kind, null, null, null, List.of(image), List.of(new ScanId(scan)), null, null),
                            new SurfaceClient.Content(new ByteArrayInputStream(payload), payload.length))
                    .manifest();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    ManifestDocument putScan(Tenant tenant, Digest image, String scan) {
        return client.putScan(tenant, new ScanId(scan), bytes("{\"artifacts\":[],\"imageDigest\":\"" + image + "\"}"))
                .manifest();
    }

    /** Two artefacts, one of them of several frames, one empty, and a scan manifest. */
    Site filled() {
        put(ACME, SBOM, payload(1, 20), IMAGE, "scan-1");
        put(ACME, SBOM, payload(2, 30_000), IMAGE, "scan-1");
        put(ACME, new Kind("layer.fragments"), payload(3, 200), OTHER_IMAGE, "scan-2");
        put(ACME, new Kind("runtime.delta"), new byte[0], OTHER_IMAGE, "scan-2");
        putScan(ACME, IMAGE, "scan-1");
        return this;
    }

    static KitExport.Options all(long version) {
        return new KitExport.Options(List.of(ACME), null, null, null, version, null, null, null, 4);
    }

    static KitExport.Options signed(long version, SigningKey key) {
        return new KitExport.Options(List.of(ACME), null, null, null, version, null, null, key, 4);
    }

    KitExport.Result export(Path place, KitExport.Options options) throws IOException {
        try (KitTarget target = KitTarget.create(place)) {
            return KitExport.run(client, target, options, done -> {});
        }
    }

    KitReport bring(Path place) throws IOException {
        return bring(place, new KitImport.Options(false, KitTrust.NONE, 4));
    }

    KitReport bring(Path place, KitImport.Options options) throws IOException {
        try (Kit kit = Kit.open(place)) {
            return KitImport.run(kit, client, options, done -> {});
        }
    }

    /** What an import would do, as a line each: the outcome, the key, and why. */
    KitReport foresee(Path place, KitImport.Options options, List<String> told) throws IOException {
        try (Kit kit = Kit.open(place)) {
            return KitPreview.run(kit, client, options, one -> told.add(line(one)), done -> {});
        }
    }

    private static String line(KitPreview.Foreseen one) {
        KitProblem problem = one.problem();
        return one.outcome() + " " + one.entry().key()
                + (problem == null ? "" : " " + problem.fault() + " " + problem.message())
                + (one.untrusted() == null ? "" : " " + one.untrusted());
    }

    boolean has(ArtefactKey key) {
        return client.missing(key.tenant(), List.of(key)).isEmpty();
    }

    OptionalLong kitVersion(Tenant tenant) {
        return client.kitVersion(tenant);
    }

    @Override
    public void close() {
        client.close();
        engine.close();
    }
}
