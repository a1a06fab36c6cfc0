// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jspecify.annotations.Nullable;

/// The relay's only timer: one platform thread that looks after demand, keep-alive, handshakes that
/// do not end and the write watchdog four times a second and sums up skipped frames. Never blocks;
/// it only posts.
final class RelayTimer implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(RelayTimer.class.getName());
  private static final long PERIOD_MILLIS = 250;
  private static final long SUMMARY_SECONDS = 10;

  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "timer");
        thread.setDaemon(true);
        return thread;
      });
  private final RelayMetrics metrics;
  private final List<LongConsumer> tasks;
  private final Map<SkipCause, Long> reported = new EnumMap<>(SkipCause.class);

  // Kept so that a task that ended by an error is not lost without a word.
  private @Nullable ScheduledFuture<?> sweeping;
  private @Nullable ScheduledFuture<?> summing;

  /// @param tasks what is to be done four times a second, each given the time; none may block
  RelayTimer(RelayMetrics metrics, LongConsumer... tasks) {
    this.metrics = metrics;
    this.tasks = List.of(tasks);
  }

  void start() {
    sweeping =
        executor.scheduleWithFixedDelay(
            () -> tasks.forEach(RelayTimer::guarded),
            PERIOD_MILLIS,
            PERIOD_MILLIS,
            TimeUnit.MILLISECONDS);
    summing =
        executor.scheduleWithFixedDelay(
            () -> guarded(_ -> sumUp()), SUMMARY_SECONDS, SUMMARY_SECONDS, TimeUnit.SECONDS);
  }

  /// An exception would end a scheduled task silently, and with it every time limit of the relay.
  private static void guarded(LongConsumer task) {
    try {
      task.accept(System.nanoTime());
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a periodic task failed; it goes on", e);
    }
  }

  /// Logs what was skipped since the last time, if anything was.
  void sumUp() {
    long total = 0;
    StringBuilder causes = new StringBuilder();
    for (SkipCause cause : SkipCause.values()) {
      long now = metrics.skipped(cause).sum();
      if (cause == SkipCause.LEFT) {
        continue; // that somebody has left is in the log already
      }
      long skipped = now - reported.getOrDefault(cause, 0L);
      reported.put(cause, now);
      total += skipped;
      causes.append(causes.isEmpty() ? "" : ", ").append(cause.label()).append(' ').append(skipped);
    }
    if (total > 0) {
      LOG.log(
          System.Logger.Level.INFO,
          "skipped {0} frames in {1} s ({2})",
          Long.toString(total),
          Long.toString(SUMMARY_SECONDS),
          causes);
    }
  }

  @Override
  public void close() {
    if (sweeping != null) {
      sweeping.cancel(false);
    }
    if (summing != null) {
      summing.cancel(false);
    }
    executor.shutdownNow();
  }
}
