package io.surfacefs.service;

import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Page tokens: the position in the key order, and a check sum over tenant, filters and position by a key that no client
 * has, so that a token counts only for the listing that it was issued for. A position holds nothing that its listing
 * hasn't shown. Thread-safe.
 */
final class PageTokens {
    private static final int CHECK = 16;
    private static final int MAX_LENGTH = 512;
    private static final String ALGORITHM = "HmacSHA256";

    private final Supplier<byte @Nullable []> shared;
    private final AtomicReference<@Nullable SecretKeySpec> key = new AtomicReference<>();
    /** Of this process alone: where there is none to share, or no room to keep it. */
    private final SecretKeySpec own = fresh();

    /** @param shared the key of all who serve the same store, asked for when a token is; null where there is none */
    PageTokens(Supplier<byte @Nullable []> shared) {
        this.shared = shared;
    }

    String issue(Tenant tenant, ArtefactService.ListRequest request, String position) {
        byte[] text = position.getBytes(StandardCharsets.UTF_8);
        byte[] token = Arrays.copyOf(check(key(), tenant, request, position), CHECK + text.length);
        System.arraycopy(text, 0, token, CHECK, text.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** Where a listing begins, empty for its begin: {@code INVALID_ARGUMENT} for a token of another one. */
    String position(Tenant tenant, ArtefactService.ListRequest request) {
        if (!request.after().isEmpty()) {
            return place(request.after());
        }
        String token = request.pageToken();
        if (token.isEmpty()) {
            return "";
        }
        byte[] bytes = decoded(token);
        String position = new String(bytes, CHECK, bytes.length - CHECK, StandardCharsets.UTF_8);
        byte[] sent = Arrays.copyOf(bytes, CHECK);
        if (isPosition(position)
                && (MessageDigest.isEqual(sent, check(key(), tenant, request, position))
                        || MessageDigest.isEqual(sent, check(own, tenant, request, position)))) {
            return position;
        }
        throw refused();
    }

    private static byte[] decoded(String token) {
        if (token.length() <= MAX_LENGTH) {
            try {
                byte[] bytes = Base64.getUrlDecoder().decode(token);
                if (bytes.length >= CHECK) {
                    return bytes;
                }
            } catch (IllegalArgumentException e) {
                throw refused();
            }
        }
        throw refused();
    }

    /** A place that a client names itself; what lies behind it is shown to whoever may list at all. */
    private static String place(String after) {
        if (!isPosition(after)) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, "after is no place in the key order", "give KIND/64 hex digits");
        }
        return after;
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

    private static byte[] check(
            SecretKeySpec key, Tenant tenant, ArtefactService.ListRequest request, String position) {
        String bound = String.join(
                "\n",
                "surface-fs page 1",
                tenant.value(),
                text(request.kind()),
                text(request.image()),
                text(request.scan()),
                position);
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Arrays.copyOf(mac.doFinal(bound.getBytes(StandardCharsets.UTF_8)), CHECK);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** No filter's value is empty. */
    private static String text(@Nullable Object filter) {
        return filter == null ? "" : filter.toString();
    }

    /**
     * Of several who come first each asks, so that nobody waits for another's wait, and all get the same. While a full
     * disk doesn't take one, lists go on with our own.
     */
    private SecretKeySpec key() {
        SecretKeySpec known = key.get();
        if (known != null) {
            return known;
        }
        byte[] secret;
        try {
            secret = shared.get();
        } catch (SurfaceException e) {
            if (e.code() != ErrorCode.DISK_FULL) {
                throw e;
            }
            return own;
        }
        SecretKeySpec mine = secret == null ? own : new SecretKeySpec(secret, ALGORITHM);
        SecretKeySpec first = key.compareAndExchange(null, mine);
        return first == null ? mine : first;
    }

    private static SecretKeySpec fresh() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return new SecretKeySpec(secret, ALGORITHM);
    }
}
