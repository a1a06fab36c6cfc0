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
/// thread asks. Nothing is allocated per frame; the ring is made with the first one, so that a
/// viewer who never watches costs nothing.
final class HopLog {

  /// A second and more at full rate of four cameras. More than a pacer lets be on their way.
  static final int FRAMES = 128;

  /// How often one viewer may report what it painted: above any sensible client's rate.
  static final long PAINTED_GAP_NANOS = 50_000_000L;

  /// Written frames of which nothing was heard that are recorded at once.
  private static final int MEASURED_TOGETHER = 16;

  private static final long UNKNOWN = FrameHops.UNKNOWN;

  // A frame's record, all but its subscription, in one array: what is known of a frame lies side by
  // side in memory, as in the pacer, because each send touches it.
  private static final int SEQUENCE = 0;
  private static final int PING = 1;
  private static final int CAPTURED = 2;
  private static final int RECEIVED = 3;
  private static final int WRITTEN = 4;
  private static final int ARRIVED = 5;
  private static final int ACKNOWLEDGED = 6;
  private static final int PAINTED = 7;
  private static final int ARRIVED_ERROR = 8;
  private static final int RECORD = 9;

  /// A ring of the latest frames.
  private static final class Ring {
    final @Nullable Subscription[] subscriptions = new @Nullable Subscription[FRAMES];
    final long[] records = new long[FRAMES * RECORD];

    long get(int frame, int fact) {
      return records[frame * RECORD + fact];
    }

    void set(int frame, int fact, long value) {
      records[frame * RECORD + fact] = value;
    }
  }

  // Guarded by this object's monitor, as the ring is.
  private @Nullable Ring ring;
  private int count;
  private int unmeasured; // of the latest, how many have been written and not yet been recorded
  private long paintedNanos = UNKNOWN;

  /// A frame is about to be written; claim.
  ///
  /// @param ping payload of the ping in front of it, or [Pacer#NO_PING]
  synchronized void sending(Subscription subscription, Frame frame, long ping) {
    Ring to = ring;
    if (to == null) {
      to = new Ring();
      ring = to;
    }
    int i = count % FRAMES;
    count = count + 1 == 2 * FRAMES ? FRAMES : count + 1; // in step with the ring, no overflow
    // A frame older than the subscription is followed, but says nothing about it.
    boolean early = subscription.predatedBy(frame);
    long captured = subscription.camera().clock().relayNanos(frame.capturedAtMillis());
    to.subscriptions[i] = subscription;
    to.set(i, SEQUENCE, frame.sequence());
    to.set(i, PING, ping);
    to.set(i, CAPTURED, early ? UNKNOWN : captured);
    to.set(i, RECEIVED, early ? UNKNOWN : frame.receivedNanos());
    to.set(i, WRITTEN, UNKNOWN);
    to.set(i, ARRIVED, UNKNOWN);
    to.set(i, ACKNOWLEDGED, UNKNOWN);
    to.set(i, PAINTED, UNKNOWN);
  }

  /// The frame has been written; claim. Recording waits for company, or for the next pong: the
  /// histograms then need not be fetched for each frame.
  synchronized void written(long nowNanos) {
    Ring known = ring;
    if (known == null) {
      return;
    }
    known.set((count + FRAMES - 1) % FRAMES, WRITTEN, nowNanos);
    if (++unmeasured >= MEASURED_TOGETHER) {
      measure(known);
    }
  }

  private void measure(Ring known) {
    for (int k = count - unmeasured; k < count; k++) {
      int i = (k + FRAMES) % FRAMES;
      Subscription subscription = known.subscriptions[i];
      long received = known.get(i, RECEIVED);
      long written = known.get(i, WRITTEN);
      if (subscription != null && received != UNKNOWN && written != UNKNOWN) {
        subscription.hops().record(Hop.RELAY, written, written - received, 0);
      }
    }
    unmeasured = 0;
  }

  /// A pong has come; reader thread. Only the one behind a frame says that all of it has arrived.
  ///
  /// The way back is in it, and half the base round trip is taken for that. The arrival may be
  /// wrong by as much, and by all that the delivery took longer than an idle link would have: that
  /// may have been the frame's time, or the pong's alone. But no frame arrived before it was sent.
  ///
  /// @param deliveryNanos since before it was written
  /// @param roundTripNanos base round trip, -1 when unknown
  /// @param excessNanos by how much that was longer than on an idle link
  void acknowledged(
      long pong, long nowNanos, long deliveryNanos, long roundTripNanos, long excessNanos) {
    Subscription subscription;
    long written;
    long captured;
    long arrived;
    synchronized (this) {
      Ring known = ring;
      int i = known == null ? -1 : find(known, pong - 1);
      if (known == null || i < 0) {
        return;
      }
      subscription = known.subscriptions[i];
      captured = known.get(i, CAPTURED);
      if (known.get((count + FRAMES - 1) % FRAMES, WRITTEN) != UNKNOWN) {
        measure(known); // else one is just being written, and its turn comes
      }
      // The pong may be quicker than the thread that wrote the frame.
      written = known.get(i, WRITTEN) == UNKNOWN ? nowNanos : known.get(i, WRITTEN);
      long wayBack = Math.min(roundTripNanos / 2, deliveryNanos);
      arrived = roundTripNanos < 0 ? UNKNOWN : nowNanos - wayBack;
      known.set(i, ACKNOWLEDGED, nowNanos);
      known.set(i, ARRIVED, arrived);
      known.set(i, ARRIVED_ERROR, Math.min(wayBack + excessNanos, deliveryNanos));
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
  private int find(Ring known, long ping) {
    if (ping == Pacer.NO_PING) {
      return -1;
    }
    for (int k = count - 1; k >= Math.max(0, count - FRAMES); k--) {
      if (known.get(k % FRAMES, PING) == ping) {
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
      Ring known = ring;
      if (known == null
          || (paintedNanos != UNKNOWN && nowNanos - paintedNanos < PAINTED_GAP_NANOS)) {
        return;
      }
      paintedNanos = nowNanos;
      for (int k = count - 1; k >= Math.max(0, count - FRAMES) && subscription == null; k--) {
        int i = k % FRAMES;
        Subscription of = known.subscriptions[i];
        if (known.get(i, SEQUENCE) == sequence && of != null && of.camera().name().equals(camera)) {
          subscription = of;
          captured = known.get(i, CAPTURED);
          known.set(i, PAINTED, paintedAtNanos);
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
    Ring known = ring;
    if (known == null) {
      return List.of();
    }
    List<FrameHops.Delivery> all = new ArrayList<>();
    for (int k = Math.max(0, count - FRAMES); k < count; k++) {
      int i = k % FRAMES;
      Subscription of = known.subscriptions[i];
      if (of != null && of.camera().name().equals(camera)) {
        all.add(
            new FrameHops.Delivery(
                viewer,
                known.get(i, SEQUENCE),
                known.get(i, WRITTEN),
                known.get(i, ARRIVED),
                known.get(i, ARRIVED_ERROR),
                known.get(i, ACKNOWLEDGED),
                known.get(i, PAINTED)));
      }
    }
    return all;
  }
}
