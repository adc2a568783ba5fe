package io.surfacefs.kit;

import io.surfacefs.client.WatchedStream;
import io.surfacefs.codec.Hashes;
import io.surfacefs.model.Digest;
import java.io.InputStream;
import java.security.MessageDigest;

/** Stored bytes that are hashed as they are read, and refuse to end as anything but those of their entry. */
final class CheckedStream extends WatchedStream {
    private final KitEntry entry;
    private final MessageDigest hash = Hashes.sha256();
    private long count;
    private boolean sound;

    CheckedStream(InputStream in, KitEntry entry) {
        super(in);
        this.entry = entry;
    }

    @Override
    protected void passed(byte[] target, int offset, int n) throws KitException {
        if (n > 0) {
            hash.update(target, offset, n);
            count += n;
        }
        if (count > entry.payloadBytes() || (n < 0 && !ended())) {
            throw new KitException(
                    KitFault.CHECKSUM,
                    "the stored bytes of " + entry.key() + " are not those that its manifest names",
                    "surface-fs fsck looks at the whole store; if it was put again just now, export again",
                    null);
        }
    }

    private boolean ended() {
        if (!sound) {
            sound = count == entry.payloadBytes() && Digest.of(hash.digest()).equals(entry.payloadDigest());
        }
        return sound;
    }
}
