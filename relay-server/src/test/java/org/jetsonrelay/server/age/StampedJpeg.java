// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import javax.imageio.ImageIO;

/// Pictures that carry when they were sent: JPEGs that any decoder shows, of an exact size, with a
/// comment at their beginning for the stamp and others to fill them up.
final class StampedJpeg {

  private static final long MAGIC = 0x6167_6520_7374_616dL;

  // FF D8 (start of image), FF FE (comment) and its length come before the stamp.
  private static final int COMMENT_AT = 2;
  private static final int MAGIC_AT = 6;
  private static final int SENT_AT = 14;
  private static final int SEQUENCE_AT = 22;
  private static final int STAMP_END = 30;

  /// A marker and a length: no comment is shorter.
  private static final int COMMENT_BYTES = 4;

  private static final int MOST_COMMENT_BYTES = 2 + 0xffff;
  private static final int WIDTH = 640;
  private static final int HEIGHT_STEP = 8;
  private static final int LEAST_BYTES = 8_000;
  private static final int MOST_BYTES = 1 << 20;

  private StampedJpeg() {}

  /// A picture without a stamp yet.
  ///
  /// @param bytes its exact size, from 8,000 to 1,048,576
  static byte[] picture(int bytes) throws IOException {
    if (bytes < LEAST_BYTES || bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "a frame has from %d to %d bytes, not %d".formatted(LEAST_BYTES, MOST_BYTES, bytes));
    }
    int most = bytes - STAMP_END + COMMENT_AT - COMMENT_BYTES;
    // As many rows of noise as fit: each makes it longer by about the same.
    byte[] image = noise(HEIGHT_STEP);
    int height = HEIGHT_STEP * Math.max(1, most / image.length);
    do {
      height += HEIGHT_STEP;
      image = noise(height);
    } while (image.length <= most);
    while (image.length > most) {
      height -= HEIGHT_STEP;
      image = noise(height);
    }

    ByteBuffer picture = ByteBuffer.allocate(bytes);
    picture.put(image, 0, COMMENT_AT);
    picture.putShort((short) 0xfffe).putShort((short) (STAMP_END - COMMENT_AT - 2)).putLong(MAGIC);
    picture.position(STAMP_END);
    int left = bytes - STAMP_END - (image.length - COMMENT_AT);
    while (left > 0) {
      int comment = Math.min(left, MOST_COMMENT_BYTES);
      // What is left behind it must be nothing, or enough for another one.
      comment -= left - comment > 0 && left - comment < COMMENT_BYTES ? COMMENT_BYTES : 0;
      picture.putShort((short) 0xfffe).putShort((short) (comment - 2));
      picture.position(picture.position() + comment - COMMENT_BYTES);
      left -= comment;
    }
    picture.put(image, COMMENT_AT, image.length - COMMENT_AT);
    return picture.array();
  }

  /// The same noise for the same height.
  private static byte[] noise(int height) throws IOException {
    BufferedImage image = new BufferedImage(WIDTH, height, BufferedImage.TYPE_BYTE_GRAY);
    byte[] pixels = new byte[WIDTH * height];
    new Random(height).nextBytes(pixels);
    image.getRaster().setDataElements(0, 0, WIDTH, height, pixels);
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    if (!ImageIO.write(image, "jpg", jpeg)) {
      throw new IOException("this JVM writes no JPEG");
    }
    return jpeg.toByteArray();
  }

  /// @param at where the picture begins, which is not masked
  static void stamp(ByteBuffer frame, int at, long sentNanos, long sequence) {
    frame.putLong(at + SENT_AT, sentNanos).putLong(at + SEQUENCE_AT, sequence);
  }

  static boolean isOne(byte[] picture) {
    return picture.length >= STAMP_END && ByteBuffer.wrap(picture).getLong(MAGIC_AT) == MAGIC;
  }

  /// When it was sent, [System#nanoTime()].
  static long sentNanos(byte[] picture) {
    return ByteBuffer.wrap(picture).getLong(SENT_AT);
  }

  static long sequence(byte[] picture) {
    return ByteBuffer.wrap(picture).getLong(SEQUENCE_AT);
  }
}
