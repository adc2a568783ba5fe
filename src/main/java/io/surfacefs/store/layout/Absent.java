package io.surfacefs.store.layout;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.store.Spread;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Which of many keys have no manifest; where each look is a request, some at a time, of all callers together. */
final class Absent {
    private static final int AT_A_TIME = 32;

    private final Manifests manifests;
    private final boolean remote;
    private final Spread looks = new Spread(AT_A_TIME);

    Absent(Manifests manifests, boolean remote) {
        this.manifests = manifests;
        this.remote = remote;
    }

    List<ArtefactKey> of(Collection<ArtefactKey> keys) {
        if (!remote || keys.size() < 2) {
            return keys.stream().filter(key -> !manifests.exists(key)).toList();
        }
        List<Boolean> exist = looks.over(keys, manifests::exists);
        List<ArtefactKey> absent = new ArrayList<>();
        int i = 0;
        for (ArtefactKey key : keys) {
            if (!exist.get(i++)) {
                absent.add(key);
            }
        }
        return absent;
    }
}
