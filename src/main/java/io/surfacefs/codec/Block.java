package io.surfacefs.codec;

/**
 * A piece of decoded bytes. The array belongs to whom it was given.
 *
 * @param array holds the bytes
 * @param offset where they begin
 * @param length how many they are, at least 1
 */
public record Block(byte[] array, int offset, int length) {}
