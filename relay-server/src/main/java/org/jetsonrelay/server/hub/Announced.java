// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import org.jetsonrelay.server.frame.Block;

/// An announced payload, encoded once for all viewers: the metadata as a WebSocket text frame and,
/// right behind it, the payload as a WebSocket binary frame.
///
/// It lives in a counted block, like a frame; whoever keeps one holds a reference.
///
/// @param kind which announcement it was
/// @param block the memory the pair lies in
/// @param offset where the text frame begins
/// @param length bytes of both frames together
/// @param payloadLength bytes of the payload alone
/// @param keyFrame whether a decoder can begin here; without meaning for [Kind#COMPLETE_VIDEO]
/// @param receivedNanos [System#nanoTime()] when the payload was complete
public record Announced(
    Kind kind,
    Block block,
    int offset,
    int length,
    int payloadLength,
    boolean keyFrame,
    long receivedNanos) {

  /// The announcements the wire knows.
  public enum Kind {
    /// A piece of an H.264 stream, cut anywhere.
    H264_CHUNK,
    /// One H.264 access unit.
    H264_FRAME,
    /// A whole video file; each stands for itself.
    COMPLETE_VIDEO;

    /// Whether one is of no use without the ones before it.
    public boolean isStream() {
      return this != COMPLETE_VIDEO;
    }
  }

  /// Checks that the pair lies inside its block.
  public Announced {
    if (offset < 0 || length <= 0 || length > block.capacity() - offset) {
      throw new IllegalArgumentException(
          "offset " + offset + ", length " + length + " of " + block.capacity());
    }
    if (payloadLength < 0 || payloadLength > length) {
      throw new IllegalArgumentException("payload of " + payloadLength + " in " + length);
    }
  }

  /// Takes one more reference.
  public Announced retain() {
    block.retain();
    return this;
  }

  /// Gives one reference back.
  public void release() {
    block.release();
  }
}
