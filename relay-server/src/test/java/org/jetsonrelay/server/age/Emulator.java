// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jetsonrelay.server.pacing.Link;
import org.jspecify.annotations.Nullable;

/// Carries packets between two TUN devices as a link would. A thread of its own does that, until it
/// is stopped.
final class Emulator {

  /// How soon it notices that it has been stopped.
  private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final long startNanos = System.nanoTime();
  private final Thread thread;

  /// Written by whoever stops it.
  private volatile boolean stopped;

  /// Set by its thread, when it ends too early.
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  // The emulator's thread's, and of others when that has ended.
  private final Arena arena = Arena.ofShared();
  private final Carriage down;
  private final Carriage up;
  private final Kernel.Waiting waiting;

  private Emulator(int relayTun, int viewerTun, Link downLink, Link upLink, long seed) {
    down = new Carriage(arena, new Lane(downLink, 2 * seed + 1), relayTun, viewerTun, startNanos);
    up = new Carriage(arena, new Lane(upLink, 2 * seed + 2), viewerTun, relayTun, startNanos);
    waiting = new Kernel.Waiting(arena, relayTun, viewerTun);
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("emulator")
            .uncaughtExceptionHandler((_, e) -> failure.set(e))
            .unstarted(this::run);
  }

  /// The links' schedules begin now.
  ///
  /// @param seed of loss and jitter, which differ between the directions
  static Emulator start(int relayTun, int viewerTun, Link down, Link up, long seed) {
    Emulator emulator = new Emulator(relayTun, viewerTun, down, up, seed);
    emulator.thread.start();
    return emulator;
  }

  /// When the schedules began, [System#nanoTime()].
  long startNanos() {
    return startNanos;
  }

  /// What it did.
  ///
  /// @param down from the relay to the viewer
  /// @param up from the viewer to the relay
  record Report(Carriage.Counts down, Carriage.Counts up) {

    /// How late packets were delivered, of 99 % of them: the emulator's own fault, so the
    /// machine's.
    double lateMillis() {
      return Math.max(down.lateMillis(), up.lateMillis());
    }
  }

  /// Stops; what is on its way gets lost.
  ///
  /// @throws IllegalStateException when it had not carried packets until now
  Report stop() throws InterruptedException {
    stopped = true;
    thread.join();
    Report report = new Report(down.counts(), up.counts());
    arena.close();
    Throwable e = failure.get();
    if (e != null) {
      throw new IllegalStateException("the emulator has failed", e);
    }
    return report;
  }

  private void run() {
    while (!stopped) {
      long next = Math.min(down.deliver(), up.deliver());
      long now = System.nanoTime() - startNanos;
      waiting.await(Math.min(LONGEST_WAIT_NANOS, next - now));
      if (waiting.found(0)) {
        down.receive();
      }
      if (waiting.found(1)) {
        up.receive();
      }
    }
  }
}
