// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import java.time.InstantSource;

/// One moment by both of the relay's clocks. Only together they tell when something was that is
/// known by one of them: the wall clock jumps when it is set.
///
/// @param millis since 1970, by the wall clock
/// @param nanos [System#nanoTime()]
public record Moment(long millis, long nanos) {

  /// The present.
  public static Moment now(InstantSource wallClock) {
    return new Moment(wallClock.millis(), System.nanoTime());
  }

  /// What the wall clock, as it goes now, showed at a time of the running clock; milliseconds.
  public long millisAt(long atNanos) {
    return millis - Math.floorDiv(nanos - atNanos + 500_000, 1_000_000L);
  }
}
