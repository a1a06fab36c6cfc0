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

  // Guarded by this object's monitor. A ring of the latest frames, both arrays in step; they are
  // empty before the first one.
  private @Nullable Subscription[] subscriptions = {};
  private long[] records = {};
  private int count;
  private int unmeasured; // of the latest, how many have been written and not yet been recorded
  private long paintedNanos = UNKNOWN;

  private long get(int frame, int fact) {
    return records[frame * RECORD + fact];
  }

  private void set(int frame, int fact, long value) {
    records[frame * RECORD + fact] = value;
  }

  /// Where the newest frame is; only when there is one.
  private int newest() {
    return (count + FRAMES - 1) % FRAMES;
  }

  /// A frame is about to be written; claim.
  ///
  /// @param ping payload of the ping behind it, or [Pacer#NO_PING]
  synchronized void sending(Subscription subscription, Frame frame, long ping) {
    int _ =
        add(subscription, frame.sequence(), ping, frame.capturedAtMillis(), frame.receivedNanos());
  }

  /// A frame has been written that was not announced by [#sending]; claim.
  synchronized void passed(PassedFrames.Passed frame) {
    int i =
        add(
            frame.from(),
            frame.sequence(),
            Pacer.NO_PING,
            frame.capturedAtMillis(),
            frame.receivedNanos());
    set(i, WRITTEN, frame.writtenNanos());
    measureTogether();
  }

  private int add(
      Subscription subscription,
      long sequence,
      long ping,
      long capturedAtMillis,
      long receivedNanos) {
    if (count == 0) {
      subscriptions = new @Nullable Subscription[FRAMES];
      records = new long[FRAMES * RECORD];
    }
    int i = count % FRAMES;
    count = count + 1 == 2 * FRAMES ? FRAMES : count + 1; // in step with the ring, no overflow
    // A frame older than the subscription is followed, but says nothing about it.
    boolean early = subscription.predatedBy(receivedNanos);
    long captured = subscription.camera().clock().relayNanos(capturedAtMillis);
    subscriptions[i] = subscription;
    set(i, SEQUENCE, sequence);
    set(i, PING, ping);
    set(i, CAPTURED, early ? UNKNOWN : captured);
    set(i, RECEIVED, early ? UNKNOWN : receivedNanos);
    set(i, WRITTEN, UNKNOWN);
    set(i, ARRIVED, UNKNOWN);
    set(i, ACKNOWLEDGED, UNKNOWN);
    set(i, PAINTED, UNKNOWN);
    return i;
  }

  /// The frame has been written; claim. Recording waits for company, or for the next pong: the
  /// histograms then need not be fetched for each frame.
  synchronized void written(long nowNanos) {
    if (count == 0) {
      return;
    }
    set(newest(), WRITTEN, nowNanos);
    measureTogether();
  }

  private void measureTogether() {
    if (++unmeasured >= MEASURED_TOGETHER) {
      measure();
    }
  }

  private void measure() {
    for (int k = count - unmeasured; k < count; k++) {
      int i = (k + FRAMES) % FRAMES;
      Subscription subscription = subscriptions[i];
      long received = get(i, RECEIVED);
      long written = get(i, WRITTEN);
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
  void acknowledged(long pong, long nowNanos, ViewerPacing.Acknowledgement told) {
    Subscription subscription;
    long written;
    long captured;
    long arrived;
    synchronized (this) {
      int i = find(pong);
      if (i < 0) {
        return;
      }
      subscription = subscriptions[i];
      captured = get(i, CAPTURED);
      if (get(newest(), WRITTEN) != UNKNOWN) {
        measure(); // else one is just being written, and its turn comes
      }
      // The pong may be quicker than the thread that wrote the frame.
      written = get(i, WRITTEN) == UNKNOWN ? nowNanos : get(i, WRITTEN);
      long wayBack = Math.min(told.roundTripNanos() / 2, told.deliveryNanos());
      arrived = told.roundTripNanos() < 0 ? UNKNOWN : nowNanos - wayBack;
      set(i, ACKNOWLEDGED, nowNanos);
      set(i, ARRIVED, arrived);
      set(i, ARRIVED_ERROR, Math.min(wayBack + told.excessNanos(), told.deliveryNanos()));
    }
    if (subscription == null) {
      return;
    }
    subscription.hops().record(Hop.DELIVERY, nowNanos, nowNanos - written, 0);
    if (captured != UNKNOWN && arrived != UNKNOWN) {
      CameraClock clock = subscription.camera().clock();
      long error = clock.errorNanos(nowNanos) + told.roundTripNanos() / 2;
      subscription.hops().record(Hop.TO_VIEWER, nowNanos, arrived - captured, error);
    }
  }

  /// The frame with this ping behind it, newest first; -1 when it is gone, or never was.
  private int find(long ping) {
    if (ping == Pacer.NO_PING) {
      return -1;
    }
    for (int k = count - 1; k >= Math.max(0, count - FRAMES); k--) {
      if (get(k % FRAMES, PING) == ping) {
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
      if (count == 0 || (paintedNanos != UNKNOWN && nowNanos - paintedNanos < PAINTED_GAP_NANOS)) {
        return;
      }
      paintedNanos = nowNanos;
      for (int k = count - 1; k >= Math.max(0, count - FRAMES) && subscription == null; k--) {
        int i = k % FRAMES;
        Subscription of = subscriptions[i];
        if (get(i, SEQUENCE) == sequence && of != null && of.camera().name().equals(camera)) {
          subscription = of;
          captured = get(i, CAPTURED);
          set(i, PAINTED, paintedAtNanos);
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
    List<FrameHops.Delivery> all = new ArrayList<>();
    for (int k = Math.max(0, count - FRAMES); k < count; k++) {
      int i = k % FRAMES;
      Subscription of = subscriptions[i];
      if (of != null && of.camera().name().equals(camera)) {
        all.add(
            new FrameHops.Delivery(
                viewer,
                get(i, SEQUENCE),
                get(i, WRITTEN),
                get(i, ARRIVED),
                get(i, ARRIVED_ERROR),
                get(i, ACKNOWLEDGED),
                get(i, PAINTED)));
      }
    }
    return all;
  }
}
