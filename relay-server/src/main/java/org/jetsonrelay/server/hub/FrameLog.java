// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.jetsonrelay.server.timing.ClockFilter.RESOLUTION_NANOS;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.timing.Hop;
import org.jetsonrelay.server.timing.HopHistograms;
import org.jetsonrelay.server.timing.HopWindows;
import org.jetsonrelay.server.timing.Latency;

/// When the last frames of a feed were captured, encoded, sent and received, and how long these
/// hops took lately.
///
/// The publisher's reader thread adds, once a frame, without allocating; any thread asks.
final class FrameLog {

  /// Four seconds at 30 frames a second.
  static final int FRAMES = 128;

  private final CameraClock clock;
  private final HopWindows windows;

  // Guarded by this object's monitor: a ring, one column for each fact.
  private final long[] sequence = new long[FRAMES];
  private final int[] bytes = new int[FRAMES];
  private final long[] captured = new long[FRAMES];
  private final long[] encoded = new long[FRAMES];
  private final long[] sent = new long[FRAMES];
  private final long[] received = new long[FRAMES];
  private final long[] receivedAt = new long[FRAMES];
  private final long[] error = new long[FRAMES];
  private long count;

  FrameLog(CameraClock clock, HopHistograms totals) {
    this.clock = clock;
    windows = new HopWindows(totals);
  }

  /// @param encodedAtMillis when the JPEG was made, by the camera's clock; 0 when it did not say
  /// @param sentAtMillis when the camera began to send it; 0 when it did not say
  void add(Frame frame, long encodedAtMillis, long sentAtMillis) {
    long now = frame.receivedNanos();
    long capturedAt = frame.capturedAtMillis();
    long capturedNanos = clock.relayNanos(capturedAt);
    long encodedNanos = clock.relayNanos(encodedAtMillis);
    long sentNanos = clock.relayNanos(sentAtMillis);
    long errorNanos = clock.errorNanos(now);
    remember(frame, capturedNanos, encodedNanos, sentNanos, errorNanos);
    // Differences of one clock need no other; its resolution is what they may be wrong by.
    if (capturedAt > 0 && encodedAtMillis > 0) {
      long nanos = MILLISECONDS.toNanos(encodedAtMillis - capturedAt);
      windows.record(Hop.ENCODE, now, nanos, RESOLUTION_NANOS);
    }
    if (encodedAtMillis > 0 && sentAtMillis > 0) {
      long nanos = MILLISECONDS.toNanos(sentAtMillis - encodedAtMillis);
      windows.record(Hop.HANDOVER, now, nanos, RESOLUTION_NANOS);
    }
    if (sentNanos != FrameHops.UNKNOWN) {
      windows.record(Hop.UPLINK, now, now - sentNanos, errorNanos);
    }
    if (capturedNanos != FrameHops.UNKNOWN) {
      windows.record(Hop.TO_RELAY, now, now - capturedNanos, errorNanos);
    }
  }

  private synchronized void remember(
      Frame frame, long capturedNanos, long encodedNanos, long sentNanos, long errorNanos) {
    int i = (int) (count++ % FRAMES);
    sequence[i] = frame.sequence();
    bytes[i] = frame.jpegLength();
    captured[i] = capturedNanos;
    encoded[i] = encodedNanos;
    sent[i] = sentNanos;
    received[i] = frame.receivedNanos();
    receivedAt[i] = frame.receivedAtMillis();
    error[i] = errorNanos;
  }

  /// The last frames, oldest first, without their deliveries.
  synchronized List<FrameHops> last() {
    List<FrameHops> all = new ArrayList<>();
    for (long k = Math.max(0, count - FRAMES); k < count; k++) {
      int i = (int) (k % FRAMES);
      all.add(
          new FrameHops(
              sequence[i],
              bytes[i],
              captured[i],
              encoded[i],
              sent[i],
              received[i],
              receivedAt[i],
              error[i],
              List.of()));
    }
    return all;
  }

  Map<Hop, Latency> latency(long nowNanos) {
    return windows.read(nowNanos);
  }
}
