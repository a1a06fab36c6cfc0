// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/// The control messages that wait for one socket: bounded, in order, never replaced.
///
/// Any thread offers; the holder of the connection's claim polls.
final class ControlFifo {

  // Not an AtomicInteger: one object less to reach for each frame.
  private static final AtomicIntegerFieldUpdater<ControlFifo> SIZE =
      AtomicIntegerFieldUpdater.newUpdater(ControlFifo.class, "size");

  private final ConcurrentLinkedQueue<byte[]> messages = new ConcurrentLinkedQueue<>();
  // Written by any thread. Counted before the message is visible, so it is never below the true
  // size.
  private volatile int size;
  private final int limit;

  ControlFifo(int limit) {
    this.limit = limit;
  }

  /// Adds an encoded message.
  ///
  /// @return false when `limit` messages wait already: the client does not read, and must be closed
  boolean offer(byte[] message) {
    if (SIZE.incrementAndGet(this) > limit) {
      SIZE.decrementAndGet(this);
      return false;
    }
    messages.add(message);
    return true;
  }

  byte @Nullable [] poll() {
    if (size == 0) { // asked for each frame: the queue's nodes need not be fetched for that
      return null;
    }
    byte[] message = messages.poll();
    if (message != null) {
      SIZE.decrementAndGet(this);
    }
    return message;
  }

  int size() {
    return size;
  }
}
