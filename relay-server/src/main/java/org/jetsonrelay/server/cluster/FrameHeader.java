// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What stands before each JPEG on the bus.
///
/// @param node where the frame was published
/// @param run counts up each time that a camera begins to count anew; no two of a node are alike
/// @param sequence the camera's count of frames there
/// @param capturedAtMillis wall clock of the camera at the capture, 0 when unknown
record FrameHeader(long node, long run, long sequence, long capturedAtMillis) {

  /// Its length: a byte for the kind, then four numbers.
  static final int BYTES = 1 + 4 * Long.BYTES;

  private static final byte FRAME = 4;

  /// Puts it at the beginning of a message.
  void put(byte[] message) {
    ByteBuffer.wrap(message)
        .put(FRAME)
        .putLong(node)
        .putLong(run)
        .putLong(sequence)
        .putLong(capturedAtMillis);
  }

  /// Reads it from the beginning of a message; null when there is none.
  static @Nullable FrameHeader of(byte[] message) {
    if (message.length < BYTES || message[0] != FRAME) {
      return null;
    }
    ByteBuffer from = ByteBuffer.wrap(message, 1, BYTES - 1);
    return new FrameHeader(from.getLong(), from.getLong(), from.getLong(), from.getLong());
  }

  /// Whether it stands for a frame that was published after the one of `other`.
  boolean isNewerThan(FrameHeader other) {
    return run != other.run ? run > other.run : sequence > other.sequence;
  }
}
