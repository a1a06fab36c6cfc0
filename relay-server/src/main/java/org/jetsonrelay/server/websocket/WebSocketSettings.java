// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.time.Duration;

/// Limits of the WebSocket engine.
///
/// @param maxConnections open connections at most; one more is answered with 503
/// @param maxTextBytes one text message, all fragments together, until a connection's owner changes
///   it with [WebSocket#maxMessageBytes]
/// @param maxBinaryBytes the same for a binary message
/// @param maxFragments frames that one message may consist of
/// @param closeTimeout from the beginning of the closing handshake until the socket is cut
/// @param messages what else bounds messages
/// @param retryAfter what a client that met the connection limit is told to wait
public record WebSocketSettings(
    int maxConnections,
    int maxTextBytes,
    int maxBinaryBytes,
    int maxFragments,
    MessageLimits messages,
    Duration closeTimeout,
    Duration retryAfter) {

  /// What no limit of a message may exceed, so that headroom and payload fit into one block.
  public static final int MAX_MESSAGE_BYTES = 512 * 1024 * 1024;

  /// With the usual limits of messages.
  public WebSocketSettings(
      int maxConnections,
      int maxTextBytes,
      int maxBinaryBytes,
      int maxFragments,
      Duration closeTimeout,
      Duration retryAfter) {
    this(
        maxConnections,
        maxTextBytes,
        maxBinaryBytes,
        maxFragments,
        MessageLimits.defaults(),
        closeTimeout,
        retryAfter);
  }

  /// Checks each value.
  public WebSocketSettings {
    requireIn("maxConnections", maxConnections, 1, 1_000_000);
    requireIn("maxTextBytes", maxTextBytes, 1, MAX_MESSAGE_BYTES);
    requireIn("maxBinaryBytes", maxBinaryBytes, 1, MAX_MESSAGE_BYTES);
    requireIn("maxFragments", maxFragments, 1, Integer.MAX_VALUE);
    if (closeTimeout.isNegative() || closeTimeout.isZero()) {
      throw new IllegalArgumentException("closeTimeout must be positive: " + closeTimeout);
    }
    if (retryAfter.isNegative()) {
      throw new IllegalArgumentException("retryAfter is negative: " + retryAfter);
    }
  }

  /// What the relay uses when nothing is configured.
  public static WebSocketSettings defaults() {
    return new WebSocketSettings(
        1_000, 64 * 1024, 16 * 1024 * 1024, 1_024, Duration.ofSeconds(2), Duration.ofSeconds(5));
  }

  static void requireIn(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " must be from " + min + " to " + max + ": " + value);
    }
  }
}
