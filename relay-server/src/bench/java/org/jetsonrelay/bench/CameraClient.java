// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/// One publisher: sends each frame when it is due, or as soon after as the relay lets it. It never
/// leaves a frame out because it is late, so a relay that pushes back does not get an easier test.
///
/// Opened by the measuring thread; [#publish] runs on a thread of its own for one measurement at a
/// time.
final class CameraClient implements AutoCloseable {
  /// How long after the end frames may still go that were due before it.
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long LATEST_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final SocketChannel channel;
  private final ByteBuffer frame;
  private final int pictureAt;
  private final int camera;
  private long sequence;

  CameraClient(InetSocketAddress relay, int camera, byte[] picture) throws IOException {
    this.camera = camera;
    channel = Handshake.open(relay, ByteBuffer.allocate(16 * 1024));
    Handshake.sendText(
        channel,
        "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"camera-%d\"}"
            .formatted(camera));
    frame = ByteBuffer.allocateDirect(16 + picture.length);
    Handshake.putHeader(frame, 0x82, picture.length);
    pictureAt = frame.position();
    Handshake.putMasked(frame, picture, picture.length);
    frame.flip();
  }

  /// What one measurement's sending was like.
  ///
  /// @param due frames due in the window
  /// @param late how late their sending began, in nanoseconds
  record Sent(long due, Histogram late) {}

  /// Sends from `first` on until `end`; frames due in `[windowStart, end)` count.
  Sent publish(long first, long periodNanos, long windowStart, long end) throws IOException {
    Histogram late = new Histogram(LATEST_NANOS, 2);
    long due = first;
    long counted = 0;
    for (long k = 0; due - end < 0; k++, due = first + k * periodNanos) {
      boolean counts = due - windowStart >= 0;
      counted += counts ? 1 : 0;
      long now = sleepUntil(due);
      if (now - end >= GRACE_NANOS) {
        continue; // not sent any more, but it was due: it counts as not delivered
      }
      FrameStamp.put(frame, pictureAt, due, ++sequence, Handshake.WIDE_KEY);
      if (counts) {
        late.recordValue(Math.clamp(now - due, 0, LATEST_NANOS));
      }
      frame.position(0);
      Handshake.writeAll(channel, frame);
    }
    return new Sent(counted, late);
  }

  int camera() {
    return camera;
  }

  private static long sleepUntil(long due) {
    long now = System.nanoTime();
    while (due - now > 0) {
      LockSupport.parkNanos(due - now);
      now = System.nanoTime();
    }
    return now;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
