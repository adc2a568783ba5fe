package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.surfacefs.it.RawHttp.Answer;
import io.surfacefs.it.RawHttp.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one tenant has in a store, of the same kinds for every tenant: artefacts, scans, cache entries, page tokens.
 * Everything in it carries a word that is nobody else's, so that it is known wherever it comes out. Immutable.
 */
final class Estate {
    static final List<String> KINDS = List.of("sbom.fragment", "entrytrace.graph", "layer.fragments");
    private static final int OF_A_KIND = 3;
    private static final Pattern NEXT = Pattern.compile("\"nextPageToken\":\"([^\"]+)\"");

    /**
     * An artefact with the image, the scan and the cache entry that go with it.
     *
     * @param hex of its digest; the cache entry has the same
     */
    record Item(String tenant, String word, String kind, byte[] content, String hex, String image, String scan) {
        String digest() {
            return "sha256:" + hex;
        }

        /** The pointer to the payload, below any bucket. */
        String payloadName() {
            return "tenants/" + tenant + "/" + kind + "/sha256/" + hex.substring(0, 2) + "/" + hex.substring(2, 4) + "/"
                    + hex + "/payload.json.zst";
        }

        /** The name of the manifest, below any bucket. */
        String manifestName() {
            return "tenants/" + tenant + "/" + kind + "/" + hex.substring(0, 2) + "/" + hex + ".json";
        }

        /** A scan manifest that lists the artefact, as a client of this tenant sends it. */
        String scanManifest() {
            return "{\"imageDigest\":\"" + image + "\",\"source\":{\"component\":\"" + word
                    + "\"},\"artifacts\":[{\"kind\":\"" + kind + "\",\"digest\":\"" + digest()
                    + "\",\"uri\":\"cas://surface-cache/" + payloadName() + "\",\"metadata\":{\"note\":\"" + word
                    + "\"}}]}";
        }

        /** The artefact's manifest, as a client sends it. */
        String manifest(String tenantInIt) {
            return "{\"kind\":\"" + kind + "\",\"digest\":\"" + digest() + "\""
                    + (tenantInIt == null ? "" : ",\"tenant\":\"" + tenantInIt + "\"") + ",\"source\":{\"scanId\":\""
                    + scan + "\",\"imageDigest\":\"" + image + "\",\"scannerBuild\":\"" + word + "\"}}";
        }
    }

    final String tenant;
    final String word;
    final List<Item> items;
    /** Tokens of second pages, by the filters of the listing. */
    final Map<String, String> pageTokens;

    private Estate(String tenant, String word, List<Item> items, Map<String, String> pageTokens) {
        this.tenant = tenant;
        this.word = word;
        this.items = List.copyOf(items);
        this.pageTokens = Map.copyOf(pageTokens);
    }

    /** Puts a tenant's things into a store, by a token that may do so. */
    static Estate settle(KeptHttp http, String tenant, String token) throws IOException {
        String word = "canary-of-" + tenant.replace('.', '-') + "-" + Long.toHexString(tenant.hashCode() & 0xffffffffL);
        String bearer = "Authorization: Bearer " + token;
        List<Item> items = new ArrayList<>();
        for (String kind : KINDS) {
            for (int i = 0; i < OF_A_KIND; i++) {
                Item item = item(tenant, word, kind, i);
                items.add(item);
                put(http, item, bearer);
            }
        }
        Map<String, String> tokens = new LinkedHashMap<>();
        for (String filter : filters(items.getFirst())) {
            Answer page = http.send(Request.get(base(tenant) + "manifests?page_size=1" + filter, bearer));
            Matcher next = NEXT.matcher(page.text());
            assertEquals(true, next.find(), page::text);
            tokens.put(filter, next.group(1));
        }
        return new Estate(tenant, word, items, tokens);
    }

    /** Filters of listings that have a second page. */
    static List<String> filters(Item item) {
        return List.of("", "&kind=" + item.kind(), "&image_digest=" + item.image(), "&scan_id=all-of-" + item.tenant());
    }

    static String base(String tenant) {
        return "/api/v1/tenants/" + tenant + "/";
    }

    Item any(Random random) {
        return items.get(random.nextInt(items.size()));
    }

    private static Item item(String tenant, String word, String kind, int number) {
        String text = (word + " " + kind + " " + number + "\n").repeat(20 + number);
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        String image = Rest.digest(("image " + tenant).getBytes(StandardCharsets.UTF_8));
        String hex = Rest.digest(content).substring("sha256:".length());
        return new Item(tenant, word, kind, content, hex, image, "scan-" + tenant + "-" + kind + "-" + number);
    }

    private static void put(KeptHttp http, Item item, String bearer) throws IOException {
        String base = base(item.tenant());
        Request artefact = Request.of(
                "POST",
                base + "artefacts/" + item.kind(),
                item.content(),
                bearer,
                "Content-Type: text/" + item.word(),
                "Surface-Scan-Id: " + item.scan(),
                "Surface-Scan-Id: all-of-" + item.tenant(),
                "Surface-Image-Digest: " + item.image(),
                "Surface-Scanner-Build: " + item.word());
        assertEquals(201, http.send(artefact).status());
        Request scan = Request.of("PUT", base + "scans/" + item.scan() + "/manifest", item.scanManifest(), bearer);
        assertEquals(201, http.send(scan).status());
        Request entry = Request.of(
                "PUT",
                base + "cache/" + item.kind() + "/" + item.hex(),
                item.content(),
                bearer,
                "Content-Type: text/" + item.word());
        assertEquals(204, http.send(entry).status());
    }

    /** All that the tenant sees of what it has: answers by their paths. */
    Map<String, String> seen(KeptHttp http, String token) throws IOException {
        Map<String, String> seen = new TreeMap<>();
        String base = base(tenant);
        List<String> paths = new ArrayList<>(List.of("manifests?page_size=500"));
        for (Item item : items) {
            paths.add("manifests/" + item.kind() + "/" + item.digest());
            paths.add("payloads/" + item.kind() + "/" + item.digest());
            paths.add("cache/" + item.kind() + "/" + item.hex());
            paths.add("scans/" + item.scan() + "/surface");
            paths.add("manifests?scan_id=" + item.scan());
        }
        for (String path : paths) {
            Answer answer = http.send(Request.get(base + path, "Authorization: Bearer " + token));
            assertEquals(200, answer.status(), path);
            seen.put(path, answer.text());
        }
        return seen;
    }
}
