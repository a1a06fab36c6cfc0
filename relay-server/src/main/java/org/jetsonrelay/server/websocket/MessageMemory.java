// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.util.concurrent.atomic.AtomicLong;

/// The memory of all messages that are being put together, on all connections of one server: many
/// peers that each send a large part of a large message must not take all there is.
///
/// Reader threads take and give.
final class MessageMemory {

  private final long maxBytes;
  private final AtomicLong taken = new AtomicLong();

  MessageMemory(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /// Takes some.
  ///
  /// @throws ProtocolViolation when there is not so much
  void take(long bytes) throws ProtocolViolation {
    if (taken.addAndGet(bytes) > maxBytes) {
      taken.addAndGet(-bytes);
      throw new ProtocolViolation(
          ControlFrames.TRY_AGAIN_LATER,
          "too many messages are being received",
          EngineLimit.INCOMPLETE_BYTES);
    }
  }

  void give(long bytes) {
    taken.addAndGet(-bytes);
  }

  long takenBytes() {
    return taken.get();
  }
}
