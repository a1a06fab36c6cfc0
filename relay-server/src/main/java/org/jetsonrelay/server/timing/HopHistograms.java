// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// All durations of each [Hop] since the relay started, cameras and viewers together, in buckets
/// that a monitoring system can subtract and add up. Any thread records, any thread reads.
@SuppressWarnings("EnumOrdinal") // indexes arrays that do not outlive this process
public final class HopHistograms {

  /// Upper bounds of the buckets in seconds, a bucket without bound behind them. Between 2 and 500
  /// ms, where video is made or lost, each is at most two and a half times the one before.
  static final double[] BOUNDS_SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10
  };

  private static final long[] BOUNDS_NANOS =
      Arrays.stream(BOUNDS_SECONDS).mapToLong(bound -> (long) (bound * 1e9)).toArray();

  private final LongAdder[][] counts = new LongAdder[Hop.values().length][];
  private final LongAdder[] sumNanos = adders(Hop.values().length);

  /// All empty.
  public HopHistograms() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = adders(BOUNDS_NANOS.length + 1);
    }
  }

  private static LongAdder[] adders(int count) {
    Supplier<LongAdder> adder = LongAdder::new;
    return Stream.generate(adder).limit(count).toArray(LongAdder[]::new);
  }

  void record(Hop hop, long durationNanos) {
    long nanos = Math.max(0, durationNanos);
    int bucket = 0;
    while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
      bucket++;
    }
    counts[hop.ordinal()][bucket].increment();
    sumNanos[hop.ordinal()].add(nanos);
  }

  /// What one hop's histogram holds: a copy.
  public Buckets read(Hop hop) {
    LongAdder[] adders = counts[hop.ordinal()];
    long[] cumulative = new long[adders.length];
    long sum = 0;
    for (int i = 0; i < adders.length; i++) {
      sum += adders[i].sum();
      cumulative[i] = sum;
    }
    return new Buckets(BOUNDS_SECONDS.clone(), cumulative, sumNanos[hop.ordinal()].sum() / 1e9);
  }

  /// One histogram at one moment.
  ///
  /// @param boundsSeconds upper bounds, ascending, without the last one, which is infinite
  /// @param cumulative how many durations were at most as long as each bound; the last one, of all
  /// @param sumSeconds all durations together
  @SuppressWarnings("ArrayRecordComponent") // made for one reader, never compared
  public record Buckets(double[] boundsSeconds, long[] cumulative, double sumSeconds) {}
}
