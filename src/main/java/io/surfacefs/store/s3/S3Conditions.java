package io.surfacefs.store.s3;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Makes requests under conditions, in the way that the store wants them, as far as that has shown. RFC 9110 has tags in
 * quotes; Ceph's gateway compares what stands in {@code If-Match} of a PUT with the bare tag, others take nothing but
 * the quotes. Thread-safe.
 */
final class S3Conditions {
    /** So often another's put of the same name is waited for; each gets done, so that is soon. */
    private static final int CONFLICTS = 8;

    /** What Ceph's gateway says, with a 500, to those who came second. */
    private static final String LOST_RACE = "UnknownError";

    private final S3Objects objects;
    private volatile boolean bare;
    private volatile boolean onParts = true;

    S3Conditions(S3Objects objects) {
        this.objects = objects;
    }

    /** Whether the end of an upload in parts heeds conditions too. Believed until it was tried. */
    boolean onParts() {
        return onParts;
    }

    /** That the end of an upload in parts takes no notice of conditions, or that there are no such uploads. */
    void notOnParts() {
        onParts = false;
    }

    /** Whether a condition holds, by a look that is over when this returns. */
    boolean holds(BlobKey key, S3Condition condition) {
        BlobStore.Head head = objects.head(key);
        return condition.absent() ? head == null : head != null && head.tag().equals(condition.tag());
    }

    /**
     * Makes a request under a condition. Where the store refuses its tag although the object has that, the other form
     * of it is tried.
     *
     * @param request is given the tag in the form that the store takes, or null
     * @return whether it was done; false when its condition doesn't hold
     */
    boolean done(BlobKey key, S3Condition condition, Consumer<@Nullable String> request) {
        String tag = condition.tag();
        if (conditional(key, condition, () -> request.accept(form(tag)))) {
            return true;
        }
        String other = tag == null ? null : otherForm(tag);
        if (other == null || !holds(key, condition) || !conditional(key, condition, () -> request.accept(other))) {
            return false;
        }
        bare = !bare;
        return true;
    }

    private boolean conditional(BlobKey key, S3Condition condition, Runnable request) {
        for (int attempt = 1; ; attempt++) {
            try {
                request.run();
                return true;
            } catch (AwsServiceException e) {
                if (e.statusCode() == 412 || (e.statusCode() == 404 && "NoSuchKey".equals(S3Faults.code(e)))) {
                    return false;
                }
                if (condition.tag() != null && LOST_RACE.equals(S3Faults.code(e)) && !holds(key, condition)) {
                    return false;
                }
                StoreFault fault = S3Faults.of(e);
                // Another conditional put of the same name is under way; who wins shows in a moment.
                if (fault.reason() != StoreFault.Reason.CONFLICT || attempt >= CONFLICTS) {
                    throw fault;
                }
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(5_000_000L, 40_000_000L * attempt));
            } catch (RuntimeException e) {
                throw S3Faults.of(e);
            }
        }
    }

    private @Nullable String form(@Nullable String tag) {
        return tag != null && bare ? unquoted(tag) : tag;
    }

    private @Nullable String otherForm(String tag) {
        String unquoted = unquoted(tag);
        return unquoted.equals(tag) ? null : bare ? tag : unquoted;
    }

    private static String unquoted(String tag) {
        return tag.length() > 1 && tag.startsWith("\"") && tag.endsWith("\"")
                ? tag.substring(1, tag.length() - 1)
                : tag;
    }
}
