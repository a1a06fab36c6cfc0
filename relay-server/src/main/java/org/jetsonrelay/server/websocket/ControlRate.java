// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

/// Counts what a peer sends besides pictures, second by second. Reader thread only.
final class ControlRate {

  private static final long SECOND_NANOS = 1_000_000_000L;

  private final int maxPerSecond;
  private long secondBeganNanos;
  private int count;

  ControlRate(int maxPerSecond, long nowNanos) {
    this.maxPerSecond = maxPerSecond;
    secondBeganNanos = nowNanos;
  }

  /// One more.
  ///
  /// @throws ProtocolViolation when that is one too many
  void count(long nowNanos) throws ProtocolViolation {
    if (nowNanos - secondBeganNanos >= SECOND_NANOS) {
      secondBeganNanos = nowNanos;
      count = 0;
    }
    if (++count > maxPerSecond) {
      throw new ProtocolViolation(
          ControlFrames.TOO_MANY, "too many messages in a second", EngineLimit.CONTROL_RATE);
    }
  }
}
