// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jetsonrelay.agent.policy.Latencies;

/**
 * What was sent, summed up once a minute. Written by the uplink thread; the totals may be read by
 * any.
 */
final class Tally {

  private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongAdder frames = new LongAdder();
  private final Latencies latencies = new Latencies();
  private long bytes;
  private long sinceNanos;
  private long relaySequence;

  Tally(long nowNanos) {
    sinceNanos = nowNanos;
  }

  /** One frame was handed to the kernel, so long after it was captured. */
  void sent(int frameBytes, long latencyMillis) {
    frames.increment();
    bytes += frameBytes;
    latencies.record(latencyMillis);
  }

  /** The relay has said which of this camera's frames was its latest. */
  void relayHas(long sequence) {
    relaySequence = sequence;
  }

  /** Frames sent since the start. */
  long frames() {
    return frames.sum();
  }

  /** Whether a period is over. */
  boolean due(long nowNanos) {
    return nowNanos - sinceNanos >= PERIOD_NANOS;
  }

  /** The line for the period that ends now, or nothing when nothing happened in it. */
  Optional<String> line(long skipped, long nowNanos) {
    long sent = latencies.count();
    double seconds = (nowNanos - sinceNanos) / 1e9;
    Optional<String> line =
        sent + skipped == 0
            ? Optional.empty()
            : Optional.of(
                String.format(
                    Locale.ROOT,
                    "%d frames sent in %.0f s (%.1f fps, %.2f MB/s), %d skipped, capture to send p50 %d ms, p99 %d ms%s",
                    sent,
                    seconds,
                    sent / seconds,
                    bytes / seconds / 1e6,
                    skipped,
                    latencies.quantile(0.5),
                    latencies.quantile(0.99),
                    relaySequence == 0 ? "" : ", at the relay up to sequence " + relaySequence));
    latencies.clear();
    bytes = 0;
    sinceNanos = nowNanos;
    return line;
  }
}
