// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.nio.ByteBuffer;
import java.util.Random;

/// Images as small as the header parser accepts, filled up with bytes that are the same for the
/// same seed and different for another.
public final class Jpegs {

  /// Pixels of every image made here.
  public static final int WIDTH = 1280;

  /// Pixels of every image made here.
  public static final int HEIGHT = 720;

  private static final int HEADER_BYTES = 2 + 2 + 17;

  private Jpegs() {}

  /// An image of exactly so many bytes, at least 32.
  public static byte[] jpeg(int bytes, long seed) {
    byte[] image = new byte[bytes];
    new Random(seed).nextBytes(image);
    ByteBuffer header = ByteBuffer.wrap(image);
    header.putShort((short) 0xffd8); // SOI
    header.putShort((short) 0xffc0).putShort((short) 17).put((byte) 8); // SOF0, 8 bits
    header.putShort((short) HEIGHT).putShort((short) WIDTH).put((byte) 3);
    header.putShort(HEADER_BYTES, (short) 0xffda); // SOS
    header.putShort(bytes - 2, (short) 0xffd9); // EOI
    return image;
  }
}
