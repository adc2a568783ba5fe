package io.surfacefs.it;

import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Ways to write a tenant's name, or one that climbs to it, so that it might be taken for what it isn't. */
final class Spellings {
    private static final List<String> LOOK_ALIKES = List.of("а", "ο", "ⅼ", "е", "х", "ｇ", "ɡ", "ⓖ", "ſ", "\u0261");
    private static final List<String> BEHIND = List.of(
            ".",
            "..",
            "/.",
            "/..",
            "%2e",
            "%2E%2e",
            "%2f",
            "%2F..",
            "%5c",
            "%00",
            "%00.json",
            "%0a",
            "%0d%0a",
            "%09",
            "%20",
            "+",
            ";",
            ";a=b",
            ";/",
            "?",
            "#",
            "%23",
            "%3f",
            ",",
            "*",
            "%2a",
            "~",
            "$",
            ":",
            "@",
            "%7f",
            "%c2%a0",
            "%e2%80%8b",
            "%ef%bb%bf",
            "%cc%81",
            "%c0%80",
            "%ff",
            "%u0000",
            "%",
            "%2",
            "%zz",
            "%25",
            "%2500",
            "/",
            "//",
            "\\",
            "-",
            "_");
    private static final List<String> CLIMBS = List.of(
            "../",
            "./../",
            "..%2f",
            "%2e%2e/",
            "%2e%2e%2f",
            ".%2e/",
            "%2E./",
            "%252e%252e%252f",
            "..%252f",
            "%c0%ae%c0%ae/",
            "%e0%80%ae%e0%80%ae/",
            "..%c0%af",
            "..;/",
            "..;a=b/",
            "..\\",
            "..%5c",
            "%2e%2e%5c",
            "..%00/",
            "....//",
            ".../",
            "..%ef%bc%8f",
            "%ef%bc%8e%ef%bc%8e/",
            "..//",
            "/../",
            "..%u2215",
            "%uff0e%uff0e/",
            "..%2f%2e%2e%2f",
            "..\t/",
            "..%09/");
    private static final List<String> BEFORE = List.of(
            "%20", "%00", ".", "./", "/", "%2f", "//", "~", "*", ";", "%ef%bb%bf", "+", "%e2%80%8e", "@", "%2e");

    private Spellings() {}

    /**
     * A way to write the victim's name into the path segment of a tenant.
     *
     * @param own a tenant from whose name the spelling may climb
     */
    static String inPath(Random random, String own, String victim) {
        return switch (random.nextInt(10)) {
            case 0 -> escaped(random, victim);
            case 1 -> victim + pick(random, BEHIND);
            case 2 -> pick(random, BEFORE) + victim;
            case 3 -> own + "/" + pick(random, CLIMBS) + victim;
            case 4 -> own + "%2f" + pick(random, CLIMBS) + victim;
            case 5 -> percent(lookAlike(random, victim));
            case 6 -> cased(random, victim);
            case 7 ->
                own
                        + pick(random, List.of(",", "%2c", "|", "%7c", "&", "%26", "%00", "%0a", " ", "/", "@", "%20"))
                        + victim;
            case 8 -> twiceEscaped(random, victim);
            default -> (victim + ".").repeat(20 + random.nextInt(60));
        };
    }

    /** As {@link #inPath}, but as the characters themselves, for messages that carry text. */
    static String asText(Random random, String own, String victim) {
        return switch (random.nextInt(9)) {
            case 0 ->
                victim
                        + pick(
                                random,
                                List.of(
                                        ".", "/", "\0", "\n", " ", "\t", "\u200b", "\u00a0", "*", "/..", "-", "%",
                                        "\\"));
            case 1 -> pick(random, List.of(".", "/", "\0", " ", "./", "../", "\ufeff", "*")) + victim;
            case 2 -> own + "/../" + victim;
            case 3 -> own + pick(random, List.of(",", "\0", "\n", "|", ";", " ")) + victim;
            case 4 -> lookAlike(random, victim);
            case 5 -> cased(random, victim);
            case 6 -> escaped(random, victim);
            case 7 ->
                pick(
                        random,
                        List.of("", "*", ".*", "%", "_", "..", ".", "/", "\0", "a".repeat(64), "a".repeat(70_000)));
            default -> victim.repeat(1 + random.nextInt(9)) + ".";
        };
    }

    /** A name that climbs from a tenant's own folder to the victim's, for a segment that isn't the tenant's. */
    static String climbing(Random random, String victim, String rest) {
        String climb = pick(random, CLIMBS);
        return climb.repeat(1 + random.nextInt(3)) + victim + (random.nextBoolean() ? "/" : "%2f") + rest;
    }

    static <T> T pick(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static String escaped(Random random, String name) {
        StringBuilder out = new StringBuilder();
        int always = random.nextInt(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            String hex = "%" + Integer.toHexString(c);
            out.append(i == always || random.nextInt(3) == 0 ? random.nextBoolean() ? hex : upper(hex) : "" + c);
        }
        return out.toString();
    }

    private static String twiceEscaped(Random random, String name) {
        return escaped(random, name).replace("%", "%25");
    }

    private static String cased(Random random, String name) {
        int at = random.nextInt(name.length());
        String cased = name.substring(0, at) + upper(name.substring(at));
        return cased.equals(name) ? upper(name) : cased;
    }

    private static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    private static String lookAlike(Random random, String name) {
        int at = random.nextInt(name.length());
        return name.substring(0, at) + pick(random, LOOK_ALIKES) + name.substring(at + 1);
    }

    /** The UTF-8 bytes of what isn't ASCII, percent-encoded. */
    static String percent(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            out.append(b < 0 ? "%" + Integer.toHexString(b & 0xff) : "" + (char) b);
        }
        return out.toString();
    }
}
