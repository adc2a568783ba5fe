package io.surfacefs.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate of 127.0.0.1 that signs itself.
 *
 * @param keyStore PKCS12, for a server, under {@link #PASSWORD}
 * @param pem for who is to trust it
 */
public record TestCertificate(Path keyStore, Path pem) {
    public static final String PASSWORD = "changeit";

    /** Makes one in an empty folder. */
    public static TestCertificate in(Path folder) throws IOException, InterruptedException {
        TestCertificate made = new TestCertificate(folder.resolve("server.p12"), folder.resolve("ca.pem"));
        keytool(
                folder,
                "-genkeypair -alias it -keyalg EC -dname CN=127.0.0.1 -ext SAN=IP:127.0.0.1 -validity 2 -storetype PKCS12"
                        + " -keystore " + made.keyStore);
        keytool(folder, "-exportcert -rfc -alias it -keystore " + made.keyStore + " -file " + made.pem);
        return made;
    }

    /** Runs keytool on stores under {@link #PASSWORD}; arguments are separated by blanks. */
    public static void keytool(Path folder, String arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        line.addAll(List.of(arguments.split(" ", -1)));
        line.addAll(List.of("-storepass", PASSWORD));
        Path log = folder.resolve("keytool");
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(Files.readString(log));
        }
    }
}
