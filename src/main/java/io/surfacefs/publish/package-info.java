/** What an image build publishes: its files checked, put as artefacts, and listed by a scan manifest. */
@NullMarked
package io.surfacefs.publish;

import org.jspecify.annotations.NullMarked;
