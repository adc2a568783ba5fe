package io.surfacefs.store.layout;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import java.util.ArrayList;
import java.util.List;

/** Names of index entries, which are empty objects: what is indexed is told by the name alone. */
final class IndexNames {
    private IndexNames() {}

    static String image(Tenant tenant, Digest image) {
        return "index/" + tenant + "/image/" + image.hex() + "/";
    }

    static String scan(Tenant tenant, ScanId scan) {
        return "index/" + tenant + "/scan/" + scan + "/";
    }

    static String entry(String folder, ArtefactKey key) {
        return folder + key.kind() + "/" + key.digest().hex();
    }

    /** The entries of one artefact. */
    static List<BlobStore.Put> puts(ArtefactKey key, ArtefactStore.Index index) {
        List<BlobStore.Put> puts = new ArrayList<>();
        index.images().stream().sorted().forEach(image -> puts.add(put(image(key.tenant(), image), key)));
        index.scans().stream()
                .map(ScanId::value)
                .sorted()
                .forEach(scan -> puts.add(put(scan(key.tenant(), new ScanId(scan)), key)));
        return puts;
    }

    private static BlobStore.Put put(String folder, ArtefactKey key) {
        return new BlobStore.Put(BlobKey.manifest(entry(folder, key)), BlobSource.Bytes.EMPTY);
    }
}
