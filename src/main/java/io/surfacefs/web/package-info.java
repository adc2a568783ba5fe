/** The page for people: shows what runs and what is stored, changes nothing, decides nothing. */
@NullMarked
package io.surfacefs.web;

import org.jspecify.annotations.NullMarked;
