package io.surfacefs.codec;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The known members of one JSON object, by type. A member that is null counts as absent. A wrong type or value is
 * {@code INVALID_MANIFEST}, with the path of the member in the message.
 *
 * @param tree the object
 * @param path where the object lies in its document, with a dot at the end; empty for the document itself
 */
record Members(SortedMap<String, @Nullable Object> tree, String path) {
    static Members of(SortedMap<String, @Nullable Object> document) {
        return new Members(document, "");
    }

    boolean has(String name) {
        return tree.get(name) != null;
    }

    @Nullable String string(String name) {
        Object value = tree.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw wrong(name, "not a string");
    }

    /** A string that a model type takes; its refusal is passed on under the member's path. */
    <T> @Nullable T string(String name, Function<String, T> type) {
        String text = string(name);
        if (text == null) {
            return null;
        }
        try {
            return type.apply(text);
        } catch (SurfaceException e) {
            throw new SurfaceException(ErrorCode.INVALID_MANIFEST, path + name + ": " + e.getMessage(), e.hint());
        }
    }

    /** A whole number from 0, or null. */
    @Nullable Long size(String name) {
        Object value = tree.get(name);
        if (value == null || (value instanceof Long number && number >= 0)) {
            return (Long) value;
        }
        throw wrong(name, "not a whole number from 0");
    }

    boolean flag(String name) {
        Object value = tree.get(name);
        if (value == null || value instanceof Boolean) {
            return value != null && (Boolean) value;
        }
        throw wrong(name, "not true or false");
    }

    /** The object under that name; an empty one that belongs to nothing where it is absent. */
    Members object(String name) {
        Object value = tree.get(name);
        if (value == null) {
            return new Members(new TreeMap<>(), path + name + ".");
        }
        return asObject(value, name);
    }

    @Nullable List<?> list(String name) {
        Object value = tree.get(name);
        if (value == null || value instanceof List<?>) {
            return (List<?>) value;
        }
        throw wrong(name, "not an array");
    }

    /** The object at a place of the array under that name. */
    Members element(String name, int index, @Nullable Object value) {
        return asObject(value, name + "[" + index + "]");
    }

    private Members asObject(@Nullable Object value, String name) {
        if (!(value instanceof SortedMap<?, ?>)) {
            throw wrong(name, "not an object");
        }
        @SuppressWarnings("unchecked") // the reader makes no other maps
        SortedMap<String, @Nullable Object> object = (SortedMap<String, @Nullable Object>) value;
        return new Members(object, path + name + ".");
    }

    <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw wrong(name, "missing");
        }
        return value;
    }

    SurfaceException wrong(String name, String what) {
        return new SurfaceException(ErrorCode.INVALID_MANIFEST, "not a manifest: " + path + name + " is " + what);
    }
}
