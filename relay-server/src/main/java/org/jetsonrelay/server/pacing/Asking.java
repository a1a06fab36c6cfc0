// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

/// When a fast peer is asked for pongs, and for how long the system's word stands in for its
/// answer: the system knows what has reached the peer's machine, not what its program reads.
///
/// Guarded as its [Pacer] is.
final class Asking {

  /// A fast peer whose system vouches for it is asked at most this often. No multiple of a usual
  /// frame interval, so that it is not always the same camera's turn.
  static final long VOUCHED_NANOS = 450_000_000L;

  /// And up to half as much again, by the first ping's number, each peer its own: when all were
  /// asked around the same frame, that frame would take twice as long to all of them.
  static final int SPREADS = 16;

  /// Every so many times a vouched peer is asked by two pings, which tell the link's rate, too.
  static final int AROUND_EVERY = 4;

  /// A system that did not vouch has nothing new to say before.
  static final long WORD_GAP_NANOS = 1_000_000L;

  private static final long SPREAD_NANOS = VOUCHED_NANOS / (2 * SPREADS);

  /// But at low frame rates only after so many frames, or this long: what a peer that does not read
  /// has to catch up with afterwards is frames, not time. Both are spread likewise.
  private static final int VOUCHED_FRAMES = 9;

  private static final int SPREADS_A_FRAME = 2;

  /// After so many prompt answers in a row, at these distances, a vouched peer is asked one
  /// distance later, up to [#MOST_DISTANCES]: who has always read mostly does so next time, too.
  /// The first answer that is not prompt brings it back.
  static final int ANSWERS_A_DISTANCE = 4;

  static final int MOST_DISTANCES = 4;
  private static final int PROMPT_ANSWERS = ANSWERS_A_DISTANCE * (MOST_DISTANCES - 1);

  /// But no later than this, spread likewise: what is known of the way grows old.
  private static final long LONGEST_EVER_NANOS = 4_000_000_000L;

  private static final long LONGEST_VOUCHED_NANOS = 1_500_000_000L;
  private static final long LONGEST_SPREAD_NANOS = 1_000_000_000L / SPREADS;

  private final PacerSettings settings;
  private final Flight flight;
  private final FreeRun run;
  private final long vouchedNanos;
  private final long longestVouchedNanos;
  private final int vouchedFrames;
  private final long longestEverNanos;
  private long lastAskedAt;
  private long lastWordAt;
  private boolean hasWord;
  private boolean vouched;
  private int timesBehind;
  private int promptAnswers;

  /// @param spread which of the [#SPREADS] distances is this peer's: any number, not negative
  Asking(PacerSettings settings, Flight flight, FreeRun run, long spread) {
    this.settings = settings;
    this.flight = flight;
    this.run = run;
    int place = (int) (spread % SPREADS);
    vouchedNanos = VOUCHED_NANOS + place * SPREAD_NANOS;
    longestVouchedNanos = LONGEST_VOUCHED_NANOS + place * LONGEST_SPREAD_NANOS;
    vouchedFrames = VOUCHED_FRAMES + place / SPREADS_A_FRAME;
    longestEverNanos = LONGEST_EVER_NANOS + place * LONGEST_SPREAD_NANOS;
  }

  /// A frame goes with pings.
  ///
  /// @param fast whether the link is
  /// @return which
  Pings asks(long nowNanos, boolean fast) {
    lastAskedAt = nowNanos;
    run.asked();
    timesBehind = fast && vouched ? (timesBehind + 1) % AROUND_EVERY : 0;
    return timesBehind > 0 ? Pings.BEHIND : Pings.AROUND;
  }

  /// Whether the peer would be asked by one ping behind the frame, if it was asked now and is fast.
  boolean asksBehindNext() {
    return vouched && (timesBehind + 1) % AROUND_EVERY > 0;
  }

  /// Whether the peer was asked so lately that a fast one need not be again.
  boolean askedLately(long nowNanos) {
    return everAsked()
        && nowNanos - lastAskedAt < settings.sparseNanos()
        && flight.sent() - flight.lastPinged() <= settings.outstandingFrames() / 2;
  }

  private boolean everAsked() {
    return flight.lastPinged() >= 0;
  }

  /// Whether the system's word would spare the next frame its pings, on a link that is fast.
  boolean wantsWord(long nowNanos) {
    return everAsked()
        && run.waitNanos(nowNanos) == FreeRun.OVER
        && nowNanos - vouchedUntil() < 0
        && (!hasWord || nowNanos - lastWordAt >= WORD_GAP_NANOS);
  }

  /// The system has told what the peer's machine has not acknowledged.
  ///
  /// @param bytes -1 when it does not tell
  /// @return whether that means that all but the latest frame have arrived
  boolean vouches(long nowNanos, long bytes) {
    hasWord = true;
    lastWordAt = nowNanos;
    vouched = bytes >= 0 && bytes <= run.lastBytes() + settings.segmentBytes();
    return vouched;
  }

  /// The peer has answered.
  ///
  /// @param excessNanos how much later than the link explains
  void answered(long excessNanos) {
    if (excessNanos > settings.patienceNanos()) {
      promptAnswers = 0;
    } else if (vouched && promptAnswers < PROMPT_ANSWERS) {
      promptAnswers++;
    }
  }

  /// Until when the system's word counts: the peer itself has to be asked now and then, and when it
  /// was, it has to answer soon.
  long vouchedUntil() {
    if (flight.pinged()) {
      return flight.sentAt(flight.oldestPinged()) + settings.hiccupNanos();
    }
    int distances = 1 + promptAnswers / ANSWERS_A_DISTANCE;
    return lastAskedAt
        + (run.framesSinceAsked() < distances * vouchedFrames
            ? Math.min(distances * longestVouchedNanos, longestEverNanos)
            : distances * vouchedNanos);
  }
}
