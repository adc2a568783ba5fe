package io.surfacefs.rest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The form parser against forms built by hand, cut and fed in every way. */
class MultipartTest {
    private static final String HEAD = "Content-Disposition: form-data; name=\"payload\"\r\n\r\n";

    @Example
    void twoPartsOfACommandLineClientAreRead() throws IOException {
        String form = String.join(
                "\r\n",
                "--------abc",
                "Content-Disposition: form-data; name=\"manifest\"",
                "Content-Type: application/json",
                "",
                "{}",
                "--------abc",
                "Content-Disposition: form-data; name=\"payload\"; filename=\"a\\\"b;c\"",
                "",
                "1",
                "--2",
                "--------abc--",
                "");
        Multipart multipart = new Multipart(stream(form), "------abc");
        Multipart.Part manifest = present(multipart.next());
        assertEquals("manifest", manifest.name());
        assertEquals("application/json", manifest.header("content-type"));
        assertEquals("{}", text(manifest.body().readAllBytes()));
        Multipart.Part payload = present(multipart.next());
        assertEquals("payload", payload.name());
        assertNull(payload.header("Content-Type"));
        assertEquals("1\r\n--2", text(payload.body().readAllBytes()));
        assertNull(multipart.next());
        assertNull(multipart.next());
    }

    /** Bodies made of pieces of the delimiter, so that false beginnings are everywhere, in reads of every size. */
    @Property(tries = 500)
    void everyBodyComesOutAsItWentIn(@ForAll("nasty") byte[] body, @ForAll("seeds") long seed) throws IOException {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        form.writeBytes(("--abcabc\r\n" + HEAD).getBytes(StandardCharsets.US_ASCII));
        form.writeBytes(body);
        form.writeBytes("\r\n--abcabc--".getBytes(StandardCharsets.US_ASCII));
        Multipart multipart = new Multipart(new Trickle(form.toByteArray(), seed), "abcabc");
        Multipart.Part part = present(multipart.next());
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        Random random = new Random(seed);
        byte[] piece = new byte[100_000];
        for (int n = 0; n >= 0; n = part.body().read(piece, 0, 1 + random.nextInt(piece.length))) {
            read.write(piece, 0, n);
        }
        assertArrayEquals(body, read.toByteArray());
        assertNull(multipart.next());
    }

    @Provide
    Arbitrary<byte[]> nasty() {
        Arbitrary<String> pieces = Arbitraries.of("\r", "\n", "\r\n", "--", "-", "abc", "\r\n--abcab", "\r\n--ab", "x");
        Arbitrary<byte[]> small = pieces.list()
                .ofMaxSize(60)
                .map(list -> String.join("", list))
                .filter(text -> !text.contains("\r\n--abcabc"))
                .map(text -> text.getBytes(StandardCharsets.US_ASCII));
        Arbitrary<byte[]> large = Arbitraries.longs().map(seed -> {
            byte[] bytes = new byte[new Random(seed).nextInt(300_000)];
            new Random(seed).nextBytes(bytes);
            return bytes;
        });
        return Arbitraries.oneOf(small, large);
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.longs();
    }

    @Example
    void whatIsMalformedIsRefused() {
        for (String form : List.of(
                "",
                "--b",
                "--b\r\n",
                "--b\r\n" + HEAD,
                "--b\r\n" + HEAD + "x",
                "--b\r\n" + HEAD + "x\r\n--b",
                "--b\r\n" + HEAD + "x\r\n--b\r\n",
                "--c\r\n" + HEAD + "x\r\n--c--",
                "--bb\r\n" + HEAD + "x\r\n--bb--",
                "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Transfer-Encoding: base64\r\n" + HEAD + "x\r\n--b--",
                "--b\r\n folded\r\n" + HEAD + "x\r\n--b--",
                "--b\r\nA: " + "x".repeat(20_000) + "\r\n" + HEAD + "x\r\n--b--",
                "y".repeat(200_000) + "\r\n--b\r\n" + HEAD + "x\r\n--b--",
                "--b\r\n" + HEAD + "x\r\n--b--" + "z".repeat(200_000))) {
            SurfaceException refusal = assertThrows(SurfaceException.class, () -> drain(form), form);
            assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
        }
    }

    @Example
    void aBoundaryIsTakenFromTheContentTypeStrictly() {
        assertEquals("b", Multipart.boundary("multipart/form-data; boundary=b"));
        assertEquals("a b=", Multipart.boundary("multipart/form-data; charset=utf-8; Boundary=\"a b=\""));
        for (String type : List.of(
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=\"a",
                "multipart/form-data; boundary=\"a \"",
                "multipart/form-data; boundary=a\u00e4",
                "multipart/form-data; boundary=" + "a".repeat(71))) {
            assertThrows(SurfaceException.class, () -> Multipart.boundary(type), type);
        }
    }

    private static void drain(String form) throws IOException {
        Multipart multipart = new Multipart(stream(form), "b");
        for (Multipart.Part part = multipart.next(); part != null; part = multipart.next()) {
            part.body().readAllBytes();
        }
    }

    private static Multipart.Part present(Multipart.@org.jspecify.annotations.Nullable Part part) {
        assertNotNull(part);
        return part;
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Gives its bytes in pieces of random size. */
    private static final class Trickle extends InputStream {
        private final byte[] bytes;
        private final Random random;
        private int at;

        Trickle(byte[] bytes, long seed) {
            this.bytes = bytes;
            this.random = new Random(seed);
        }

        @Override
        public int read() {
            return at == bytes.length ? -1 : bytes[at++] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (at == bytes.length) {
                return -1;
            }
            int n = Math.min(
                    Math.min(length, bytes.length - at), 1 + random.nextInt(random.nextBoolean() ? 3 : 50_000));
            System.arraycopy(bytes, at, target, offset, n);
            at += n;
            return n;
        }
    }
}
