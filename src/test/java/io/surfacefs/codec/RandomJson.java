package io.surfacefs.codec;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Lawful JSON texts, each from its seed, in odd spellings: escapes, white space, exponents, characters of all planes.
 */
final class RandomJson {
    private final Random random;

    RandomJson(long seed) {
        random = new Random(seed);
    }

    /** One value with at most that many levels. */
    String value(int levels) {
        String text = switch (random.nextInt(levels > 0 ? 8 : 5)) {
            case 0 -> string();
            case 1 -> Integer.toString(random.nextInt());
            case 2 -> number();
            case 3 -> random.nextBoolean() ? "true" : "null";
            case 4 -> Long.toString(random.nextLong() >> 11);
            case 5 -> array(levels - 1);
            default -> object(levels - 1);
        };
        return space() + text + space();
    }

    private String number() {
        String text = random.nextInt(1000) + "." + random.nextInt(100_000) + (random.nextBoolean() ? "e-" : "E")
                + random.nextInt(10);
        return random.nextBoolean() ? text : "-" + text;
    }

    private String array(int levels) {
        StringBuilder text = new StringBuilder("[");
        for (int n = random.nextInt(5); n > 0; n--) {
            text.append(value(levels)).append(n > 1 ? "," : "");
        }
        return text.append(']').toString();
    }

    private String object(int levels) {
        StringBuilder text = new StringBuilder("{");
        Set<String> names = new HashSet<>();
        for (int n = random.nextInt(7); n > 0; n--) {
            String name = string();
            if (names.add(name.translateEscapes())) {
                text.append(names.size() > 1 ? "," : "")
                        .append(name)
                        .append(space())
                        .append(':')
                        .append(value(levels));
            }
        }
        return text.append('}').toString();
    }

    private String string() {
        StringBuilder text = new StringBuilder("\"");
        for (int n = random.nextInt(12); n > 0; n--) {
            switch (random.nextInt(6)) {
                case 0 -> text.append("\\").append("\"\\bfnrt".charAt(random.nextInt(7)));
                case 1 -> text.append((char) (0xa0 + random.nextInt(0x700)));
                case 2 -> text.appendCodePoint(0x1f300 + random.nextInt(0x300));
                case 3 -> text.append((char) (0xe000 + random.nextInt(0x1ff0)));
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.append('"').toString();
    }

    private String space() {
        return " \t\n\r".substring(0, random.nextInt(8) == 0 ? random.nextInt(5) : 0);
    }
}
