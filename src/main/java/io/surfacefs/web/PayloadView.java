package io.surfacefs.web;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.service.PayloadBlocks;
import io.surfacefs.service.PayloadHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a page shows of a payload: its first {@value #MOST} bytes at most, whatever the size, laid out by what they are.
 *
 * @param form {@code json}, {@code lines}, {@code text} or {@code bytes}
 * @param html of the forms {@code json}, {@code text} and {@code bytes}, escaped
 * @param lines of the form {@code lines}, each escaped
 * @param whole whether this is all of it
 */
record PayloadView(String form, String html, List<String> lines, boolean whole) {
    /** The most bytes of a payload that are looked at. */
    static final int MOST = 256 * 1024;

    private static final int LONGEST = 1 << 20;
    private static final int MOST_LINES = 500;
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int MOST_BINARY = 2 * 1024;
    private static final int BYTES_A_LINE = 16;

    /** Reads the first part of a payload and lays it out; {@code kind} is the artefact's. */
    static PayloadView of(PayloadHandle payload, String kind) throws IOException {
        StoredPayload facts = payload.facts();
        byte[] first = new byte[(int) Math.min(facts.rawSize(), MOST)];
        try (PayloadBlocks blocks = payload.decoded(new ByteRange(0, first.length))) {
            int at = 0;
            for (ByteBuffer block = blocks.next(); block != null; block = blocks.next()) {
                int n = block.remaining();
                block.get(first, at, n);
                at += n;
            }
        }
        return of(first, first.length == facts.rawSize(), facts.contentType(), kind);
    }

    /** Lays bytes out; {@code all} tells whether they are the whole payload. */
    static PayloadView of(byte[] first, boolean all, MediaType type, String kind) {
        String text = text(first, all);
        if (text == null) {
            return bytes(first, all);
        }
        String form = form(type, kind, text);
        if (form.equals("lines")) {
            return lines(text, all);
        }
        if (form.equals("json")) {
            JsonLayout.Laid laid = JsonLayout.of(text, LONGEST);
            return new PayloadView(form, laid.html(), List.of(), all && laid.whole());
        }
        return new PayloadView(form, Html.escape(Html.visible(text)), List.of(), all);
    }

    private static String form(MediaType type, String kind, String text) {
        String value = type.value().toLowerCase(Locale.ROOT);
        int parameters = value.indexOf(';');
        String name = (parameters < 0 ? value : value.substring(0, parameters)).strip();
        if (name.endsWith("ndjson") || name.endsWith("jsonl") || name.endsWith("json-seq") || kind.endsWith("ndjson")) {
            return "lines";
        }
        String begin = text.stripLeading();
        boolean looksLike = begin.startsWith("{") || begin.startsWith("[");
        return name.endsWith("/json") || name.endsWith("+json") || looksLike ? "json" : "text";
    }

    private static PayloadView lines(String text, boolean all) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        boolean whole = all;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            String line = text.substring(from, end < 0 ? text.length() : end);
            if (lines.size() == MOST_LINES) {
                return new PayloadView("lines", "", lines, false);
            }
            JsonLayout.Laid laid = JsonLayout.line(line, LONGEST_LINE);
            whole &= laid.whole();
            lines.add(laid.html());
            from = end < 0 ? text.length() : end + 1;
        }
        return new PayloadView("lines", "", lines, whole);
    }

    /** The text, null when it is none; a character that a part ends in the middle of is left out. */
    private static @Nullable String text(byte[] bytes, boolean all) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer chars = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), chars, all);
        if (result.isError()) {
            return null;
        }
        String text = chars.flip().toString();
        return text.indexOf('\0') >= 0 ? null : text;
    }

    private static PayloadView bytes(byte[] first, boolean all) {
        int shown = Math.min(first.length, MOST_BINARY);
        StringBuilder out = new StringBuilder(shown * 5);
        HexFormat pairs = HexFormat.ofDelimiter(" ");
        for (int at = 0; at < shown; at += BYTES_A_LINE) {
            int end = Math.min(shown, at + BYTES_A_LINE);
            String hex = pairs.formatHex(first, at, end);
            out.append(String.format(Locale.ROOT, "%06x  %-47s  ", at, hex));
            for (int i = at; i < end; i++) {
                out.append(first[i] >= 0x20 && first[i] < 0x7f ? (char) first[i] : '.');
            }
            out.append('\n');
        }
        return new PayloadView("bytes", Html.escape(out.toString()), List.of(), all && shown == first.length);
    }
}
