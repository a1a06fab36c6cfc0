// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// Recording one hop, up to three times per viewer and frame, and translating a camera's time,
/// once.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class HopBenchmark {
  private static final long FRAME_NANOS = 33_000_000L;

  private final HopWindows windows = new HopWindows(new HopHistograms());
  private final ClockEstimate clock =
      new ClockEstimate(0, 1_755_500_000_000_000_000L, 1_400_000, 12e-6, 30e-6, 800_000);
  private long nowNanos;

  /// What is done per viewer and frame, for each hop: a window and the relay's sums.
  @Benchmark
  public void record() {
    nowNanos += FRAME_NANOS;
    // Durations of 1 to 17 ms, so that not one bucket alone is in the cache.
    windows.record(Hop.RELAY, nowNanos, 1_000_000 + (nowNanos & 0xff_ffff), 0);
  }

  /// A capture time in the relay's running time.
  @Benchmark
  public long translate() {
    nowNanos += FRAME_NANOS;
    return clock.relayNanos(1_755_500_000_000_000_000L + nowNanos);
  }
}
