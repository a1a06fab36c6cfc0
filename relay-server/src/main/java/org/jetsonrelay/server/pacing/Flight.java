// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

/// The frames on their way to one peer, oldest first, and when the second pong of each is due.
///
/// Frames are numbered from 0 for the life of the connection. A ring; the newest push the oldest
/// out, which only happens when nobody waits for pongs any more.
final class Flight {

  // A frame's state.
  private static final long UNPINGED = 0;
  private static final long PINGED = 1;
  private static final long BEGUN = 2;
  private static final long ASKED_BEHIND = 3;

  // A frame's record. One array: what is asked about a frame then lies side by side in memory, and
  // with a hundred peers that is what a send costs here.
  private static final int SENT_AT = 0;
  private static final int BEGAN_AT = 1;
  private static final int BEGAN_LATE = 2;
  private static final int DUE_AT = 3;
  private static final int BYTES = 4;
  private static final int STATE = 5;
  private static final int ALONE = 6;
  private static final int RECORD = 8;

  private final int mask;
  private final int segmentBytes;
  private long[] records = {}; // made with the first frame: a peer that gets none costs nothing
  private long sent;
  private long arrived;
  private long lastPinged = -1;

  /// @param frames a power of two
  Flight(int frames, int segmentBytes) {
    this.segmentBytes = segmentBytes;
    mask = frames - 1;
  }

  /// Frames sent so far, also the number of the next one.
  long sent() {
    return sent;
  }

  /// The oldest frame not known to have arrived; [#sent()] when all have.
  long oldest() {
    return arrived;
  }

  int count() {
    return (int) (sent - arrived);
  }

  boolean full() {
    return count() >= mask;
  }

  /// @param beginsAlone nothing else is on its way, as far as anybody knows
  long add(long nowNanos, int frameBytes, Pings pings, boolean beginsAlone) {
    if (full()) {
      arrived = sent - mask + 1;
    }
    if (records.length == 0) {
      records = new long[(mask + 1) * RECORD];
    }
    int i = index(sent);
    records[i + SENT_AT] = nowNanos;
    records[i + BYTES] = frameBytes;
    records[i + ALONE] = beginsAlone ? 1 : 0;
    records[i + STATE] =
        switch (pings) {
          case NONE -> UNPINGED;
          case AROUND -> PINGED;
          case BEHIND -> ASKED_BEHIND;
        };
    if (pings != Pings.NONE) {
      lastPinged = sent;
    }
    return sent++;
  }

  /// Whether a pong for this frame is still to come, the first or the second.
  boolean expects(long frame, boolean second) {
    return frame >= arrived
        && frame < sent
        && (second
            ? records[index(frame) + STATE] != UNPINGED
            : records[index(frame) + STATE] == PINGED);
  }

  /// The frame has begun to arrive, so all before it have arrived.
  void began(long nowNanos, long frame, double nanosPerByte) {
    int i = index(frame);
    arrived = frame;
    records[i + STATE] = BEGUN;
    records[i + BEGAN_AT] = nowNanos;
    long own = (long) (nanosPerByte * measuredBytes(frame));
    records[i + BEGAN_LATE] = nowNanos - (records[i + DUE_AT] - own);
    records[i + DUE_AT] = nowNanos + own;
  }

  void completed(long nowNanos, long frame) {
    arrived = frame + 1;
    records[index(frame) + DUE_AT] = nowNanos;
  }

  /// Predicts the frames from the given one on from the one before it: a frame begins to arrive one
  /// base round trip after it was sent, but not before that one has arrived.
  void predictFrom(long first, long baseNanos, double nanosPerByte) {
    for (long k = first; k < sent; k++) {
      int i = index(k);
      long begin = records[i + SENT_AT] + baseNanos;
      long before =
          k == 0 || (k == first && records[i + ALONE] != 0)
              ? begin
              : records[index(k - 1) + DUE_AT];
      // The base round trip was measured with a first segment, so it contains one.
      records[i + DUE_AT] =
          before > begin
              ? before + (long) (nanosPerByte * records[i + BYTES])
              : begin + (long) (nanosPerByte * measuredBytes(k));
    }
  }

  /// All of them have arrived; but for those with pings that is still to be heard of.
  void allArrived() {
    arrived = pinged() ? oldestPinged() : sent;
  }

  boolean begun(long frame) {
    return records[index(frame) + STATE] == BEGUN;
  }

  /// Whether only its second pong was asked for.
  boolean askedBehind(long frame) {
    return records[index(frame) + STATE] == ASKED_BEHIND;
  }

  boolean alone(long frame) {
    return records[index(frame) + ALONE] != 0;
  }

  int bytes(long frame) {
    return (int) records[index(frame) + BYTES];
  }

  /// The part of a frame that lies between its two pongs: the first comes with the first segment.
  int measuredBytes(long frame) {
    int all = bytes(frame);
    return Math.max(all - segmentBytes, (all + 1) / 2);
  }

  /// Bytes of all frames not known to have arrived.
  int outstandingBytes() {
    int all = 0;
    for (long k = arrived; k < sent; k++) {
      all += bytes(k);
    }
    return all;
  }

  long sentAt(long frame) {
    return records[index(frame) + SENT_AT];
  }

  long beganAt(long frame) {
    return records[index(frame) + BEGAN_AT];
  }

  long dueAt(long frame) {
    return records[index(frame) + DUE_AT];
  }

  /// How much later than predicted from the frame before it this one completed at the given time.
  long lateness(long nowNanos, long frame) {
    int i = index(frame);
    return nowNanos
        - records[i + DUE_AT]
        + (records[i + STATE] == BEGUN ? records[i + BEGAN_LATE] : 0);
  }

  /// Whether a frame with pings is on its way.
  boolean pinged() {
    return lastPinged >= arrived;
  }

  /// The newest frame with pings, -1 before the first.
  long lastPinged() {
    return lastPinged;
  }

  /// The oldest frame with pings on its way; only when there is one.
  long oldestPinged() {
    long k = arrived;
    while (records[index(k) + STATE] == UNPINGED) {
      k++;
    }
    return k;
  }

  private int index(long frame) {
    return ((int) frame & mask) * RECORD;
  }
}
