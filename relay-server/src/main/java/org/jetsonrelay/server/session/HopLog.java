// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.ArrayList;
import java.util.List;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.CameraClock;
import org.jetsonrelay.server.hub.FrameHops;
import org.jetsonrelay.server.hub.Subscription;
import org.jetsonrelay.server.pacing.Pacer;
import org.jetsonrelay.server.timing.Hop;
import org.jspecify.annotations.Nullable;

/// When the last frames of one viewer were written, acknowledged and painted: measures those hops,
/// and remembers them for traces.
///
/// The holder of the connection's claim writes, the reader thread brings acknowledgements, any
/// thread asks. Nothing is allocated per frame; the columns are made with the first one, so that a
/// viewer who never watches costs nothing.
final class HopLog {

  /// A second and more at full rate of four cameras. More than a pacer lets be on their way.
  static final int FRAMES = 128;

  /// How often one viewer may report what it painted: above any sensible client's rate.
  static final long PAINTED_GAP_NANOS = 50_000_000L;

  private static final long UNKNOWN = FrameHops.UNKNOWN;

  /// A ring, one column for each fact.
  private static final class Columns {
    final @Nullable Subscription[] subscription = new @Nullable Subscription[FRAMES];
    final long[] sequence = new long[FRAMES];
    final boolean[] early = new boolean[FRAMES];
    final long[] ping = new long[FRAMES];
    final long[] captured = new long[FRAMES];
    final long[] received = new long[FRAMES];
    final long[] written = new long[FRAMES];
    final long[] arrived = new long[FRAMES];
    final long[] acknowledged = new long[FRAMES];
    final long[] painted = new long[FRAMES];
  }

  // Guarded by this object's monitor, as the columns are.
  private @Nullable Columns columns;
  private int count;
  private long paintedNanos = UNKNOWN;

  /// A frame is about to be written; claim.
  ///
  /// @param ping payload of the ping in front of it, or [Pacer#NO_PING]
  synchronized void sending(Subscription subscription, Frame frame, long ping) {
    Columns to = columns;
    if (to == null) {
      to = new Columns();
      columns = to;
    }
    int i = count % FRAMES;
    count = count + 1 == 2 * FRAMES ? FRAMES : count + 1; // in step with the ring, no overflow
    to.subscription[i] = subscription;
    to.sequence[i] = frame.sequence();
    to.ping[i] = ping;
    to.early[i] = subscription.predatedBy(frame);
    to.captured[i] = subscription.camera().clock().relayNanos(frame.capturedAtMillis());
    to.received[i] = frame.receivedNanos();
    to.written[i] = UNKNOWN;
    to.arrived[i] = UNKNOWN;
    to.acknowledged[i] = UNKNOWN;
    to.painted[i] = UNKNOWN;
  }

  /// The frame has been written; claim.
  void written(long nowNanos) {
    Subscription subscription;
    long received;
    synchronized (this) {
      Columns known = columns;
      if (known == null) {
        return;
      }
      int i = (count + FRAMES - 1) % FRAMES;
      known.written[i] = nowNanos;
      subscription = known.early[i] ? null : known.subscription[i];
      received = known.received[i];
    }
    if (subscription != null) {
      subscription.hops().record(Hop.RELAY, nowNanos, nowNanos - received, 0);
    }
  }

  /// A pong has come; reader thread. Only the one behind a frame says that all of it has arrived.
  ///
  /// The way back is in it. Half the base round trip is taken for it, and counted as what the
  /// arrival may be wrong by.
  ///
  /// @param roundTripNanos base round trip, -1 when unknown
  void acknowledged(long pong, long nowNanos, long roundTripNanos) {
    Subscription subscription;
    long written;
    long captured;
    long arrived;
    synchronized (this) {
      Columns known = columns;
      int i = known == null ? -1 : find(known, pong - 1);
      if (known == null || i < 0) {
        return;
      }
      subscription = known.subscription[i];
      captured = known.captured[i];
      // The pong may be quicker than the thread that wrote the frame.
      written = known.written[i] == UNKNOWN ? nowNanos : known.written[i];
      arrived = roundTripNanos < 0 ? UNKNOWN : Math.max(written, nowNanos - roundTripNanos / 2);
      known.acknowledged[i] = nowNanos;
      known.arrived[i] = arrived;
      captured = known.early[i] ? UNKNOWN : captured;
    }
    if (subscription == null) {
      return;
    }
    subscription.hops().record(Hop.DELIVERY, nowNanos, nowNanos - written, 0);
    if (captured != UNKNOWN && arrived != UNKNOWN) {
      CameraClock clock = subscription.camera().clock();
      long error = clock.errorNanos(nowNanos) + roundTripNanos / 2;
      subscription.hops().record(Hop.TO_VIEWER, nowNanos, arrived - captured, error);
    }
  }

  /// The frame with this ping, newest first; -1 when it is gone, or never was.
  private int find(Columns known, long ping) {
    if (ping == Pacer.NO_PING) {
      return -1;
    }
    for (int k = count - 1; k >= Math.max(0, count - FRAMES); k--) {
      if (known.ping[k % FRAMES] == ping) {
        return k % FRAMES;
      }
    }
    return -1;
  }

  /// The viewer says when a frame was on its screen; reader thread. More often than every
  /// [#PAINTED_GAP_NANOS] it is not listened to.
  ///
  /// @param paintedAtNanos that time, by our clock
  /// @param errorNanos by how much it may be wrong
  void painted(String camera, long sequence, long paintedAtNanos, long errorNanos, long nowNanos) {
    Subscription subscription = null;
    long captured = UNKNOWN;
    synchronized (this) {
      Columns known = columns;
      if (known == null
          || (paintedNanos != UNKNOWN && nowNanos - paintedNanos < PAINTED_GAP_NANOS)) {
        return;
      }
      paintedNanos = nowNanos;
      for (int k = count - 1; k >= Math.max(0, count - FRAMES) && subscription == null; k--) {
        int i = k % FRAMES;
        Subscription of = known.subscription[i];
        if (known.sequence[i] == sequence && of != null && of.camera().name().equals(camera)) {
          subscription = of;
          captured = known.early[i] ? UNKNOWN : known.captured[i];
          known.painted[i] = paintedAtNanos;
        }
      }
    }
    if (subscription != null && captured != UNKNOWN) {
      long error = errorNanos + subscription.camera().clock().errorNanos(nowNanos);
      subscription.hops().record(Hop.TO_SCREEN, nowNanos, paintedAtNanos - captured, error);
    }
  }

  /// The last frames of one camera, oldest first.
  synchronized List<FrameHops.Delivery> last(String camera, String viewer) {
    Columns known = columns;
    if (known == null) {
      return List.of();
    }
    List<FrameHops.Delivery> all = new ArrayList<>();
    for (int k = Math.max(0, count - FRAMES); k < count; k++) {
      int i = k % FRAMES;
      Subscription of = known.subscription[i];
      if (of != null && of.camera().name().equals(camera)) {
        all.add(
            new FrameHops.Delivery(
                viewer,
                known.sequence[i],
                known.written[i],
                known.arrived[i],
                known.acknowledged[i],
                known.painted[i]));
      }
    }
    return all;
  }
}
