// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

/** Compresses pictures of one size. Used by the capture thread only. */
public interface JpegEncoder extends AutoCloseable {

  /**
   * Puts the JPEG of {@code image} into {@code into}.
   *
   * @param quality 1 to 100
   * @throws SourceException when the encoder refuses
   */
  void encode(I420 image, int quality, Picture into) throws SourceException;

  /** Which encoder this is, for the log. */
  String description();

  @Override
  void close();
}
