/**
 * Tests of the edges: they start the program as a process and speak to it through sockets, arguments and files only, so
 * that the same classes judge the jar and the native binary.
 */
@NullMarked
package io.surfacefs.it;

import org.jspecify.annotations.NullMarked;
