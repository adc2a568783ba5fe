package io.surfacefs.kit;

import io.surfacefs.codec.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.UUID;

/**
 * 64 bits of a SHA-256 that begins with something nobody can know beforehand, so that nobody can make names that have
 * the same. Of 10 million names some two have the same in one of 300,000 kits. Thread-safe.
 */
final class PathHash {
    private final byte[] salt = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);

    long of(String path) {
        MessageDigest hash = Hashes.sha256();
        hash.update(salt);
        return ByteBuffer.wrap(hash.digest(path.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }
}
