// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.nio.ByteBuffer;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.frame.JpegHeader;
import org.jetsonrelay.server.hub.Announced;
import org.jetsonrelay.server.hub.Feed;
import org.jetsonrelay.server.hub.H264;
import org.jetsonrelay.server.protocol.Announcement;
import org.jetsonrelay.server.protocol.ClientMessage;
import org.jspecify.annotations.Nullable;

/// What a `jetson` client is: turns its binary messages into frames and announced payloads and
/// hands them to its camera. Used by the connection's reader thread only.
final class PublisherRole {

  /// Start of image, the first two bytes of every JPEG (ITU-T T.81, table B.1).
  private static final short SOI = (short) 0xffd8;

  private static final JpegHeader.Size UNKNOWN_SIZE = new JpegHeader.Size(0, 0);

  private final Feed feed;
  private final String from;
  private final BlockPool pool;

  private long capturedAtMillis;
  private long encodedAtMillis;
  private long sentAtMillis;
  private @Nullable Announcement announcement;

  PublisherRole(Feed feed, String from, BlockPool pool) {
    this.feed = feed;
    this.from = from;
    this.pool = pool;
  }

  /// Whether a binary message begins as a JPEG does.
  static boolean isImage(Block block, int offset, int length) {
    return length >= 4 && block.memory().getShort(offset) == SOI;
  }

  Feed feed() {
    return feed;
  }

  /// What the camera says of the next image, by its own clock.
  void about(ClientMessage.ImageData image) {
    capturedAtMillis = image.capturedAtMillis();
    encodedAtMillis = image.encodedAtMillis();
    sentAtMillis = image.sentAtMillis();
  }

  /// The next binary message is this payload, not an image. A second one before it replaces the
  /// first.
  void announced(Announcement next) {
    announcement = next;
  }

  boolean awaitsPayload() {
    return announcement != null;
  }

  /// A binary message; takes over the caller's reference.
  ///
  /// What begins as a JPEG is passed on, whatever follows: a camera with an odd encoder must not
  /// stay dark because the relay could not read its size.
  ///
  /// @return whether it was passed on; false when it is not an image
  boolean accept(Block block, int offset, int length, long receivedAtMillis, long receivedNanos) {
    Announcement next = announcement;
    if (next != null) {
      announcement = null;
      announce(next, block, offset, length, receivedNanos);
      return true;
    }
    if (!isImage(block, offset, length)) {
      block.release();
      return false;
    }
    long captured = capturedAtMillis;
    long encoded = encodedAtMillis;
    long sent = sentAtMillis;
    capturedAtMillis = 0;
    encodedAtMillis = 0;
    sentAtMillis = 0;
    JpegHeader.Size size =
        switch (JpegHeader.parse(block.memory(), offset, length)) {
          case JpegHeader.Size known -> known;
          case JpegHeader.Fault _ -> UNKNOWN_SIZE;
        };
    Frame frame =
        Frame.seal(
            block,
            offset,
            length,
            from,
            feed.nextSequence(),
            captured,
            receivedAtMillis,
            receivedNanos,
            size.width(),
            size.height());
    try {
      feed.publish(frame, encoded, sent);
    } finally {
      frame.release();
    }
    return true;
  }

  /// Lays `[metadata as text frame][payload as binary frame]` out in one block: in front of the
  /// payload where the headroom allows, else in a new one.
  @SuppressWarnings("ReferenceEquality") // whether it is a second block, not what it holds
  private void announce(Announcement next, Block block, int offset, int length, long nowNanos) {
    byte[] text = TextFrame.of(next.json());
    byte[] header = TextFrame.binaryHeader(length);
    int front = text.length + header.length;
    ByteBuffer payload = block.view(offset, length);
    boolean keyFrame = isKeyFrame(next.kind(), payload);
    Block pair = block;
    int start = offset - front;
    if (start < 0) {
      pair = pool.acquire(front + length);
      start = 0;
      pair.memory().put(front, payload, payload.position(), length);
    }
    pair.memory().put(start, text).put(start + text.length, header);
    try {
      feed.announce(
          new Announced(
              kind(next.kind()), pair, start, front + length, length, keyFrame, nowNanos));
    } finally {
      pair.release();
      if (pair != block) {
        block.release();
      }
    }
  }

  private static boolean isKeyFrame(Announcement.Kind kind, ByteBuffer payload) {
    return switch (kind) {
      case H264_CHUNK, H264_FRAME -> H264.isKeyFrame(payload);
      case COMPLETE_VIDEO -> false;
    };
  }

  private static Announced.Kind kind(Announcement.Kind kind) {
    return switch (kind) {
      case H264_CHUNK -> Announced.Kind.H264_CHUNK;
      case H264_FRAME -> Announced.Kind.H264_FRAME;
      case COMPLETE_VIDEO -> Announced.Kind.COMPLETE_VIDEO;
    };
  }
}
