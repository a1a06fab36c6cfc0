// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.http.Status;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.frame.JpegHeader;
import org.jetsonrelay.server.hub.Attachment;
import org.jetsonrelay.server.hub.Feed;
import org.jetsonrelay.server.hub.Publisher;

/// Feeds a camera with posted images. To the hub it is a publisher that streams whether asked or
/// not: HTTP has no way to tell it.
///
/// One thread at a time publishes; the hub may tell it any time that it was replaced.
final class HttpPublisher implements Publisher {

  /// Start of image, the first two bytes of every JPEG (ITU-T T.81, table B.1).
  private static final short SOI = (short) 0xffd8;

  private final PictureContext context;
  private final String id;
  private final String address;
  private final Runnable onReplaced;

  /// @param onReplaced called when a newer publisher has the name; must not block
  HttpPublisher(PictureContext context, String id, String address, Runnable onReplaced) {
    this.context = context;
    this.id = id;
    this.address = address;
    this.onReplaced = onReplaced;
  }

  /// Takes the camera's name, from whoever has it.
  Feed attach(String name, String owner) throws IngestException {
    long nowNanos = context.nanoTime().getAsLong();
    return switch (context.hub().attach(this, name, owner, nowNanos)) {
      case Attachment.Attached(Feed feed) -> feed;
      case Attachment.NameTaken(String _) ->
          throw new IngestException(
              Status.CONFLICT_409, "Somebody else feeds a camera of this name.");
      case Attachment.Full(int limit) ->
          throw new IngestException(
              Status.SERVICE_UNAVAILABLE_503,
              "This relay takes no more than " + limit + " cameras.");
    };
  }

  /// Publishes what the buffer holds.
  ///
  /// @return its sequence
  long publish(Feed feed, FrameBuffer image, long capturedAtMillis) throws IngestException {
    int length = image.length();
    Block block = image.take();
    if (block == null || length < 4 || block.memory().getShort(Frame.HEADROOM) != SOI) {
      if (block != null) {
        block.release();
      }
      throw new IngestException(
          Status.UNSUPPORTED_MEDIA_TYPE_415, "This is not a JPEG: it does not begin with FF D8.");
    }
    context.metrics().messagesFromClients().increment();
    context.metrics().bytesFromClients().add(length);
    int width = 0;
    int height = 0;
    if (JpegHeader.parse(block.memory(), Frame.HEADROOM, length)
        instanceof JpegHeader.Size(int w, int h)) {
      width = w;
      height = h;
    }
    Frame frame =
        Frame.seal(
            block,
            Frame.HEADROOM,
            length,
            id,
            feed.nextSequence(),
            capturedAtMillis,
            context.clock().millis(),
            context.nanoTime().getAsLong(),
            width,
            height);
    try {
      feed.publish(frame);
    } finally {
      frame.release();
    }
    return frame.sequence();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public void startStreaming(String requestedBy) {
    // It streams already.
  }

  @Override
  public void stopStreaming(String requestedBy) {
    // It cannot be told; its frames are taken and the latest is kept, as those of a camera that
    // starts by itself.
  }

  @Override
  public void replaced() {
    onReplaced.run();
  }
}
