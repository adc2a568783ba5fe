package io.surfacefs.rest;

import java.util.Locale;
import java.util.Set;

/** Media types that a browser doesn't only show but runs: pages, drawings and scripts. */
final class ActiveTypes {
    private static final Set<String> ACTIVE = Set.of(
            "text/html",
            "text/xml",
            "application/xml",
            "application/pdf",
            "text/javascript",
            "application/javascript",
            "text/ecmascript",
            "application/ecmascript",
            "application/x-shockwave-flash",
            "multipart/x-mixed-replace");

    private ActiveTypes() {}

    /** Whether a content type, parameters and all, is one of them. */
    static boolean isActive(String contentType) {
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return ACTIVE.contains(type) || type.endsWith("+xml");
    }
}
