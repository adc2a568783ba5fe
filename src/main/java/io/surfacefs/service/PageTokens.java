package io.surfacefs.service;

import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * Page tokens: the position in the key order, and a check sum over tenant, filters and position, so that a token counts
 * only for the listing that it was issued for. A position holds nothing that its listing hasn't shown.
 */
final class PageTokens {
    private static final int CHECK = 12;
    private static final int MAX_LENGTH = 512;

    private PageTokens() {}

    static String issue(Tenant tenant, ArtefactService.ListRequest request, String position) {
        byte[] text = position.getBytes(StandardCharsets.UTF_8);
        byte[] token = Arrays.copyOf(check(tenant, request, position), CHECK + text.length);
        System.arraycopy(text, 0, token, CHECK, text.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** The position, empty for an empty token. */
    static String position(Tenant tenant, ArtefactService.ListRequest request) {
        String token = request.pageToken();
        if (token.isEmpty()) {
            return "";
        }
        if (token.length() <= MAX_LENGTH) {
            try {
                byte[] bytes = Base64.getUrlDecoder().decode(token);
                String position = bytes.length < CHECK
                        ? ""
                        : new String(bytes, CHECK, bytes.length - CHECK, StandardCharsets.UTF_8);
                if (isPosition(position)
                        && MessageDigest.isEqual(Arrays.copyOf(bytes, CHECK), check(tenant, request, position))) {
                    return position;
                }
            } catch (IllegalArgumentException e) {
                throw refused();
            }
        }
        throw refused();
    }

    private static boolean isPosition(String position) {
        int slash = position.indexOf('/');
        if (slash < 0) {
            return false;
        }
        try {
            return new Kind(position.substring(0, slash)).value().length() + 65 == position.length()
                    && new Digest(position.substring(slash + 1)).hex().length() == 64;
        } catch (SurfaceException e) {
            return false;
        }
    }

    private static SurfaceException refused() {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                "the page token was not issued for this tenant and these filters",
                "begin again without a token");
    }

    private static byte[] check(Tenant tenant, ArtefactService.ListRequest request, String position) {
        String bound = String.join(
                "\n",
                "surface-fs page 1",
                tenant.value(),
                String.valueOf(request.kind()),
                String.valueOf(request.image()),
                String.valueOf(request.scan()),
                position);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bound.getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(digest, CHECK);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
