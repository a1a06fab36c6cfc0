// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

/// Watches one thread's reads or writes: whichever lasts too long is cut.
///
/// The working thread begins and ends each one, the timer looks. Between [#end] and the next
/// [#begin] nothing is ever cut, so a connection that was served in time can be used again.
final class Deadline {

  private final Runnable cut;
  private final long limitNanos;

  // Guarded by this object's monitor.
  private long beganNanos;
  private boolean working;
  private boolean expired;

  /// @param cut makes the read or write fail; called by the timer, at most once
  Deadline(long limitNanos, Runnable cut) {
    this.limitNanos = limitNanos;
    this.cut = cut;
  }

  synchronized void begin(long nowNanos) {
    working = true;
    beganNanos = nowNanos;
  }

  synchronized void end() {
    working = false;
  }

  /// How long the read or write has lasted, 0 when there is none.
  synchronized long lastedNanos(long nowNanos) {
    return working ? Math.max(0, nowNanos - beganNanos) : 0;
  }

  /// Whether it was cut.
  synchronized boolean expired() {
    return expired;
  }

  /// Cuts what has lasted too long; timer. Cutting is a system call that does not wait.
  synchronized void check(long nowNanos) {
    if (working && !expired && nowNanos - beganNanos >= limitNanos) {
      expired = true;
      cut.run();
    }
  }

  /// Cuts whatever is going on, and what follows.
  synchronized void expire() {
    if (!expired) {
      expired = true;
      cut.run();
    }
  }
}
