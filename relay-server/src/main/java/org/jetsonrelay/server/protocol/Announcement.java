// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import org.jspecify.annotations.Nullable;

/// `h264_chunk`, `h264_frame` or `complete_video`: says that the next binary message of this
/// connection is that payload. Metadata and payload are relayed together, as they came.
public final class Announcement implements ClientMessage {

  /// What is announced.
  public enum Kind {
    /// A piece of an H.264 byte stream.
    H264_CHUNK("h264_chunk"),
    /// One H.264 access unit.
    H264_FRAME("h264_frame"),
    /// A whole video file.
    COMPLETE_VIDEO("complete_video");

    private final String wireName;

    Kind(String wireName) {
      this.wireName = wireName;
    }

    /// The value of `type`.
    public String wireName() {
      return wireName;
    }

    static @Nullable Kind named(String wireName) {
      for (Kind kind : values()) {
        if (kind.wireName.equals(wireName)) {
          return kind;
        }
      }
      return null;
    }
  }

  private final Kind kind;
  private final byte[] json;

  Announcement(Kind kind, byte[] json) {
    this.kind = kind;
    this.json = json;
  }

  /// What is announced.
  public Kind kind() {
    return kind;
  }

  /// The message as the client sent it, to the byte; only a NUL after its end is cut off, which a
  /// viewer could not parse. Not copied, so not to be changed: it goes to every viewer.
  public byte[] json() {
    return json;
  }

  @Override
  public String toString() {
    return "Announcement[kind=%s, bytes=%d]".formatted(kind, json.length);
  }
}
