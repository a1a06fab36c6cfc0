// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

/// Which of its two pings a frame goes with: `2k` in front of frame `k`, `2k + 1` behind it, both
/// counted from an even number of the connection's own.
public enum Pings {
  NONE,
  AROUND,
  /// Only whether and when the peer reads the frame; half as dear as both.
  BEHIND;

  /// The first ping of a frame, from which [#inFront] and [#behind] tell both; [Pacer#NO_PING] when
  /// it has none.
  ///
  /// @param zero number of frame 0's first ping: even, not negative
  long first(long zero, long frame) {
    return switch (this) {
      case NONE -> Pacer.NO_PING;
      case AROUND -> zero + 2 * frame;
      case BEHIND -> zero + 2 * frame + 1;
    };
  }

  /// Payload of the ping to put in front of a frame; [Pacer#NO_PING] for none.
  ///
  /// @param ping answer of [Pacer#onSend]
  public static long inFront(long ping) {
    return isBehind(ping) ? Pacer.NO_PING : ping;
  }

  /// Payload of the ping to put behind a frame; [Pacer#NO_PING] for none.
  ///
  /// @param ping answer of [Pacer#onSend]
  public static long behind(long ping) {
    return ping == Pacer.NO_PING || isBehind(ping) ? ping : ping + 1;
  }

  /// Whether this ping's place is behind its frame; true of [Pacer#NO_PING], too.
  static boolean isBehind(long ping) {
    return (ping & 1) != 0;
  }
}
