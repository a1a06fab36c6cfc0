// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What makes the JPEGs. */
public enum Encoder {
  /** Whatever is best here; {@link EncoderChoice} says what that is and why. */
  AUTO,
  /** The Jetson's hardware, by NVIDIA's {@code nvjpegenc}. */
  NVJPEG,
  /** GStreamer's {@code jpegenc}, on the CPU. */
  CPU,
  /** Nothing: the camera delivers JPEGs, which pass through untouched. */
  PASSTHROUGH,
  /** JavaCV's FFmpeg instead of GStreamer. */
  JAVACV;

  /** The encoder of that name, as {@link #word} writes it. */
  public static Optional<Encoder> named(String word) {
    return Arrays.stream(values()).filter(encoder -> encoder.word().equals(word)).findFirst();
  }

  /** All names, for a message. */
  public static String words() {
    return Arrays.stream(values()).map(Encoder::word).collect(Collectors.joining(", "));
  }

  /** Its name in settings and messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
