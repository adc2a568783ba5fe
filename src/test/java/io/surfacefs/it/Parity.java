package io.surfacefs.it;

import io.surfacefs.it.Estate.Item;
import io.surfacefs.it.RawHttp.Request;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Whether an answer tells that something exists: what is asked about is replaced by what nobody has, and the answers
 * compared.
 */
final class Parity {
    private static final Pattern VARYING = Pattern.compile("(?i)\r\ndate: [^\r]*|\"traceId\":\"[0-9a-f]{32}\"");

    private Parity() {}

    /** The same request about something that nobody has, of names as long. */
    static Request absent(Request request, Item item) {
        byte[] body = request.body() == null
                ? null
                : absent(new String(request.body(), StandardCharsets.ISO_8859_1), item)
                        .getBytes(StandardCharsets.ISO_8859_1);
        return new Request(
                request.method(),
                absent(request.target(), item),
                request.headers().stream()
                        .map(line -> line.startsWith("Authorization") ? line : absent(line, item))
                        .toList(),
                body);
    }

    /** A text about something that nobody has instead of an item. */
    static String absent(String text, Item item) {
        return text.replace(item.hex(), absentHex(item)).replace(item.scan(), absentScan(item));
    }

    /** The digest of nothing, which begins as the item's: names in a store have folders by the first characters. */
    static String absentHex(Item item) {
        return item.hex().substring(0, 8) + "0".repeat(56);
    }

    static String absentScan(Item item) {
        return item.scan().substring(0, item.scan().length() - 1) + "9";
    }

    /** What an answer says, but for what differs between any two answers and for the names that were asked about. */
    static String said(String answer, Item item) {
        // Texts show the begin of what they are about, which may end in the middle of a name.
        return VARYING.matcher(answer)
                .replaceAll("")
                .replaceAll(item.hex().substring(0, 8) + "[0-9a-f]*", "HEX")
                .replaceAll(Pattern.quote(item.scan().substring(0, item.scan().length() - 1)) + "[0-9]", "SCAN");
    }
}
