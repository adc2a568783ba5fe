package io.surfacefs.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogFormatTest {
    private static final String NASTY = "a \"b\" \\ c\nlevel=ERROR {\"x\":1}\r\t\u2028\u0007\u009b\u202e ü";
    private static final ArtefactKey KEY =
            new ArtefactKey(new Tenant("acme"), new Kind("sbom.fragment"), new Digest("ab".repeat(32)));

    private static ExtLogRecord line(String message, Object... parameters) {
        ExtLogRecord line = new ExtLogRecord(Level.WARN, message, ExtLogRecord.FormatStyle.PRINTF, "test");
        line.setLoggerName("io.surfacefs.ops.Somebody");
        if (parameters.length > 0) {
            line.setParameters(parameters);
        }
        return line;
    }

    private static String text(ExtLogRecord line) {
        return new LogFormat(false).format(line);
    }

    private static JsonNode json(ExtLogRecord line) throws IOException {
        String text = new LogFormat(true).format(line);
        assertEquals(1, text.lines().count(), text);
        return new ObjectMapper().readTree(text);
    }

    @Test
    void anEventIsItsKeysAndValues() throws IOException {
        LogLine line =
                LogLine.event("spool.waiting").of(KEY).with(LogKey.PAUSE_MS, 7L).with(LogKey.HINT, null);
        String said = text(line("%s", line));
        assertTrue(
                said.matches("time=\\S+ level=WARN logger=Somebody event=spool.waiting tenant=acme kind=sbom.fragment"
                        + " digest=sha256:(ab){32} pause_ms=7\n"),
                said);
        JsonNode json = json(line("%s", line));
        assertEquals("acme", json.get("tenant").asText());
        assertEquals(7, json.get("pause_ms").numberValue());
        assertFalse(json.has("hint"));
    }

    @Test
    void oneEventIsOneLineWhateverIsInIt() throws IOException {
        LogLine line = LogLine.event("x").with(LogKey.MESSAGE, NASTY);
        String said = text(line("%s", line));
        assertEquals(1, said.lines().count(), said);
        assertTrue(said.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f) || c == 'ü'), said);
        String written = new LogFormat(true).format(line("%s", line));
        assertTrue(written.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f) || c == 'ü'), written);
        assertEquals(NASTY, json(line("%s", line)).get("message").asText());
    }

    @Test
    void whatALibrarySaysIsTheMessage() throws IOException {
        for (String said : List.of("started in 1.2 s", "state=open and more", "", "event=\"half", "mode=fast", NASTY)) {
            JsonNode json = json(line("%s", said));
            assertEquals(said, json.get("message").asText());
            assertEquals(4, json.size(), said);
            String text = text(line("%s", said));
            assertTrue(text.contains(" message=\""), text);
            assertEquals(1, text.lines().count(), text);
        }
    }

    @Test
    void pairsThatWereWrittenByHandAreReadBack() throws IOException {
        JsonNode json = json(line("%s", "tls=refused reason=pins presented=\"sha256/a=, \\\"b\\\"\""));
        assertEquals("refused", json.get("tls").asText());
        assertEquals("pins", json.get("reason").asText());
        assertEquals("sha256/a=, \"b\"", json.get("presented").asText());
        assertFalse(json.has("message"));
        assertTrue(text(line("%s", "event=x state=open")).endsWith(" event=x state=open\n"));
    }

    @Test
    void aStackTraceIsOneValue() throws IOException {
        ExtLogRecord line = line("%s", LogLine.event("request-failed"));
        line.setThrown(new IllegalStateException("broken\nin two"));
        JsonNode json = json(line);
        assertEquals(
                "java.lang.IllegalStateException: broken\nin two",
                json.get("error").asText());
        assertTrue(json.get("stack").asText().contains("\tat io.surfacefs.ops.LogFormatTest."));
        assertEquals(1, text(line).lines().count());
    }

    @Test
    void aKeyStandsOnce() throws IOException {
        ExtLogRecord line = line("%s", LogLine.event("x").with(LogKey.TRACE_ID, "mine"));
        line.setMdc(Map.of("traceId", "theirs", "spanId", "s"));
        String text = new LogFormat(true).format(line);
        assertEquals(text.indexOf("\"traceId\""), text.lastIndexOf("\"traceId\""), text);
        assertEquals("mine", json(line).get("traceId").asText());
    }

    @Test
    void aLineNamesTheTraceThatItsThreadWorksIn() {
        String id = "4bf92f3577b34da6a3ce929d0e0e4736";
        Trace.enter(Trace.incoming("00-" + id + "-00f067aa0ba902b7-01", null));
        try {
            assertEquals(id, Trace.id());
        } finally {
            Trace.enter(null);
        }
        assertEquals(null, Trace.id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00-0-0-0", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    void aMalformedTraceparentIsNotHandedOn(String sent) {
        assertEquals(Map.of(), Trace.incoming(sent, "a=b").fields());
    }

    @Test
    void aTraceStateIsHandedOnWithItsParent() {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assertEquals(
                Map.of("traceparent", parent, "tracestate", "a=b"),
                Trace.incoming(parent, "a=b").fields());
        assertEquals(
                Map.of("traceparent", parent),
                Trace.incoming(parent, "a=\u00e4").fields());
    }

    @Test
    void aPathIsShortened() {
        String path = "/var/lib/surface/store/surface-cache/tenants/acme/sbom.fragment/sha256/ab/cd/" + "ab".repeat(32)
                + "/payload.json.zst";
        assertEquals("…/ab/cd/abababababab…/payload.json.zst", LogLine.shortened(path));
        assertEquals("a/b", LogLine.shortened("a/b"));
        assertTrue(text(line("%s", LogLine.event("x").path(path))).contains("path=\"…/ab/cd/"));
    }
}
