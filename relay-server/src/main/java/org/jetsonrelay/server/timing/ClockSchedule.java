// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

/// When to ask a peer for the time, and which of its answers to believe: quickly at first, so that
/// there are figures within a second, then now and then. One question is open at a time.
///
/// The timer asks whether it is time, whoever writes the question says when it left, the reader
/// thread brings the answer.
public final class ClockSchedule {

  private static final int FIRST = 8;
  private static final long FIRST_GAP_NANOS = 200_000_000L;
  private static final long GAP_NANOS = 5_000_000_000L;

  /// After so long an answer says nothing that a new one would not say better.
  private static final long ANSWER_NANOS = 10_000_000_000L;

  /// What [#answered] says of an answer to no question.
  public static final long UNASKED = Long.MIN_VALUE;

  // Guarded by this object's monitor.
  private long number;
  private long askedNanos;
  private boolean open;
  private boolean written;
  private int asked;

  /// Whether a question is due. If so, it counts as asked.
  public synchronized boolean due(long nowNanos) {
    long since = nowNanos - askedNanos;
    long gap = open ? ANSWER_NANOS : asked < FIRST ? FIRST_GAP_NANOS : GAP_NANOS;
    if (asked > 0 && since < gap) {
      return false;
    }
    asked = Math.min(asked + 1, FIRST);
    askedNanos = nowNanos;
    number++;
    open = true;
    written = false;
    return true;
  }

  /// The question is being written now.
  ///
  /// @return its number
  public synchronized long leaves(long nowNanos) {
    askedNanos = nowNanos;
    written = true;
    return number;
  }

  /// An answer has come.
  ///
  /// @return when its question left, or [#UNASKED]
  public synchronized long answered(long answer) {
    if (!open || !written || answer != number) {
      return UNASKED;
    }
    open = false;
    return askedNanos;
  }
}
