// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * Ends the process when what cannot be repaired from within has happened: it has too much memory,
 * or a source does not return from native code. The supervisor starts it again. Owns its thread.
 */
final class Watchdog {

  private static final Logger LOG = System.getLogger(Watchdog.class.getName());
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  /**
   * What is watched and how.
   *
   * @param period between two looks
   * @param stop how long an orderly stop may take before the process is ended without
   * @param mostResidentBytes the limit of memory, if there is one
   * @param hang for how long a source may stay in one call
   */
  record Limits(Duration period, Duration stop, OptionalLong mostResidentBytes, Duration hang) {}

  private final Limits limits;
  private final Agent agent;
  private final LongSupplier residentBytes;
  private final LongUnaryOperator insideNanos;
  private final IntConsumer halt;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "watchdog");

  Watchdog(Limits limits, Agent agent) {
    this(limits, agent, Watchdog::residentBytes, agent::insideNanos, Runtime.getRuntime()::halt);
  }

  /** With other eyes, for tests. */
  Watchdog(
      Limits limits,
      Agent agent,
      LongSupplier residentBytes,
      LongUnaryOperator insideNanos,
      IntConsumer halt) {
    this.limits = limits;
    this.agent = agent;
    this.residentBytes = residentBytes;
    this.insideNanos = insideNanos;
    this.halt = halt;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** The agent has ended: there is nothing to watch any more. */
  void stop() {
    ended.countDown();
  }

  private void run() {
    try {
      while (!ended.await(limits.period().toMillis(), TimeUnit.MILLISECONDS)) {
        Optional<ExitCode> found = look(System.nanoTime());
        if (found.isPresent()) {
          agent.stop(found.get());
          if (!ended.await(limits.stop().toMillis(), TimeUnit.MILLISECONDS)) {
            halt.accept(found.get().code());
          }
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<ExitCode> look(long nowNanos) {
    long most = limits.mostResidentBytes().orElse(Long.MAX_VALUE);
    long resident = limits.mostResidentBytes().isPresent() ? residentBytes.getAsLong() : 0;
    if (resident > most) {
      LOG.log(
          Level.ERROR,
          "{0} MiB of memory in use, more than the {1} MiB of --max-rss; ending to be started again",
          resident >> 20,
          most >> 20);
      return Optional.of(ExitCode.MEMORY);
    }
    long inside = insideNanos.applyAsLong(nowNanos);
    if (inside >= limits.hang().toNanos()) {
      LOG.log(
          Level.ERROR,
          "a source has not returned from a call for {0} s; ending to be started again",
          TimeUnit.NANOSECONDS.toSeconds(inside));
      return Optional.of(ExitCode.HUNG);
    }
    return Optional.empty();
  }

  /** This process' resident memory; 0 where the kernel does not tell. */
  static long residentBytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(RESIDENT)) {
          String kilobytes = line.substring(RESIDENT.length()).replaceAll("[^0-9]", "");
          return Long.parseLong(kilobytes) * 1024;
        }
      }
    } catch (IOException | NumberFormatException e) {
      LOG.log(Level.DEBUG, "no resident memory: {0}", e.getMessage());
    }
    return 0;
  }
}
