// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.settings;

import java.util.Optional;
import java.util.OptionalDouble;
import org.jetsonrelay.agent.capture.gstreamer.Encoder;
import org.jspecify.annotations.Nullable;

/**
 * One camera as the user described it.
 *
 * @param name its name at the relay; without one the relay chooses
 * @param source where its frames come from, such as {@code folder:recordings}
 * @param encoder what is to make the JPEGs
 * @param fps frames per second; without it the source's own
 * @param size of the frames; without it the source's own
 * @param quality of the JPEGs, 1 to 100
 * @param token for the relay
 * @param alwaysOn capture and send whether or not anybody watches
 */
public record CameraSettings(
    Optional<String> name,
    String source,
    Encoder encoder,
    OptionalDouble fps,
    @Nullable Size size,
    int quality,
    Optional<String> token,
    boolean alwaysOn) {

  /** How the log calls it. */
  public String label() {
    return name.orElse("camera");
  }

  /**
   * A camera of a tool's own, described by words as on the command line.
   *
   * @throws UsageException when a word is wrong
   */
  public static CameraSettings of(String name, String source, String encoder)
      throws UsageException {
    return new CameraSettings(
        Optional.of(name),
        Values.source(source, "--source"),
        Values.encoder(encoder, "--encoder"),
        OptionalDouble.empty(),
        null,
        80,
        Optional.empty(),
        false);
  }

  /** The same with values described by words. */
  public CameraSettings with(String newFps, String newSize, String newQuality)
      throws UsageException {
    return with(
        OptionalDouble.of(Values.fps(newFps, "--fps")),
        Values.size(newSize, "--size"),
        Values.quality(newQuality, "--quality"));
  }

  /** The same with the values that can change while it runs. */
  public CameraSettings with(OptionalDouble newFps, @Nullable Size newSize, int newQuality) {
    return new CameraSettings(name, source, encoder, newFps, newSize, newQuality, token, alwaysOn);
  }

  /** The same from another source by another encoder. */
  public CameraSettings from(String newSource, Encoder newEncoder) {
    return new CameraSettings(name, newSource, newEncoder, fps, size, quality, token, alwaysOn);
  }

  /** Without the token, which no log may show. */
  @Override
  public String toString() {
    return label() + " from " + source;
  }

  /**
   * Width and height of frames in pixels.
   *
   * @param width even
   * @param height even
   */
  public record Size(int width, int height) {}
}
