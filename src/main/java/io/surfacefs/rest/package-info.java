/** The REST edge: translates HTTP in and out and streams bytes; decides nothing. */
@NullMarked
package io.surfacefs.rest;

import org.jspecify.annotations.NullMarked;
