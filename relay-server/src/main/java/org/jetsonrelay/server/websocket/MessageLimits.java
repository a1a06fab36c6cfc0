// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

/// What bounds messages beside their size.
///
/// @param maxControlPerSecond pings, pongs and texts that one peer may send in a second
/// @param maxIncompleteBytes memory of all messages of all connections that are being put together
public record MessageLimits(int maxControlPerSecond, long maxIncompleteBytes) {

  /// Checks each value.
  public MessageLimits {
    WebSocketSettings.requireIn("maxControlPerSecond", maxControlPerSecond, 1, Integer.MAX_VALUE);
    if (maxIncompleteBytes < 1) {
      throw new IllegalArgumentException("maxIncompleteBytes must be positive");
    }
  }

  /// What the relay uses when nothing is configured. A viewer of a hundred cameras at 60 frames a
  /// second answers 6,000 pings.
  public static MessageLimits defaults() {
    return new MessageLimits(10_000, 256L << 20);
  }
}
