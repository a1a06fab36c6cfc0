// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// A [LatencyWindow] for each [Hop] of a camera, or of a camera's way to one viewer, made when it
/// is first needed. Any thread may call any method.
@SuppressWarnings("EnumOrdinal") // indexes an array that does not outlive this process
public final class HopWindows {

  private static final Hop[] HOPS = Hop.values();

  private final AtomicReferenceArray<LatencyWindow> windows =
      new AtomicReferenceArray<>(HOPS.length);
  private final HopHistograms totals;

  /// @param totals where the same durations are summed up for the whole relay
  public HopWindows(HopHistograms totals) {
    this.totals = totals;
  }

  /// Counts one duration.
  ///
  /// @param errorNanos by how much it may be wrong
  public void record(Hop hop, long nowNanos, long durationNanos, long errorNanos) {
    LatencyWindow window = windows.get(hop.ordinal());
    if (window == null) {
      windows.compareAndSet(hop.ordinal(), null, new LatencyWindow());
      window = windows.get(hop.ordinal());
    }
    if (window.record(nowNanos, durationNanos, errorNanos)) {
      totals.record(hop, durationNanos);
    }
  }

  /// What was counted lately, by hop, in their order.
  public Map<Hop, Latency> read(long nowNanos) {
    Map<Hop, Latency> all = new EnumMap<>(Hop.class);
    for (Hop hop : HOPS) {
      LatencyWindow window = windows.get(hop.ordinal());
      Latency latency = window == null ? null : window.read(nowNanos);
      if (latency != null) {
        all.put(hop, latency);
      }
    }
    return all;
  }
}
