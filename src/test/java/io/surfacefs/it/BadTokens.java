package io.surfacefs.it;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Tokens that claim a tenant and must open nothing of it, and the good ones beside them. Thread-safe. */
final class BadTokens {
    private static final String ALL = "surface.read surface.write surface.delete";
    private static final long AN_HOUR = 3600;

    private final Issuer issuer;
    private final Issuer stranger;
    private final Map<String, List<String>> byVictim = new LinkedHashMap<>();

    /** @param stranger an issuer whose tokens the service has no reason to believe */
    BadTokens(Issuer issuer, Issuer stranger, List<String> victims, String own) {
        this.issuer = issuer;
        this.stranger = stranger;
        victims.forEach(victim -> byVictim.put(victim, all(victim, own)));
    }

    /** A token for all that a tenant may do, good for an hour. */
    String good(String tenant) {
        return issuer.sign(claims(tenant));
    }

    /** The value of the field {@code Authorization}, or null for none: nothing that opens this tenant. */
    String authorization(Random random, String victim) {
        return Spellings.pick(random, byVictim.get(victim));
    }

    private Map<String, Object> claims(Object tenant) {
        Map<String, Object> claims = issuer.claims("scanner-of-" + tenant);
        claims.put("exp", ((Number) claims.get("iat")).longValue() + AN_HOUR);
        claims.put("tenant", tenant);
        claims.put("scope", ALL);
        return claims;
    }

    private Map<String, Object> with(String victim, String claim, Object value) {
        Map<String, Object> claims = claims(victim);
        if (value == null) {
            claims.remove(claim);
        } else {
            claims.put(claim, value);
        }
        return claims;
    }

    private List<String> all(String victim, String own) {
        String mine = good(own);
        String theirs = good(victim);
        List<String> tokens = new ArrayList<>();
        tokens.add(issuer.sign(with(victim, "exp", 1_000_000_000L)));
        tokens.add(issuer.sign(with(victim, "nbf", 4_000_000_000L)));
        tokens.add(issuer.sign(with(victim, "aud", "another")));
        tokens.add(issuer.sign(with(victim, "aud", null)));
        tokens.add(issuer.sign(with(victim, "iss", stranger.url())));
        tokens.add(issuer.sign(with(victim, "tenant", null)));
        tokens.add(issuer.sign(with(victim, "exp", null)));
        tokens.add(stranger.sign(claims(victim)));
        Map<String, Object> foreign = stranger.claims("scanner");
        foreign.put("tenant", victim);
        foreign.put("scope", ALL);
        tokens.add(stranger.sign(foreign));
        tokens.add(issuer.unsigned(claims(victim)));
        tokens.add(issuer.forge(claims(victim)));
        tokens.add(issuer.signedByOpenKey(claims(victim)));
        tokens.add(spliced(theirs, mine));
        tokens.add(spliced(mine, theirs));
        tokens.add(theirs.substring(0, theirs.lastIndexOf('.') + 1));
        tokens.add(theirs.substring(0, theirs.length() - 20));
        for (Object name : Arrays.<Object>asList(
                "*",
                "",
                victim + "/",
                "/" + victim,
                " " + victim,
                victim + "\0",
                victim + "\n",
                victim.toUpperCase(java.util.Locale.ROOT),
                victim + "," + own,
                own + " " + victim,
                victim.substring(1),
                victim.substring(0, victim.length() - 1),
                ".*",
                victim + ".",
                List.of(),
                List.of("*"),
                List.of(own, victim + "*"),
                List.of(List.of(victim)),
                Map.of("name", victim),
                7,
                true)) {
            tokens.add(issuer.sign(with(victim, "tenant", name)));
        }
        List<String> fields = new ArrayList<>();
        tokens.forEach(token -> fields.add("Bearer " + token));
        fields.add(null);
        fields.add("");
        fields.add("Bearer");
        fields.add("Bearer " + victim);
        fields.add("Basic "
                + java.util.Base64.getEncoder()
                        .encodeToString((victim + ":x").getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        fields.add("Bearer " + mine + " " + theirs);
        fields.add("Bearer " + mine + "," + theirs);
        fields.add("Negotiate " + theirs);
        return fields;
    }

    /** The header and claims of one token with the signature of another. */
    private static String spliced(String said, String signed) {
        return said.substring(0, said.lastIndexOf('.')) + signed.substring(signed.lastIndexOf('.'));
    }
}
