// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The control messages that wait for one socket: bounded, in order, never replaced.
///
/// Any thread offers; the holder of the connection's claim polls.
final class ControlFifo {

  private final ConcurrentLinkedQueue<byte[]> messages = new ConcurrentLinkedQueue<>();
  // Written by any thread. Counted before the message is visible, so it is never below the true
  // size.
  private final AtomicInteger size = new AtomicInteger();
  private final int limit;

  ControlFifo(int limit) {
    this.limit = limit;
  }

  /// Adds an encoded message.
  ///
  /// @return false when `limit` messages wait already: the client does not read, and must be closed
  boolean offer(byte[] message) {
    if (size.incrementAndGet() > limit) {
      size.decrementAndGet();
      return false;
    }
    messages.add(message);
    return true;
  }

  byte @Nullable [] poll() {
    if (size.get() == 0) { // asked for each frame: the queue's nodes need not be fetched for that
      return null;
    }
    byte[] message = messages.poll();
    if (message != null) {
      size.decrementAndGet();
    }
    return message;
  }

  int size() {
    return size.get();
  }
}
