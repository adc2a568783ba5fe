package io.surfacefs.codec;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The known members of a scan manifest, and the order of the artefacts that it lists. */
final class ScanMembers {
    private static final Comparator<Artefact> ORDER = Comparator.comparing(Artefact::kind)
            .thenComparing(Artefact::view, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Artefact::digest)
            // Equal by the contract's order, but two clients that list the same must get one digest.
            .thenComparing(a -> CanonicalJson.write(a.members().tree()), Arrays::compareUnsigned);

    private ScanMembers() {}

    private record Artefact(Kind kind, @Nullable String view, Digest digest, Members members) {}

    /** The types of a manifest to which nothing is to be added. */
    static ScanManifest completeScan(Members members, byte[] canonical, Digest digest, Tenant tenant) {
        members.required("schema", members.string("schema"));
        members.required("tenant", members.string("tenant"));
        if (!sortedArtefacts(members).equals(members.list("artifacts"))) {
            throw members.wrong("artifacts", "not sorted by kind, view and digest");
        }
        return scan(members, canonical, digest, tenant);
    }

    /** The types of a manifest whose bytes and digest are known. */
    static ScanManifest scan(Members members, byte[] canonical, Digest digest, Tenant tenant) {
        checkSource(members.object("source"));
        return new ScanManifest(
                canonical,
                digest,
                tenant,
                members.required("scanId", members.string("scanId", ScanId::new)),
                members.required("generatedAt", members.string("generatedAt", Timestamp::new)),
                members.string("expiresAt", Timestamp::new),
                members.string("imageDigest", Digest::parse),
                keys(members, tenant));
    }

    static byte[] surfaceBlock(ScanManifest manifest) {
        // Both values need no escapes, and the names stand in canonical order.
        String tail = ",\"manifestDigest\":\"" + manifest.digest() + "\",\"manifestUri\":\""
                + ObjectNames.manifestUri(manifest.key()) + "\"}";
        byte[] head = "{\"manifest\":".getBytes(StandardCharsets.US_ASCII);
        byte[] end = tail.getBytes(StandardCharsets.US_ASCII);
        byte[] body = manifest.canonical();
        ByteArrayOutputStream block = new ByteArrayOutputStream(head.length + body.length + end.length);
        block.writeBytes(head);
        block.writeBytes(body);
        block.writeBytes(end);
        return block.toByteArray();
    }

    /** The entries by (kind, view, digest), an absent view first. */
    static List<@Nullable Object> sortedArtefacts(Members manifest) {
        List<Artefact> artefacts = read(manifest);
        artefacts.sort(ORDER);
        List<@Nullable Object> sorted = new ArrayList<>(artefacts.size());
        for (Artefact artefact : artefacts) {
            sorted.add(artefact.members().tree());
        }
        return sorted;
    }

    /** The keys of the entries, in the manifest's order. */
    private static List<ArtefactKey> keys(Members manifest, Tenant tenant) {
        List<ArtefactKey> keys = new ArrayList<>();
        for (Artefact artefact : read(manifest)) {
            keys.add(new ArtefactKey(tenant, artefact.kind(), artefact.digest()));
        }
        return keys;
    }

    /** Looks at the known members of a scan manifest's source. */
    private static void checkSource(Members source) {
        source.string("component");
        source.string("version");
        source.string("workerInstance");
        source.size("attempt");
    }

    private static List<Artefact> read(Members manifest) {
        List<?> entries = manifest.required("artifacts", manifest.list("artifacts"));
        List<Artefact> artefacts = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            artefacts.add(artefact(manifest.element("artifacts", i, entries.get(i))));
        }
        return artefacts;
    }

    private static Artefact artefact(Members entry) {
        Kind kind = entry.required("kind", entry.string("kind", Kind::new));
        if (kind.isSurfaceManifest()) {
            throw entry.wrong("kind", "reserved for scan manifests");
        }
        entry.string("uri");
        entry.string("mediaType");
        entry.string("format");
        entry.size("sizeBytes");
        entry.object("storage");
        entry.object("metadata");
        Digest digest = entry.required("digest", entry.string("digest", Digest::parse));
        return new Artefact(kind, entry.string("view"), digest, entry);
    }
}
