// SPDX-License-Identifier: MIT
/**
 * Frames out of GStreamer pipelines, through the capture library of {@code native/}. What to run is
 * decided by pure classes ({@code EncoderChoice}, {@code PipelineBuilder}) from what was probed
 * ({@code Device}); the rest holds the library and the pipeline.
 */
@NullMarked
package org.jetsonrelay.agent.capture.gstreamer;

import org.jspecify.annotations.NullMarked;
