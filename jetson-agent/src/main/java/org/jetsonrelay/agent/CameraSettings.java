// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * One camera as the user described it.
 *
 * @param name its name at the relay; without one the relay chooses
 * @param source where its frames come from, such as {@code folder:recordings}
 * @param fps frames per second; without it the source's own
 * @param size of the frames; without it the source's own
 * @param quality of the JPEGs, 1 to 100
 * @param token for the relay
 * @param alwaysOn capture and send whether or not anybody watches
 */
record CameraSettings(
    Optional<String> name,
    String source,
    OptionalDouble fps,
    @Nullable Size size,
    int quality,
    Optional<String> token,
    boolean alwaysOn) {

  /** How the log calls it. */
  String label() {
    return name.orElse("camera");
  }

  /**
   * Width and height of frames in pixels.
   *
   * @param width even
   * @param height even
   */
  record Size(int width, int height) {}
}
