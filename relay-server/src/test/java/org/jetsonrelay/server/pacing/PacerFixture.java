// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

/// A [Pacer] on a link that is worked out by hand, and the frames and pongs that go over it.
abstract class PacerFixture {

  static final long NANOS_PER_MILLI = 1_000_000L;
  static final long NANOS_PER_SECOND = 1_000 * NANOS_PER_MILLI;
  static final long FIRST = 2 * 294 * Asking.SPREADS;
  static final int BYTES = 45_000;
  static final PacerSettings SETTINGS = PacerSettings.DEFAULTS;

  /// A first segment takes 40 ms there and back, the rest of a frame 1 µs a byte.
  static final long ROUND_TRIP_NANOS = 40 * NANOS_PER_MILLI;

  static final long REST_NANOS = (BYTES - SETTINGS.segmentBytes()) * 1_000L;
  static final long WHOLE_NANOS = BYTES * 1_000L;

  Pacer pacer = new Pacer(SETTINGS, FIRST);
  long now = -3 * NANOS_PER_SECOND; // System.nanoTime() may well be negative
  long frames;

  long send() {
    frames++;
    return pacer.onSend(now, BYTES);
  }

  boolean begins(long frame) {
    return pacer.onPong(now, FIRST + 2 * frame);
  }

  boolean completes(long frame) {
    return pacer.onPong(now, FIRST + 2 * frame + 1);
  }

  /// One frame after another, each alone on the way.
  void deliver(int count) {
    for (int i = 0; i < count; i++) {
      send();
      long frame = frames - 1;
      now += ROUND_TRIP_NANOS;
      begins(frame);
      now += REST_NANOS;
      completes(frame);
    }
  }

  /// The same, but the camera fills the link.
  void fill(int count) {
    overlap(count, WHOLE_NANOS);
  }

  /// The same, but the next frame goes before one has arrived.
  void overlap(int count, long everyNanos) {
    send();
    long sentAt = now;
    for (int left = count; left > 0; left--) {
      long frame = frames - 1;
      now = sentAt + ROUND_TRIP_NANOS;
      begins(frame);
      if (left > 1) {
        now = sentAt + everyNanos;
        send();
      }
      now = sentAt + ROUND_TRIP_NANOS + REST_NANOS;
      completes(frame);
      sentAt += everyNanos;
    }
  }
}
