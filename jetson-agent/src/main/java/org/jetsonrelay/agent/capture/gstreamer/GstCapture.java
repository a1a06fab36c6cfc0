// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetsonrelay.agent.capture.SourceException;

/**
 * A playing pipeline. Owns the native handle and lends it to each call for the call's duration, so
 * that a close beside a call frees nothing under it: the last one out closes. One thread at a time
 * pulls; {@link #set} and {@link #close} may be called by any other.
 */
public final class GstCapture implements AutoCloseable {

  private static final int CLOSED = 1 << 30;

  private final long handle;

  // How many calls are inside, and CLOSED once nobody may enter any more. Any thread.
  private final AtomicInteger lent = new AtomicInteger();

  GstCapture(long handle) {
    this.handle = handle;
  }

  /**
   * Copies the next frame to the start of a direct buffer, whatever its position and limit.
   *
   * @return its length; {@link GstNative#TIMEOUT}, {@link GstNative#END} or {@link
   *     GstNative#FAILED}; or, negative, how many bytes the buffer must hold: the frame is kept
   * @throws IllegalStateException when the capture is closed
   */
  int pull(ByteBuffer target, long timeoutNanos) throws SourceException {
    borrow();
    try {
      return GstNative.pull(handle, target, timeoutNanos);
    } finally {
      giveBack();
    }
  }

  /**
   * Waits for the next frame, in a form that is easier to use and allocates nothing either.
   *
   * @return its length, or nothing (0) when none came in time or there are no more
   * @throws SourceException when the pipeline has broken down or the frame does not fit
   */
  public int next(ByteBuffer target, Duration timeout) throws SourceException {
    int answer = pull(target, timeout.toNanos());
    if (answer == GstNative.FAILED) {
      throw new SourceException(lastError());
    }
    if (answer < GstNative.END) {
      throw new SourceException("a frame of " + -answer + " bytes does not fit");
    }
    return Math.max(answer, 0);
  }

  /** When the frame last pulled was captured, milliseconds since 1970, by the pipeline's clock. */
  public long capturedAtMillis() {
    borrow();
    try {
      return GstNative.capturedAtMillis(handle);
    } finally {
      giveBack();
    }
  }

  /**
   * Sets a number of a named element while the pipeline plays.
   *
   * @throws SourceException when there is no such element or property, or the value is out of range
   */
  public void set(String element, String property, long value) throws SourceException {
    borrow();
    try {
      GstNative.set(handle, GstLibrary.utf8(element), GstLibrary.utf8(property), value);
    } finally {
      giveBack();
    }
  }

  /** The first error that the pipeline has reported, in GStreamer's words; empty without one. */
  public String lastError() {
    borrow();
    try {
      return new String(GstNative.lastError(handle), UTF_8);
    } finally {
      giveBack();
    }
  }

  /** Brings the pipeline to NULL, at once or when the call that is inside returns. */
  @Override
  public void close() {
    int before = lent.getAndUpdate(count -> count | CLOSED);
    if (before == 0) {
      GstNative.close(handle);
    }
  }

  private void borrow() {
    int before = lent.getAndUpdate(count -> (count & CLOSED) == 0 ? count + 1 : count);
    if ((before & CLOSED) != 0) {
      throw new IllegalStateException("the capture is closed");
    }
  }

  private void giveBack() {
    // Only one can be the last: after CLOSED the count only falls.
    if (lent.decrementAndGet() == CLOSED) {
      GstNative.close(handle);
    }
  }
}
