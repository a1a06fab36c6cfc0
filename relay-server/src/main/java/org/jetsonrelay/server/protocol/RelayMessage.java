// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import java.util.List;

/// What a relay says, to a relay that is its viewer.
public sealed interface RelayMessage {

  /// Its cameras, all of them.
  record Cameras(List<Listed> cameras) implements RelayMessage {

    /// Copies the list.
    public Cameras {
      cameras = List.copyOf(cameras);
    }
  }

  /// The next binary message is a frame.
  ///
  /// @param camera whose
  /// @param size bytes of the JPEG
  /// @param capturedAtMillis when it was captured, by the sender's clock; 0 when it did not say
  record FrameFollows(String camera, int size, long capturedAtMillis) implements RelayMessage {}

  /// Something this relay has no use for.
  record Other() implements RelayMessage {}

  /// Not a message.
  record Malformed(String why) implements RelayMessage {}

  /// One camera.
  ///
  /// @param name its name there, perhaps with a relay's behind an `@`
  /// @param live whether frames come there
  /// @param fps frames a second
  /// @param width pixels
  /// @param height pixels
  /// @param node the relay it comes from; empty for that relay itself
  /// @param hops ids of the relays it has come through
  record Listed(
      String name,
      boolean live,
      double fps,
      int width,
      int height,
      String node,
      List<String> hops) {

    /// Copies the list.
    public Listed {
      hops = List.copyOf(hops);
    }
  }
}
