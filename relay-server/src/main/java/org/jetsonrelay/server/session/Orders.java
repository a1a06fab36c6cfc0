// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Holds back `start_streaming` and `stop_streaming` until a publisher has been told that it is
/// registered: the hub gives its first order while the camera's name is still being taken.
///
/// Any thread gives orders, the reader thread opens. Only the latest order counts.
final class Orders {

  private final Consumer<byte[]> send;

  // Guarded by this object's monitor, which is not held while anything is sent.
  private boolean open;
  private byte @Nullable [] early;

  Orders(Consumer<byte[]> send) {
    this.send = send;
  }

  void give(byte[] order) {
    synchronized (this) {
      if (!open) {
        early = order;
        return;
      }
    }
    send.accept(order);
  }

  /// Lets orders through, the one held back first; one that comes meanwhile waits its turn.
  void open() {
    while (true) {
      byte[] first;
      synchronized (this) {
        first = early;
        early = null;
        if (first == null) {
          open = true;
          return;
        }
      }
      send.accept(first);
    }
  }
}
