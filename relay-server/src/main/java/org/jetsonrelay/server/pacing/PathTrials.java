// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

/// Frames sent before the estimate says so, on trial, and what became of them.
///
/// How long frames took says what the link carries, except where they took long for another reason:
/// TCP's window was still small, or segments got lost. On a long link with losses that is so for
/// most frames, the estimate stays far too low, little is sent, and so the window does not grow
/// either. The system's TCP knows better: when it has sent all it was given and round trips are
/// hardly longer than the shortest, the frames wait nowhere on the way.
///
/// That word is a round trip old, and knows nothing of a program that is slow to read what its
/// machine has. So it is tried out: one frame more at first, then up to twice as many as were
/// tried, each time that a round trip later no queue has formed and some frame has come long before
/// the estimate said it could. Otherwise the estimate was right, and nothing is tried for a while.
///
/// Guarded as its [Pacer] is.
final class PathTrials {

  private static final int MOST_FRAMES = 64;

  /// Once so many frames on top have made no queue, it is not the link that the estimate speaks of.
  private static final int PROOF_FRAMES = 8;

  private static final long PAUSE_NANOS = 10_000_000_000L;
  private static final long LONGEST_PAUSE_NANOS = 8 * PAUSE_NANOS;

  private int allowance = 1;
  private boolean running; // a trial is
  private int tried; // frames of it
  private boolean left; // its first frame has
  private boolean early; // a frame was, since the trial began
  private long leftAt;
  private boolean paused;
  private long pausedUntil;
  private long pauseNanos = PAUSE_NANOS;
  private boolean clear; // by the latest word
  private long clearAt;

  /// Whether the system's word would change anything.
  boolean wantWord(long nowNanos) {
    paused = paused && nowNanos - pausedUntil < 0;
    return !paused;
  }

  /// The system's word has come.
  ///
  /// @param baseNanos base round trip
  /// @param frameNanos what the latest frame takes on the link, by the estimate
  void told(long nowNanos, PathWord word, long baseNanos, long frameNanos) {
    long noise = word.deviationNanos() + baseNanos / 4;
    boolean queued = word.queueNanos() > noise + frameNanos / 2 + baseNanos / 8;
    boolean empty = word.queueNanos() <= noise;
    clear = empty && word.unsentBytes() == 0;
    clearAt = nowNanos;
    if (queued) {
      failed(nowNanos);
    } else if (running && !left) {
      left = word.unsentBytes() == 0;
      leftAt = nowNanos;
    } else if (running) {
      long since = nowNanos - leftAt - word.roundTripNanos() - frameNanos / 2;
      judge(nowNanos, since, empty, word.roundTripNanos() + frameNanos);
    }
  }

  /// @param sinceNanos for how long the outcome could have shown; negative while it cannot
  /// @param patienceNanos how much longer to wait for a good one
  private void judge(long nowNanos, long sinceNanos, boolean empty, long patienceNanos) {
    if (sinceNanos > 0 && empty && early) {
      running = false;
      allowance = Math.max(allowance, Math.min(2 * tried, MOST_FRAMES));
      pauseNanos = PAUSE_NANOS;
    } else if (sinceNanos > patienceNanos) {
      failed(nowNanos);
    }
  }

  private void failed(long nowNanos) {
    if (running || allowance > 1) {
      running = false;
      allowance = 1;
      paused = true;
      pausedUntil = nowNanos + pauseNanos;
      pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
    }
  }

  /// A frame has arrived long before the estimate said it could.
  void early() {
    early = true;
  }

  /// How many frames more than by the estimate may be on their way; 0 when none.
  int allows(long nowNanos) {
    boolean more = !running || tried < allowance;
    return clear && clearAt == nowNanos && more && wantWord(nowNanos) ? allowance : 0;
  }

  /// Whether the estimate has been proven wrong by far.
  boolean haveProvenRoom() {
    return allowance >= PROOF_FRAMES;
  }

  /// A frame goes because of that.
  void begin() {
    left = left && running;
    early = early && running;
    tried = running ? tried + 1 : 1;
    running = true;
  }
}
