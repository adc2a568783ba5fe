package io.surfacefs.rest;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes and what each takes. The framework knows them too, but calls a method that a route doesn't take an unknown
 * route, and never names those it takes.
 */
final class Routes {
    private static final String BASE = "/api/v1/";
    /** By template below {@link #BASE}; a star is one segment. */
    private static final Map<String, String> METHODS = new LinkedHashMap<>();

    static {
        METHODS.put("tenants/*/artefacts/*", "OPTIONS, POST");
        METHODS.put("tenants/*/manifests/*/*", "DELETE, GET, HEAD, OPTIONS, PUT");
        METHODS.put("tenants/*/payloads/*/*", "GET, HEAD, OPTIONS, PUT");
        METHODS.put("tenants/*/manifests", "GET, HEAD, OPTIONS");
        METHODS.put("tenants/*/manifests:findMissing", "OPTIONS, POST");
        METHODS.put("tenants/*/manifests:batchGet", "OPTIONS, POST");
        METHODS.put("tenants/*/artefacts:prefetch", "OPTIONS, POST");
        METHODS.put("tenants/*/scans/*/manifest", "GET, HEAD, OPTIONS, PUT");
        METHODS.put("tenants/*/scans/*/surface", "GET, HEAD, OPTIONS");
        METHODS.put("tenants/*/index", "GET, HEAD, OPTIONS");
        METHODS.put("tenants/*/kit-version", "GET, HEAD, OPTIONS, PUT");
        METHODS.put("tenants/*/objects", "GET, HEAD, OPTIONS");
        METHODS.put("tenants/*/cache/*/*", "DELETE, GET, HEAD, OPTIONS, PUT");
        METHODS.put("admin/gc", "OPTIONS, POST");
        METHODS.put("admin/reindex", "OPTIONS, POST");
        METHODS.put("admin/cache", "GET, HEAD, OPTIONS");
        METHODS.put("admin/cache:evict", "OPTIONS, POST");
        METHODS.put("admin/cache:scrub", "OPTIONS, POST");
    }

    private Routes() {}

    /** The methods that the route of a path takes, as {@code Allow} lists them; null when there is no such route. */
    static @Nullable String allowed(@Nullable String path) {
        if (path == null || !path.startsWith(BASE)) {
            return null;
        }
        String[] segments = path.substring(BASE.length()).split("/", -1);
        for (Map.Entry<String, String> route : METHODS.entrySet()) {
            if (matches(route.getKey().split("/", -1), segments)) {
                return route.getValue();
            }
        }
        return null;
    }

    private static boolean matches(String[] template, String[] segments) {
        if (template.length != segments.length) {
            return false;
        }
        for (int i = 0; i < template.length; i++) {
            boolean fits = template[i].equals("*") ? !segments[i].isEmpty() : template[i].equals(segments[i]);
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}
