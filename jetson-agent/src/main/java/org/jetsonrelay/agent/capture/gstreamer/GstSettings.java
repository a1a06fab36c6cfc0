// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.time.Duration;

/**
 * What a pipeline is to deliver.
 *
 * @param input where the pictures come from
 * @param encoder what is to make JPEGs of them
 * @param width in pixels; 0 with a height of 0 is as the camera likes
 * @param height in pixels
 * @param fps frames per second; 0 is as the camera likes
 * @param quality of the JPEGs, percent
 * @param networkDelay how much a network camera's stream is held back to smooth it
 */
public record GstSettings(
    Input input,
    Encoder encoder,
    int width,
    int height,
    double fps,
    int quality,
    Duration networkDelay) {

  /** The largest side of a picture: what fits in a JPEG's header. */
  public static final int MOST_PIXELS = 65_500;

  /** The fastest rate that makes sense to ask a camera for. */
  public static final double MOST_FPS = 240;

  /** Refuses what no pipeline can do. */
  public GstSettings {
    if (width < 0 || width > MOST_PIXELS || height < 0 || height > MOST_PIXELS) {
      throw new IllegalArgumentException("a size of " + width + "x" + height + " is impossible");
    }
    if ((width == 0) != (height == 0)) {
      throw new IllegalArgumentException("width and height belong together");
    }
    if (!(fps >= 0) || fps > MOST_FPS || (fps > 0 && fps < 0.01)) {
      throw new IllegalArgumentException("a rate of " + fps + " frames per second is impossible");
    }
    if (quality < 1 || quality > 100) {
      throw new IllegalArgumentException("a quality of " + quality + " % is impossible");
    }
    if (networkDelay.isNegative() || networkDelay.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException("a network delay of " + networkDelay + " is impossible");
    }
  }

  /** For an input, as the camera likes and with the encoder that is best here. */
  public static GstSettings of(Input input) {
    return new GstSettings(input, Encoder.AUTO, 0, 0, 0, 80, Duration.ofMillis(50));
  }

  /** The same with another encoder. */
  public GstSettings withEncoder(Encoder other) {
    return new GstSettings(input, other, width, height, fps, quality, networkDelay);
  }

  /** The same with another size. */
  public GstSettings withSize(int newWidth, int newHeight) {
    return new GstSettings(input, encoder, newWidth, newHeight, fps, quality, networkDelay);
  }

  /** The same with another rate. */
  public GstSettings withFps(double other) {
    return new GstSettings(input, encoder, width, height, other, quality, networkDelay);
  }

  /** The same with another quality. */
  public GstSettings withQuality(int percent) {
    return new GstSettings(input, encoder, width, height, fps, percent, networkDelay);
  }
}
