package io.surfacefs.publish;

import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import java.util.List;

/** The kinds that an image build publishes. */
public enum PublishedKind {
    /** What packages a layer has. */
    LAYER_FRAGMENTS("layer.fragments", "application/json", "json"),
    /** What an image's entry point runs, as a graph. */
    ENTRYTRACE_GRAPH("entrytrace.graph", "application/vnd.stellaops.entrytrace+json", "json"),
    /** The same, one record a line. */
    ENTRYTRACE_NDJSON("entrytrace.ndjson", "application/x-ndjson", "ndjson");

    private final String kind;
    private final String mediaType;
    private final String format;

    PublishedKind(String kind, String mediaType, String format) {
        this.kind = kind;
        this.mediaType = mediaType;
        this.format = format;
    }

    /** The artefact's kind. */
    public Kind kind() {
        return new Kind(kind);
    }

    MediaType mediaType() {
        return new MediaType(mediaType);
    }

    /** What a scan manifest calls the form of the bytes. */
    String format() {
        return format;
    }

    boolean lines() {
        return format.equals("ndjson");
    }

    /** How names of files in a folder end that are of this kind. */
    List<String> suffixes() {
        return lines() ? List.of(".ndjson", ".jsonl") : List.of(".json");
    }
}
