package io.surfacefs.cli;

import java.util.List;

/** The engine may not be opened: the configuration or the state of the store forbids it. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // never serialized
    private final List<String> lines;

    /** @param lines one for each reason, {@code code=… hint=…} */
    public RefusedException(List<String> lines) {
        super(String.join("; ", lines), null, false, false);
        this.lines = List.copyOf(lines);
    }

    /** What to tell, a line for each reason. */
    public List<String> lines() {
        return lines;
    }
}
