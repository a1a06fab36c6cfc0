// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

/// All that waits for one socket, as its transmitter sees it.
///
/// The transmitter calls from one thread at a time (whoever holds its claim), with a happens-before
/// edge from each call to the next, so an implementation needs no lock of its own for what only
/// these methods touch.
public interface Outbox {

  /// Answer of [#next] when only a later [WebSocket#signal()] can change it.
  long NOTHING = Long.MAX_VALUE;

  /// Puts the next unit (one or more whole WebSocket frames that must not be interleaved with
  /// others) into `out`. A unit is chosen as late as possible: only when the one before is wholly
  /// written.
  ///
  /// @param nowNanos the caller's [System#nanoTime()]
  /// @return 0 when `out` was filled; otherwise the nanoseconds after which asking again makes
  ///   sense, or [#NOTHING]
  long next(Gather out, long nowNanos);

  /// The connection is closing: puts what must still be said before the close frame into `out`, if
  /// there is anything; asked again after that has been written. Frames are not worth it.
  ///
  /// @return whether `out` was filled
  default boolean farewell(Gather out) {
    return false;
  }

  /// The whole unit has been taken by the operating system (or the TLS engine).
  void sent(long nowNanos);

  /// The connection is over. Called exactly once, after the last [#next]; frees all that waits.
  void discard();
}
