/** The command line edge: one class for a command, each on the same beans or on a client. */
@NullMarked
package io.surfacefs.cli;

import org.jspecify.annotations.NullMarked;
