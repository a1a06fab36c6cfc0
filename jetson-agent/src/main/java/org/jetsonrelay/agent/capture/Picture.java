// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import java.nio.ByteBuffer;

/**
 * One JPEG and when it was captured. Reused: of the few an agent owns one is being filled, one
 * waits and one is being sent, so that no frame costs an allocation. At any time it belongs to one
 * thread.
 */
public final class Picture {

  /** A picture that no source has filled. */
  public static final long UNREAD = Long.MIN_VALUE;

  private ByteBuffer data;
  private long capturedAtMillis;
  private long readNanos = UNREAD;

  /** With room for {@code bytes} to begin with. */
  public Picture(int bytes) {
    data = ByteBuffer.allocateDirect(bytes).limit(0);
  }

  /** The JPEG, from position 0 to the limit; a direct buffer. */
  public ByteBuffer data() {
    return data;
  }

  /** When the frame was captured, milliseconds since 1970 by this machine's clock. */
  public long capturedAtMillis() {
    return capturedAtMillis;
  }

  /** Sets the capture time, milliseconds since 1970. */
  public void capturedAt(long millis) {
    capturedAtMillis = millis;
  }

  /**
   * When the source had the JPEG ready, as {@link System#nanoTime}; {@link #UNREAD} if none did.
   */
  public long readNanos() {
    return readNanos;
  }

  /** Sets when the JPEG was ready, as {@link System#nanoTime}. */
  public void readAt(long nanos) {
    readNanos = nanos;
  }

  /** Empties the buffer and makes sure that {@code bytes} fit: position 0, limit = capacity. */
  public ByteBuffer clear(int bytes) {
    if (data.capacity() < bytes) {
      data = ByteBuffer.allocateDirect(Math.max(bytes, data.capacity() + data.capacity() / 2));
    }
    return data.clear();
  }
}
