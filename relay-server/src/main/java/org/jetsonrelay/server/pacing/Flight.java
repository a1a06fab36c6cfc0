// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

/// The frames on their way to one peer, oldest first, and when the second pong of each is due.
///
/// Frames are numbered from 0 for the life of the connection. A ring; the newest push the oldest
/// out, which only happens when nobody waits for pongs any more.
final class Flight {

  private static final byte UNPINGED = 0;
  private static final byte PINGED = 1;
  private static final byte BEGUN = 2;

  private final int mask;
  private final int segmentBytes;
  private final long[] sentAt;
  private final long[] beganAt;
  private final long[] beganLate;
  private final long[] dueAt;
  private final int[] bytes;
  private final byte[] state;
  private final boolean[] alone;
  private long sent;
  private long arrived;
  private long lastPinged = -1;

  /// @param frames a power of two
  Flight(int frames, int segmentBytes) {
    this.segmentBytes = segmentBytes;
    mask = frames - 1;
    sentAt = new long[frames];
    beganAt = new long[frames];
    beganLate = new long[frames];
    dueAt = new long[frames];
    bytes = new int[frames];
    state = new byte[frames];
    alone = new boolean[frames];
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
  long add(long nowNanos, int frameBytes, boolean pings, boolean beginsAlone) {
    if (full()) {
      arrived = sent - mask + 1;
    }
    int i = index(sent);
    sentAt[i] = nowNanos;
    bytes[i] = frameBytes;
    alone[i] = beginsAlone;
    state[i] = pings ? PINGED : UNPINGED;
    if (pings) {
      lastPinged = sent;
    }
    return sent++;
  }

  /// Whether a pong for this frame is still to come, the first or the second.
  boolean expects(long frame, boolean second) {
    return frame >= arrived
        && frame < sent
        && (second ? state[index(frame)] != UNPINGED : state[index(frame)] == PINGED);
  }

  /// The frame has begun to arrive, so all before it have arrived.
  void began(long nowNanos, long frame, double nanosPerByte) {
    int i = index(frame);
    arrived = frame;
    state[i] = BEGUN;
    beganAt[i] = nowNanos;
    long own = (long) (nanosPerByte * measuredBytes(frame));
    beganLate[i] = nowNanos - (dueAt[i] - own);
    dueAt[i] = nowNanos + own;
  }

  void completed(long nowNanos, long frame) {
    arrived = frame + 1;
    dueAt[index(frame)] = nowNanos;
  }

  /// Predicts the frames from the given one on from the one before it: a frame begins to arrive one
  /// base round trip after it was sent, but not before that one has arrived.
  void predictFrom(long first, long baseNanos, double nanosPerByte) {
    for (long k = first; k < sent; k++) {
      int i = index(k);
      long begin = sentAt[i] + baseNanos;
      long before = k == 0 || (k == first && alone[i]) ? begin : dueAt[index(k - 1)];
      // The base round trip was measured with a first segment, so it contains one.
      dueAt[i] =
          before > begin
              ? before + (long) (nanosPerByte * bytes[i])
              : begin + (long) (nanosPerByte * measuredBytes(k));
    }
  }

  boolean begun(long frame) {
    return state[index(frame)] == BEGUN;
  }

  boolean alone(long frame) {
    return alone[index(frame)];
  }

  int bytes(long frame) {
    return bytes[index(frame)];
  }

  /// The part of a frame that lies between its two pongs: the first comes with the first segment.
  int measuredBytes(long frame) {
    int all = bytes[index(frame)];
    return Math.max(all - segmentBytes, (all + 1) / 2);
  }

  /// Bytes of all frames not known to have arrived.
  int outstandingBytes() {
    int all = 0;
    for (long k = arrived; k < sent; k++) {
      all += bytes[index(k)];
    }
    return all;
  }

  long sentAt(long frame) {
    return sentAt[index(frame)];
  }

  long beganAt(long frame) {
    return beganAt[index(frame)];
  }

  long dueAt(long frame) {
    return dueAt[index(frame)];
  }

  /// How much later than predicted from the frame before it this one completed at the given time.
  long lateness(long nowNanos, long frame) {
    int i = index(frame);
    return nowNanos - dueAt[i] + (state[i] == BEGUN ? beganLate[i] : 0);
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
    while (state[index(k)] == UNPINGED) {
      k++;
    }
    return k;
  }

  private int index(long frame) {
    return (int) frame & mask;
  }
}
