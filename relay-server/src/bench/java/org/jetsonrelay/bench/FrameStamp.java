// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/// The pictures of the test: a JPEG header whose comment carries when the frame was due, then bytes
/// that look like compressed data, the same for all frames of a camera.
final class FrameStamp {
  /// All that a viewer needs to see of a frame.
  static final int BYTES = 40;

  private static final long MAGIC = 0x6a65_7473_6f6e_2121L;

  // FF D8 (start of image), FF FE (comment) and its length come before the stamp.
  private static final int MAGIC_AT = 8;
  private static final int DUE_AT = 16;
  private static final int CAMERA_AT = 24;
  private static final int SEQUENCE_AT = 32;
  private static final int FRAME_HEADER_AT = BYTES;
  private static final int WIDTH = 1280;
  private static final int HEIGHT = 720;

  private FrameStamp() {}

  /// A picture without a due time yet.
  static byte[] picture(int camera, int length) {
    byte[] bytes = new byte[length];
    // Compressed data has no FF but before a zero; a fixed seed makes runs alike.
    SplittableRandom random = new SplittableRandom(camera + 1);
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) random.nextInt(0xff);
    }
    ByteBuffer picture = ByteBuffer.wrap(bytes);
    picture.putInt(0, 0xffd8_fffe).putShort(4, (short) (BYTES - 4)).putShort(6, (short) 0);
    picture.putLong(MAGIC_AT, MAGIC).putLong(CAMERA_AT, camera);
    picture
        .position(FRAME_HEADER_AT)
        .putShort((short) 0xffc0)
        .putShort((short) 17)
        .put((byte) 8)
        .putShort((short) HEIGHT)
        .putShort((short) WIDTH)
        .put((byte) 3)
        .put(new byte[] {1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1});
    picture.putShort(length - 2, (short) 0xffd9);
    return bytes;
  }

  /// Writes what differs from frame to frame, masked by `key` as all of the picture is.
  static void put(ByteBuffer frame, int at, long dueNanos, long sequence, long key) {
    frame.putLong(at + DUE_AT, dueNanos ^ key).putLong(at + SEQUENCE_AT, sequence ^ key);
  }

  static boolean isOurs(ByteBuffer stamp) {
    return stamp.getLong(MAGIC_AT) == MAGIC;
  }

  static long dueNanos(ByteBuffer stamp) {
    return stamp.getLong(DUE_AT);
  }

  static int camera(ByteBuffer stamp) {
    return (int) stamp.getLong(CAMERA_AT);
  }

  static long sequence(ByteBuffer stamp) {
    return stamp.getLong(SEQUENCE_AT);
  }
}
