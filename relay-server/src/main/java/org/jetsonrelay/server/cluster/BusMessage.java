// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.List;

/// What relays tell each other, frames aside. Each message stands for itself and repeats what still
/// holds, so that one may be lost.
sealed interface BusMessage {

  /// Who says it.
  Sender sender();

  /// A relay process.
  ///
  /// @param node drawn at random when it started: what it is known by
  /// @param name what people call it
  record Sender(long node, String name) {}

  /// A sign of life.
  ///
  /// @param leaving whether it is the last one
  record Beat(Sender sender, boolean leaving) implements BusMessage {}

  /// A sign of life with all cameras of the sender.
  record Table(Sender sender, List<Entry> cameras) implements BusMessage {

    /// Copies the list.
    public Table {
      cameras = List.copyOf(cameras);
    }
  }

  /// All cameras of the receiver that the sender wants, for one lease.
  record Wants(Sender sender, List<String> cameras) implements BusMessage {

    /// Copies the list.
    public Wants {
      cameras = List.copyOf(cameras);
    }
  }

  /// One camera of a table.
  ///
  /// @param name its name there
  /// @param live whether frames come
  /// @param attachedMillis for how long its publisher has been connected
  /// @param fps frames a second received
  /// @param bytesPerSecond bytes of JPEG a second received
  /// @param width pixels
  /// @param height pixels
  record Entry(
      String name,
      boolean live,
      long attachedMillis,
      float fps,
      float bytesPerSecond,
      int width,
      int height) {}
}
