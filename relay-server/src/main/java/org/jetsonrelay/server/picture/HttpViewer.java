// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.Admission;
import org.jetsonrelay.server.hub.Announced;
import org.jetsonrelay.server.hub.Choice;
import org.jetsonrelay.server.hub.Subscription;
import org.jetsonrelay.server.hub.Viewer;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.metrics.RateMeter;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jspecify.annotations.Nullable;

/// One HTTP request that watches one camera: to the hub a viewer like any other, with a row in the
/// statistics.
///
/// Belongs to the request's own virtual thread, which waits for mail, takes and writes. The hub
/// leaves mail from any thread; the timer looks at the deadline of its writes and ends it.
final class HttpViewer implements Viewer {

  private final PictureContext context;
  private final BooleanSupplier permitted;
  private final String id;
  private final String address;
  private final long connectedNanos;
  private final Thread thread;
  private final Deadline writing;
  private final RateMeter rate = new RateMeter();

  /// Written by the request's thread when it joins, read by those who ask for rows and the timer.
  private volatile @Nullable Watch watch;

  /// Set by any thread, cleared by the request's before it looks into its mailboxes.
  private volatile boolean mail;

  /// Written by the timer and at shutdown, read by the request's thread.
  private volatile boolean ended;

  /// Written by the request's thread, read by those who ask for rows.
  private volatile long delivered;

  /// Must be made by the thread that will serve it.
  ///
  /// @param permitted whether it may still be here
  /// @param cut closes the connection under a write
  HttpViewer(
      PictureContext context, BooleanSupplier permitted, String id, String address, Runnable cut) {
    this.context = context;
    this.permitted = permitted;
    this.id = id;
    this.address = address;
    connectedNanos = context.nanoTime().getAsLong();
    thread = Thread.currentThread();
    writing = new Deadline(context.settings().writeLimit().toNanos(), cut);
  }

  // ---- the request's thread ----

  /// Registers with the hub and chooses the camera.
  ///
  /// @return whether there was room
  boolean join(String camera) {
    return switch (context.hub().join(this)) {
      case Admission.Admitted(var admitted) -> {
        watch = admitted;
        context
            .hub()
            .choose(admitted, new Choice.Named(Set.of(camera)), context.nanoTime().getAsLong());
        yield true;
      }
      case Admission.Full(int _) -> false;
    };
  }

  void leave() {
    Watch joined = watch;
    if (joined != null) {
      context.hub().leave(joined, context.nanoTime().getAsLong());
    }
  }

  /// What frames come through: one subscription, or two for a moment when the camera has come back.
  List<Subscription> subscriptions() {
    mail = false;
    Watch joined = watch;
    List<Subscription> all = joined == null ? List.of() : joined.subscriptions();
    all.forEach(HttpViewer::discardAnnounced);
    return all;
  }

  /// H.264 and files cannot be shown as MJPEG, and must not pile up.
  private static void discardAnnounced(Subscription subscription) {
    Announced payload = subscription.pollAnnounced();
    while (payload != null) {
      payload.release();
      payload = subscription.pollAnnounced();
    }
  }

  /// Waits until there is mail, the time has come, or the viewer was ended.
  void await(long untilNanos) {
    while (!mail && !ended) {
      long left = untilNanos - context.nanoTime().getAsLong();
      if (left <= 0) {
        return;
      }
      LockSupport.parkNanos(this, left);
      if (Thread.currentThread().isInterrupted()) {
        ended = true; // the server stops
      }
    }
  }

  boolean ended() {
    return ended;
  }

  void beginWrite() {
    writing.begin(context.nanoTime().getAsLong());
  }

  void endWrite() {
    writing.end();
  }

  /// A frame has been written.
  void wrote(Frame frame) {
    rate.add(context.nanoTime().getAsLong(), frame.jpegLength());
    count();
    context.metrics().framesOut().increment();
    context.metrics().frameBytesOut().add(frame.jpegLength());
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only the request's thread writes
  private void count() {
    delivered++;
  }

  /// Why it ended, for the log.
  String reason() {
    if (writing.expired() && !ended) {
      return "cut: it took nothing for too long";
    }
    return ended ? "ended by the relay" : "left";
  }

  // ---- the timer ----

  /// Whether it may still be here: tokens can be revoked.
  boolean permitted() {
    return permitted.getAsBoolean();
  }

  /// Cuts a write that lasts too long, and says why frames are skipped meanwhile.
  void check(long nowNanos) {
    if (writing.lastedNanos(nowNanos) >= context.settings().stalledAfter().toNanos()) {
      Watch joined = watch;
      if (joined != null) {
        joined.subscriptions().forEach(one -> one.skippingBecause(SkipCause.STALLED));
      }
    }
    writing.check(nowNanos);
  }

  /// Makes it leave: at once if it waits, after this write if it writes.
  void end() {
    ended = true;
    LockSupport.unpark(thread);
  }

  /// Ends it under whatever it is doing.
  void cut() {
    end();
    writing.expire();
  }

  // ---- the hub, any thread ----

  @Override
  public String id() {
    return id;
  }

  String address() {
    return address;
  }

  @Override
  public void mail() {
    mail = true;
    LockSupport.unpark(thread);
  }

  @Override
  public void camerasChanged() {
    // Whoever waits for a camera to come is told by its first mail.
  }

  @Override
  public ViewerRow row() {
    long nowNanos = context.nanoTime().getAsLong();
    Watch joined = watch;
    List<Subscription> all = joined == null ? List.of() : joined.subscriptions();
    long written = delivered;
    return new ViewerRow(
        id,
        address,
        all.stream().map(one -> one.camera().name()).distinct().toList(),
        rate.eventsPerSecond(nowNanos),
        rate.bytesPerSecond(nowNanos),
        written,
        joined == null ? 0 : joined.offered(),
        joined == null ? Map.of() : joined.skipped(),
        joined == null ? 0 : joined.waiting(written),
        all.stream().mapToInt(Subscription::pending).sum(),
        -1,
        -1,
        -1,
        -1,
        (nowNanos - connectedNanos) / 1_000_000,
        joined == null ? Map.of() : joined.latency(nowNanos));
  }
}
