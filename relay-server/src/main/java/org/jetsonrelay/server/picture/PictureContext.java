// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.http.Gate;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.timing.Moment;

/// What everything in this package works with.
///
/// @param hub the registry of cameras and viewers
/// @param metrics what is counted
/// @param gate who may do what
/// @param pool the memory of frames
/// @param settings limits and times
/// @param clock the wall clock, for time stamps on the wire
/// @param nanoTime the clock everything is measured by, as [System#nanoTime()]
public record PictureContext(
    Hub hub,
    RelayMetrics metrics,
    Gate gate,
    BlockPool pool,
    PictureSettings settings,
    InstantSource clock,
    LongSupplier nanoTime) {

  /// The present by both clocks.
  Moment now() {
    return new Moment(clock.millis(), nanoTime.getAsLong());
  }
}
