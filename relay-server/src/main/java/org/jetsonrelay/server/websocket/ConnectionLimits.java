// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

/// How many TCP connections a server takes, and how much each may say before it is known.
///
/// @param max open connections at the same time, whatever they speak
/// @param maxPerAddress the same of one address
/// @param sparesLoopback whether the latter leaves out this machine itself
/// @param maxRequestBytes the headers of one HTTP request
/// @param maxDuplicates connections that may keep a second descriptor, to send frames by without
///   waiting; the others take one for each frame
/// @param sharesCopies whether many viewers may share one copy of a frame in the system's memory
public record ConnectionLimits(
    int max,
    int maxPerAddress,
    boolean sparesLoopback,
    int maxRequestBytes,
    int maxDuplicates,
    boolean sharesCopies) {

  /// Helidon's limit for the first line of a request.
  static final int MAX_LINE_BYTES = 4096;

  /// Checks each value.
  public ConnectionLimits {
    WebSocketSettings.requireIn("max", max, 1, 10_000_000);
    WebSocketSettings.requireIn("maxPerAddress", maxPerAddress, 1, 10_000_000);
    WebSocketSettings.requireIn("maxRequestBytes", maxRequestBytes, 512, 1 << 20);
    WebSocketSettings.requireIn("maxDuplicates", maxDuplicates, 0, 10_000_000);
  }

  /// Many: what a server has that nobody gave limits.
  public static ConnectionLimits defaults() {
    return new ConnectionLimits(100_000, 100_000, true, 16 << 10, 100_000, true);
  }
}
