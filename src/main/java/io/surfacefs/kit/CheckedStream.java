package io.surfacefs.kit;

import io.surfacefs.codec.Hashes;
import io.surfacefs.model.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Stored bytes that are hashed as they are read, and refuse to end as anything but those of their entry. */
final class CheckedStream extends FilterInputStream {
    private final KitEntry entry;
    private final MessageDigest hash = Hashes.sha256();
    private long count;
    private boolean sound;

    CheckedStream(InputStream in, KitEntry entry) {
        super(in);
        this.entry = entry;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int n = in.read(target, offset, length);
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
        return n;
    }

    private boolean ended() {
        if (!sound) {
            sound = count == entry.payloadBytes() && Digest.of(hash.digest()).equals(entry.payloadDigest());
        }
        return sound;
    }
}
