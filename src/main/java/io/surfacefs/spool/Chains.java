package io.surfacefs.spool;

import io.surfacefs.model.Tenant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The chains by key, those of artefacts in the order of pages too. Guarded by the gate. */
final class Chains {
    private final Map<SpoolKey, Chain> chains = new HashMap<>();
    /** Of artefacts, by tenant, kind and hex. */
    private final TreeMap<String, Chain> ordered = new TreeMap<>();

    private static String position(Tenant tenant, String position) {
        return tenant + "/" + position;
    }

    /** The chain of a key, made where there is none. */
    Chain at(SpoolKey key) {
        return chains.computeIfAbsent(key, k -> {
            Chain made = new Chain(k);
            if (!k.cache()) {
                ordered.put(position(k.tenant(), k.position()), made);
            }
            return made;
        });
    }

    @Nullable Chain find(SpoolKey key) {
        return chains.get(key);
    }

    void forgetIfIdle(Chain chain) {
        if (chain.entries.isEmpty() && !chain.claimed) {
            chains.remove(chain.key);
            if (!chain.key.cache()) {
                ordered.remove(position(chain.key.tenant(), chain.key.position()));
            }
        }
    }

    /**
     * Keys of a tenant's artefacts that have an entry which is wanted, in key order.
     *
     * @param after position behind which to begin, or empty
     */
    List<SpoolKey> listed(Tenant tenant, String after, int limit, Predicate<Entry> wanted) {
        List<SpoolKey> found = new ArrayList<>();
        String end = tenant + "0"; // the character behind the slash
        for (Chain chain :
                ordered.subMap(position(tenant, after), false, end, false).values()) {
            if (chain.entries.stream().anyMatch(wanted)) {
                found.add(chain.key);
                if (found.size() == limit) {
                    break;
                }
            }
        }
        return found;
    }
}
