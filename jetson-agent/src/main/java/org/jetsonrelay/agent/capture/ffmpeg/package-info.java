// SPDX-License-Identifier: MIT
/**
 * What JavaCV's FFmpeg does for the agent: an encoder and video files. The only package that names
 * {@code org.bytedeco}; call {@link org.jetsonrelay.agent.capture.ffmpeg.Natives#require()} before
 * anything else in it.
 */
@NullMarked
package org.jetsonrelay.agent.capture.ffmpeg;

import org.jspecify.annotations.NullMarked;
