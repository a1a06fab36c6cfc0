// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

/// Images as small as the header parser accepts, filled up with bytes that are the same for the
/// same seed and different for another.
public final class Jpegs {

  /// Pixels of every image made here.
  public static final int WIDTH = 1280;

  /// Pixels of every image made here.
  public static final int HEIGHT = 720;

  private Jpegs() {}

  /// An image of exactly so many bytes, at least 32.
  public static byte[] jpeg(int bytes, long seed) {
    return Rehearsal.jpeg(bytes, WIDTH, HEIGHT, seed);
  }
}
