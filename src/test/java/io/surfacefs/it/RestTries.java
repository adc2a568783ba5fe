package io.surfacefs.it;

import static io.surfacefs.it.Spellings.pick;

import io.surfacefs.it.Estate.Item;
import io.surfacefs.it.RawHttp.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Tries of one tenant to get at, or to learn of, what another has, over REST. Each is made by chance, the same for the
 * same number. Thread-safe.
 */
final class RestTries {
    /**
     * A try.
     *
     * @param what by which trick
     * @param absent the same about something that nobody has; null where there is no such thing
     * @param item what is asked about
     * @param mayAnswer whether 2xx is a lawful answer, as long as it is about the caller's own
     * @param lawful the same by who may: each must be 2xx
     * @param shown what an answer to the last of these must show, null for nothing
     */
    record Try(
            String what,
            Request bad,
            Request absent,
            Item item,
            boolean mayAnswer,
            List<Request> lawful,
            String shown) {}

    private final Estate own;
    private final List<Estate> victims;
    private final BadTokens tokens;
    private final String bearer;

    RestTries(Estate own, List<Estate> victims, BadTokens tokens) {
        this.own = own;
        this.victims = victims;
        this.tokens = tokens;
        this.bearer = "Authorization: Bearer " + tokens.good(own.tenant);
    }

    Try make(Random random) {
        Estate victim = pick(random, victims);
        Item item = victim.any(random);
        return switch (random.nextInt(11)) {
            case 0 -> foreignTenant(random, item);
            case 1 -> badToken(random, item);
            case 2, 3 -> spelledTenant(random, item);
            case 4 -> climbingName(random, item);
            case 5 -> header(random, item);
            case 6 -> pointer(random, item);
            case 7 -> pageToken(random, victim);
            case 8, 9 -> ownPath(random, item);
            default -> body(random, item);
        };
    }

    private Try foreignTenant(Random random, Item item) {
        RestOps op = RestOps.any(random);
        return tried(
                "the path of another tenant: " + op,
                op.request(item.tenant(), item, caller(random)),
                item,
                false,
                op,
                random);
    }

    private Try badToken(Random random, Item item) {
        RestOps op = RestOps.any(random);
        String field = tokens.authorization(random, item.tenant());
        List<String> headers = new ArrayList<>();
        if (field != null) {
            headers.add("Authorization: " + field);
        }
        if (random.nextInt(8) == 0) {
            headers.add(bearer);
        }
        return tried(
                "a token that isn't good: " + op + " " + field,
                op.request(item.tenant(), item, headers),
                item,
                false,
                op,
                random);
    }

    private Try spelledTenant(Random random, Item item) {
        RestOps op = RestOps.any(random);
        String tenant = Spellings.inPath(random, own.tenant, item.tenant());
        Request bad = op.request(tenant, item, caller(random));
        return tried("a tenant's name in disguise: " + op, bad, item, false, op, random);
    }

    private Try climbingName(Random random, Item item) {
        String hex = item.hex();
        String base = Estate.base(own.tenant);
        String target = switch (random.nextInt(6)) {
            case 0 ->
                base + "manifests/" + Spellings.climbing(random, item.tenant(), item.kind()) + "/" + item.digest();
            case 1 ->
                base + "payloads/" + item.kind() + "/"
                        + Spellings.climbing(random, item.tenant(), item.kind() + "/sha256:" + hex);
            case 2 -> base + "scans/" + Spellings.climbing(random, item.tenant(), item.scan()) + "/manifest";
            case 3 -> base + "cache/" + item.kind() + "/" + Spellings.climbing(random, item.tenant(), hex);
            case 4 -> base + "cache/" + Spellings.climbing(random, item.tenant(), item.kind()) + "/" + hex;
            default ->
                base + Spellings.climbing(random, item.tenant(), "manifests/" + item.kind() + "/" + item.digest());
        };
        String method = pick(random, List.of("GET", "GET", "HEAD", "PUT", "DELETE"));
        RestOps twin = switch (method) {
            case "PUT" -> RestOps.PUT_PAYLOAD;
            case "DELETE" -> RestOps.DELETE_ENTRY;
            default -> RestOps.GET_PAYLOAD;
        };
        return tried(
                "a name that climbs: " + method, RestOps.of(method, target, caller(random)), item, false, twin, random);
    }

    private Try header(Random random, Item item) {
        RestOps op = RestOps.any(random);
        String name =
                pick(random, List.of("X-Stella-Tenant", "X-StellaOps-Tenant", "x-stella-tenant", "X-STELLA-TENANT"));
        if (random.nextInt(3) == 0) {
            String value = pick(random, List.of(own.tenant, item.tenant(), own.tenant + ", " + item.tenant(), "*"));
            Request bad = op.request(item.tenant(), item, headers(name + ": " + value));
            return tried("another tenant's path, a tenant's header: " + op, bad, item, false, op, random);
        }
        Item mine = mine(random, op);
        if (random.nextBoolean()) {
            String value = random.nextBoolean()
                    ? item.tenant()
                    : Spellings.percent(Spellings.inPath(random, own.tenant, item.tenant()));
            List<String> headers = headers(name + ": " + value.replaceAll("[\\r\\n]", ""));
            if (random.nextBoolean()) {
                headers.add(random.nextInt(headers.size() + 1), "X-Stella-Tenant: " + own.tenant);
            }
            return new Try(
                    "a tenant's header that disagrees: " + op,
                    op.request(own.tenant, mine, headers),
                    null,
                    item,
                    false,
                    lawful(op, mine, random),
                    shown(op));
        }
        String path = op.request(item.tenant(), item, List.of()).target();
        String rewrite = pick(
                random,
                List.of(
                        "X-Original-URL",
                        "X-Rewrite-URL",
                        "X-Forwarded-Prefix",
                        "X-Forwarded-Path",
                        "X-Original-URI",
                        "Forwarded",
                        "X-Tenant",
                        "X-Tenant-Id",
                        "X-HTTP-Method-Override",
                        "X-Forwarded-Uri",
                        "Content-Location",
                        "Referer"));
        String value = rewrite.startsWith("X-Tenant") ? item.tenant() : path;
        return new Try(
                "a header that would rewrite: " + op,
                op.request(own.tenant, mine, headers(rewrite + ": " + value)),
                null,
                item,
                true,
                lawful(op, mine, random),
                null);
    }

    private Try pointer(Random random, Item item) {
        Item mine = own.any(random);
        String theirs = random.nextBoolean() ? item.payloadName() : item.manifestName();
        String hex = item.hex();
        String uri = switch (random.nextInt(12)) {
            case 0 -> "cas://surface-cache/" + theirs;
            case 1 -> "cas://b/" + "prefix/".repeat(random.nextInt(4)) + theirs;
            case 2 -> "cas://" + theirs;
            case 3 -> "cas://b/" + mine.payloadName() + "/" + theirs;
            case 4 -> "cas://b/" + theirs + "/" + mine.payloadName().replace(mine.hex(), mine.hex() + "0");
            case 5 -> "cas://b/" + mine.payloadName().replace("payload.json.zst", "../".repeat(6) + theirs);
            case 6 -> "CAS://b/" + theirs;
            case 7 -> "cas://b/" + theirs.replace(item.tenant(), Spellings.inPath(random, own.tenant, item.tenant()));
            case 8 ->
                "cas://b/manifests/" + item.tenant() + "/" + hex.substring(0, 2) + "/" + hex.substring(2, 4) + "/" + hex
                        + ".json";
            case 9 -> "file:///" + theirs;
            case 10 -> "cas://b/index/" + item.tenant() + "/scan/" + item.scan() + "/" + item.kind() + "/" + hex;
            default ->
                "cas://b/cache/" + item.kind() + "/" + item.tenant() + "/" + hex.substring(0, 2) + "/" + hex + ".zst";
        };
        String target = RestOps.pointed(Estate.base(own.tenant), uri);
        if (random.nextInt(4) == 0) {
            String first = RestOps.pointed(Estate.base(own.tenant), "cas://b/" + mine.payloadName());
            target = first + "&" + target.substring(target.indexOf("uri="));
        }
        Request bad = RestOps.of(random.nextInt(4) == 0 ? "HEAD" : "GET", target, caller(random));
        return tried("another's pointer", bad, item, false, RestOps.GET_POINTED_PAYLOAD, random);
    }

    private Try pageToken(Random random, Estate victim) {
        String filter = pick(random, Estate.filters(victim.items.getFirst()));
        String mineFilter = pick(random, Estate.filters(own.items.getFirst()));
        String otherFilter = pick(random, Estate.filters(own.items.getLast()));
        String theirs = victim.pageTokens.get(filter);
        String mine = own.pageTokens.get(mineFilter);
        String token = switch (random.nextInt(6)) {
            case 0 -> theirs;
            case 1 -> spliced(mine, theirs);
            case 2 -> spliced(theirs, mine);
            case 3 -> flipped(random, mine);
            case 4 -> placed(mine, pick(random, victim.items));
            default -> theirs.substring(random.nextInt(theirs.length()));
        };
        String list = Estate.base(own.tenant) + "manifests?page_size=" + (1 + random.nextInt(5));
        Request bad = RestOps.of("GET", list + otherFilter + "&page_token=" + token, caller(random));
        boolean same = token.equals(mine) && otherFilter.equals(mineFilter);
        Request good = RestOps.of("GET", list + mineFilter + "&page_token=" + mine, caller(random));
        return new Try(
                "a page token of another listing", bad, null, own.items.getFirst(), same, List.of(good), own.word);
    }

    /** About another's things below the own path: whatever is answered, it is the same as about nobody's. */
    private Try ownPath(Random random, Item item) {
        RestOps op = pick(
                random,
                List.of(
                        RestOps.GET_MANIFEST,
                        RestOps.HEAD_MANIFEST,
                        RestOps.GET_PAYLOAD,
                        RestOps.HEAD_PAYLOAD,
                        RestOps.LIST,
                        RestOps.FIND_MISSING,
                        RestOps.BATCH_GET,
                        RestOps.PREFETCH,
                        RestOps.GET_SCAN,
                        RestOps.GET_SURFACE,
                        RestOps.GET_ENTRY,
                        RestOps.HEAD_ENTRY,
                        RestOps.PUT_MANIFEST,
                        RestOps.DELETE_MANIFEST));
        List<String> headers = caller(random);
        switch (random.nextInt(6)) {
            case 0 -> headers.add("If-None-Match: \"" + item.digest() + "\"");
            case 1 -> headers.add("If-None-Match: *");
            case 2 -> headers.add("Range: bytes=" + random.nextInt(2000) + "-");
            case 3 -> headers.add("If-Match: \"" + item.digest() + "\"");
            case 4 -> headers.add("Accept-Encoding: zstd;q=0." + random.nextInt(10));
            default -> headers.add("If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT");
        }
        boolean batch =
                op == RestOps.LIST || op == RestOps.FIND_MISSING || op == RestOps.BATCH_GET || op == RestOps.PREFETCH;
        return tried(
                "another's thing below the own path: " + op,
                op.request(own.tenant, item, headers),
                item,
                batch,
                op,
                random);
    }

    private Try body(Random random, Item item) {
        Item mine = own.any(random);
        String base = Estate.base(own.tenant);
        String manifest = base + "manifests/" + mine.kind() + "/" + mine.digest();
        String theirs = mine.manifest(item.tenant());
        String twice =
                mine.manifest(own.tenant).replace("\"tenant\"", "\"tenant\":\"" + item.tenant() + "\",\"tenant\"");
        String escaped = theirs.replace("\"tenant\"", "\"t\\u0065nant\"");
        String scan = mine.scanManifest().replaceFirst("\\{", "{\"tenant\":\"" + item.tenant() + "\",");
        String kind = "{\"keys\":[{\"kind\":\"../" + item.tenant() + "/" + item.kind() + "\",\"digest\":\""
                + item.digest() + "\"}]}";
        List<String> caller = caller(random);
        Request bad = switch (random.nextInt(8)) {
            case 0 -> RestOps.json("PUT", manifest, theirs, caller);
            case 1 -> RestOps.json("PUT", manifest, twice, caller);
            case 2 -> RestOps.json("PUT", manifest, escaped, caller);
            case 3 -> RestOps.form(manifest, theirs, mine.content(), caller);
            case 4 -> RestOps.form(manifest, item.manifest(null), item.content(), caller);
            case 5 -> RestOps.json("PUT", base + "scans/" + mine.scan() + "/manifest", scan, caller);
            case 6 ->
                RestOps.json(
                        "POST",
                        base
                                + pick(
                                        random,
                                        List.of("manifests:findMissing", "manifests:batchGet", "artefacts:prefetch")),
                        kind,
                        caller);
            default ->
                RestOps.body("PUT", base + "payloads/" + item.kind() + "/" + item.digest(), mine.content(), caller);
        };
        RestOps twin = pick(random, List.of(RestOps.PUT_MANIFEST, RestOps.PUT_FORM, RestOps.PUT_SCAN));
        return tried("a body that names another tenant", bad, item, false, twin, random);
    }

    private Try tried(String what, Request bad, Item item, boolean mayAnswer, RestOps twin, Random random) {
        return new Try(
                what,
                bad,
                Parity.absent(bad, item),
                item,
                mayAnswer,
                lawful(twin, mine(random, twin), random),
                shown(twin));
    }

    private String shown(RestOps op) {
        return op.shows() ? own.word : null;
    }

    /** Something of the caller's own; for what deletes, something that nothing else of the tries needs. */
    private Item mine(Random random, RestOps op) {
        if (!op.deletes()) {
            return own.any(random);
        }
        byte[] content = ("spare " + random.nextLong()).getBytes(StandardCharsets.UTF_8);
        Item like = own.any(random);
        return new Item(
                own.tenant,
                own.word,
                like.kind(),
                content,
                Rest.digest(content).substring(7),
                like.image(),
                like.scan());
    }

    private List<Request> lawful(RestOps op, Item mine, Random random) {
        Request request = op.request(own.tenant, mine, caller(random));
        if (!op.deletes()) {
            return List.of(request);
        }
        RestOps before = op == RestOps.DELETE_ENTRY ? RestOps.PUT_ENTRY : RestOps.PUT_SHOT;
        return List.of(before.request(own.tenant, mine, caller(random)), request);
    }

    private List<String> caller(Random random) {
        return random.nextInt(4) == 0 ? headers("X-Stella-Tenant: " + own.tenant) : headers();
    }

    private List<String> headers(String... more) {
        List<String> headers = new ArrayList<>(List.of(bearer));
        headers.addAll(List.of(more));
        return headers;
    }

    private static String spliced(String check, String position) {
        return check.substring(0, 21) + position.substring(21);
    }

    private static String flipped(Random random, String token) {
        byte[] bytes = Base64.getUrlDecoder().decode(token);
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A token of ours that stands at a place in another's listing. */
    private static String placed(String token, Item item) {
        byte[] check = java.util.Arrays.copyOf(Base64.getUrlDecoder().decode(token), 16);
        byte[] place = (item.kind() + "/" + item.hex()).getBytes(StandardCharsets.UTF_8);
        String hex = HexFormat.of().formatHex(check) + HexFormat.of().formatHex(place);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(HexFormat.of().parseHex(hex));
    }
}
