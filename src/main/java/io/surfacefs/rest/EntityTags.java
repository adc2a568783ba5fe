package io.surfacefs.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares entity tags as conditional requests do (RFC 9110 sections 8.8.3 and 13.1). */
final class EntityTags {
    private EntityTags() {}

    /** Whether {@code If-None-Match} names the tag, in the weak comparison. */
    static boolean noneMatchHits(List<String> headers, String etag) {
        for (String header : headers) {
            if (header.equals(etag) || listNames(header, etag)) {
                return true;
            }
        }
        return false;
    }

    /** Whether {@code If-Range} lets a range be sent: absent, or the same strong tag. A date never is the same. */
    static boolean ifRangeHolds(@Nullable String header, String etag) {
        return header == null || header.strip().equals(etag);
    }

    private static boolean listNames(String header, String etag) {
        int at = 0;
        int n = header.length();
        while (at < n) {
            char c = header.charAt(at);
            if (c == ' ' || c == '\t' || c == ',') {
                at++;
                continue;
            }
            if (c == '*') {
                return true;
            }
            if (header.startsWith("W/", at)) {
                at += 2;
            }
            // A tag may hold commas, so the list is read by its quotes; what isn't a tag ends the reading.
            int close = at < n && header.charAt(at) == '"' ? header.indexOf('"', at + 1) : -1;
            if (close < 0) {
                return false;
            }
            if (header.regionMatches(at, etag, 0, etag.length()) && close == at + etag.length() - 1) {
                return true;
            }
            at = close + 1;
        }
        return false;
    }
}
