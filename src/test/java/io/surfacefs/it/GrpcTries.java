package io.surfacefs.it;

import static io.surfacefs.it.Spellings.pick;

import com.google.protobuf.Message;
import io.surfacefs.it.Estate.Item;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** As {@link RestTries}, over gRPC. Thread-safe. */
final class GrpcTries {
    /** A call: its name, its metadata as name and value by turns, its messages. */
    record Call(String name, List<String> metadata, List<Message> messages) {}

    /**
     * A try; the members as {@link RestTries.Try}'s.
     *
     * @param item what is asked about, null where it isn't to be compared
     */
    record Try(String what, Call bad, Call absent, Item item, boolean mayAnswer, List<Call> lawful, String shown) {}

    private final Estate own;
    private final List<Estate> victims;
    private final BadTokens tokens;
    private final String bearer;

    GrpcTries(Estate own, List<Estate> victims, BadTokens tokens) {
        this.own = own;
        this.victims = victims;
        this.tokens = tokens;
        this.bearer = "Bearer " + tokens.good(own.tenant);
    }

    Try make(Random random) {
        Estate victim = pick(random, victims);
        Item item = victim.any(random);
        Item absent = absent(item);
        GrpcOps op = GrpcOps.any(random);
        return switch (random.nextInt(8)) {
            case 0 -> about("another tenant: ", op, caller(random), item.tenant(), item, random);
            case 1 -> badToken(op, item, random);
            case 2, 3 -> {
                String tenant = Spellings.asText(random, own.tenant, item.tenant());
                yield about("a tenant's name in disguise: ", op, caller(random), tenant, item, random);
            }
            case 4 -> header(op, item, random);
            case 5 -> climbingName(op, item, random);
            case 6 -> page(victim, item, absent, random);
            default -> ownTenant(item, random);
        };
    }

    private Try about(String what, GrpcOps op, List<String> metadata, String tenant, Item item, Random random) {
        return tried(
                what + op,
                new Call(op.call(), metadata, op.messages(tenant, item)),
                new Call(op.call(), metadata, op.messages(tenant, absent(item))),
                item,
                false,
                op,
                random);
    }

    private Try badToken(GrpcOps op, Item item, Random random) {
        String field = tokens.authorization(random, item.tenant());
        List<String> metadata = field == null ? List.of() : List.of("authorization", field);
        return about("a token that isn't good: " + field + " ", op, metadata, item.tenant(), item, random);
    }

    private Try header(GrpcOps op, Item item, Random random) {
        String name = random.nextBoolean() ? "x-stella-tenant" : "x-stellaops-tenant";
        if (random.nextBoolean()) {
            List<String> metadata = metadata(name, pick(random, List.of(own.tenant, item.tenant(), "*")));
            return about("another tenant, a tenant's header: ", op, metadata, item.tenant(), item, random);
        }
        // Others are left out by the client itself.
        String value = Spellings.percent(Spellings.inPath(random, own.tenant, item.tenant()))
                .replaceAll("[^ -~]", "");
        List<String> metadata = metadata(name, random.nextBoolean() ? item.tenant() : value);
        if (random.nextBoolean()) {
            metadata.addAll(List.of("x-stella-tenant", own.tenant));
        }
        Item mine = mine(random, op);
        Call bad = new Call(op.call(), metadata, op.messages(own.tenant, mine));
        return new Try(
                "a tenant's header that disagrees: " + op, bad, null, null, false, lawful(op, mine, random), shown(op));
    }

    private Try climbingName(GrpcOps op, Item item, Random random) {
        String up = pick(
                random, List.of("../", "..\\", "%2e%2e/", "..%2f", "/", "./", "../../", "\0", "..//", "...//", "．．/"));
        String name = up + item.tenant() + "/";
        boolean inKind = random.nextBoolean();
        List<Message> bad = op.messages(
                own.tenant,
                inKind ? name + item.kind() : item.kind(),
                inKind ? item.digest() : "sha256:" + name + item.hex(),
                inKind ? item.hex() : name + item.hex(),
                name + item.scan(),
                item);
        return tried(
                "a name that climbs: " + op, new Call(op.call(), caller(random), bad), null, null, false, op, random);
    }

    private Try page(Estate victim, Item item, Item absent, Random random) {
        List<String> caller = caller(random);
        String call = GrpcOps.LIST.call();
        Call good = new Call(call, caller, GrpcOps.page(own.tenant, null, own.pageTokens.get("")));
        if (random.nextInt(3) == 0) {
            // A place is anybody's to name: what lies behind it is the caller's own, the same whoever has something
            // there. Of an image, since other tries put what belongs to none meanwhile.
            String image = own.items.getFirst().image();
            Call bad = new Call(call, caller, GrpcOps.behind(own.tenant, image, item));
            Call same = new Call(call, caller, GrpcOps.behind(own.tenant, image, absent));
            return new Try("a place in another's listing", bad, same, item, true, List.of(good), own.word);
        }
        String token = random.nextBoolean()
                ? pick(random, List.copyOf(victim.pageTokens.values()))
                : own.pageTokens.get("") + pick(random, List.of("A", "=", "/", "..", "\0"));
        Call bad = new Call(call, caller, GrpcOps.page(own.tenant, random.nextBoolean() ? item.kind() : null, token));
        return new Try("a page token of another listing", bad, null, null, false, List.of(good), own.word);
    }

    /** About another's things, in the own tenant's name: whatever is answered, it is the same as about nobody's. */
    private Try ownTenant(Item item, Random random) {
        if (random.nextInt(6) == 0) {
            Item mine = own.any(random);
            Call bad = new Call(
                    GrpcOps.PUT_MANIFEST.call(),
                    caller(random),
                    GrpcOps.manifestNaming(own.tenant, item.tenant(), mine));
            return tried("a manifest that names another tenant", bad, null, null, false, GrpcOps.PUT_MANIFEST, random);
        }
        if (random.nextInt(6) == 0) {
            List<String> caller = caller(random);
            Call bad = new Call(GrpcOps.PUT_MANIFEST.call(), caller, GrpcOps.manifestNaming(own.tenant, null, item));
            Call same = new Call(
                    GrpcOps.PUT_MANIFEST.call(), caller, GrpcOps.manifestNaming(own.tenant, null, absent(item)));
            return tried("a manifest of another's payload", bad, same, item, false, GrpcOps.PUT_MANIFEST, random);
        }
        GrpcOps op = pick(
                random,
                List.of(
                        GrpcOps.STAT_PAYLOAD,
                        GrpcOps.GET_MANIFEST,
                        GrpcOps.GET_PAYLOAD,
                        GrpcOps.LIST,
                        GrpcOps.DELETE_MANIFEST,
                        GrpcOps.FIND_MISSING,
                        GrpcOps.BATCH_GET,
                        GrpcOps.PREFETCH,
                        GrpcOps.GET_SCAN,
                        GrpcOps.GET_SURFACE,
                        GrpcOps.GET_ENTRY));
        boolean batch =
                op == GrpcOps.LIST || op == GrpcOps.FIND_MISSING || op == GrpcOps.BATCH_GET || op == GrpcOps.PREFETCH;
        List<String> caller = caller(random);
        Call bad = new Call(op.call(), caller, op.messages(own.tenant, item));
        Call same = new Call(op.call(), caller, op.messages(own.tenant, absent(item)));
        return tried("another's thing in the own name: " + op, bad, same, item, batch, op, random);
    }

    private Try tried(String what, Call bad, Call absent, Item item, boolean mayAnswer, GrpcOps twin, Random random) {
        return new Try(
                what,
                bad,
                absent,
                absent == null ? null : item,
                mayAnswer,
                lawful(twin, mine(random, twin), random),
                shown(twin));
    }

    private String shown(GrpcOps op) {
        return op.shows() ? own.word : null;
    }

    private Item mine(Random random, GrpcOps op) {
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

    private List<Call> lawful(GrpcOps op, Item mine, Random random) {
        Call call = new Call(op.call(), caller(random), op.messages(own.tenant, mine));
        if (!op.deletes()) {
            return List.of(call);
        }
        GrpcOps before = op == GrpcOps.DELETE_ENTRY ? GrpcOps.PUT_ENTRY : GrpcOps.PUT_MANIFEST;
        return List.of(new Call(before.call(), caller(random), before.messages(own.tenant, mine)), call);
    }

    private static Item absent(Item item) {
        return new Item(
                item.tenant(),
                item.word(),
                item.kind(),
                item.content(),
                Parity.absentHex(item),
                item.image(),
                Parity.absentScan(item));
    }

    private List<String> caller(Random random) {
        return random.nextInt(4) == 0 ? metadata("x-stella-tenant", own.tenant) : metadata();
    }

    private List<String> metadata(String... more) {
        List<String> metadata = new ArrayList<>(List.of("authorization", bearer));
        metadata.addAll(List.of(more));
        return metadata;
    }
}
