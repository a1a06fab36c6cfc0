// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.Admission;
import org.jetsonrelay.server.hub.Announced;
import org.jetsonrelay.server.hub.Camera;
import org.jetsonrelay.server.hub.Choice;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.hub.Subscription;
import org.jetsonrelay.server.hub.Viewer;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.metrics.RateMeter;
import org.jspecify.annotations.Nullable;

/// Sends one camera of this relay to the bus, once for all relays that want it. To the hub it is a
/// viewer: it makes demand, has a mailbox in which the newest frame wins, and a row in the
/// statistics.
///
/// Opened, closed and told of changes by the cluster's thread; a virtual thread of its own takes
/// frames and sends them; the hub leaves mail from any thread.
final class Export implements Viewer {

  private static final System.Logger LOG = System.getLogger(Export.class.getName());
  private static final long COMPLAIN_NANOS = TimeUnit.SECONDS.toNanos(60);

  /// What all exports share.
  ///
  /// @param runs numbers the runs of cameras
  /// @param problem told what is wrong
  record Context(
      Hub hub,
      Bus bus,
      BusCounts counts,
      long node,
      AtomicLong runs,
      LongSupplier nanoTime,
      Consumer<String> problem) {}

  private final Context context;
  private final String id;
  private final String camera;
  private final String subject;
  private final Watch watch;
  private final Thread thread;
  private final long openedNanos;
  private final RateMeter rate = new RateMeter();

  /// Written by the cluster's thread, read by those who ask for rows: who wants the camera.
  private volatile String wantedBy = "";

  /// Set by any thread, cleared by its own before it looks into the mailbox.
  private volatile boolean mail;

  /// Written by the cluster's thread, read by its own.
  private volatile boolean closed;

  /// Written by its own thread, read by those who ask for rows.
  private volatile long sent;

  // Only its own thread's.
  private @Nullable Camera counted;
  private long run;
  private long complainedNanos;
  private boolean complained;

  private Export(Context context, String id, String camera, String subject) {
    this.context = context;
    this.id = id;
    this.camera = camera;
    this.subject = subject;
    openedNanos = context.nanoTime().getAsLong();
    watch =
        switch (context.hub().join(this)) {
          case Admission.Admitted(Watch admitted) -> admitted;
          case Admission.Full(int limit) ->
              throw new IllegalStateException("there are already " + limit + " viewers");
        };
    thread = Thread.ofVirtual().name("bus-" + camera).unstarted(this::run);
  }

  /// Begins to send.
  ///
  /// @throws IllegalStateException when the hub takes no more viewers
  static Export open(Context context, String id, String camera, String subject) {
    Export export = new Export(context, id, camera, subject);
    export.thread.start();
    context
        .hub()
        .choose(export.watch, new Choice.Named(Set.of(camera)), context.nanoTime().getAsLong());
    return export;
  }

  void wantedBy(String nodes) {
    wantedBy = nodes;
  }

  void close() {
    closed = true;
    context.hub().leave(watch, context.nanoTime().getAsLong());
    thread.interrupt();
  }

  // ---- its own thread ----

  private void run() {
    try {
      while (!closed) {
        mail = false;
        Subscription ready = ready();
        if (ready == null) {
          if (!mail && !closed) {
            LockSupport.park(this);
          }
        } else if (context.bus().awaitRoom(subject)) {
          send(ready);
        } else {
          drop(ready);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /// What a frame waits in. What is not a picture does not cross the bus and must not pile up.
  private @Nullable Subscription ready() {
    Subscription ready = null;
    for (Subscription each : watch.subscriptions()) {
      Announced payload = each.pollAnnounced();
      while (payload != null) {
        payload.release();
        payload = each.pollAnnounced();
      }
      if (each.hasFrame()) {
        ready = each;
      }
    }
    return ready;
  }

  private static void drop(Subscription ready) {
    Frame frame = ready.take();
    if (frame != null) {
      frame.release();
    }
  }

  private void send(Subscription ready) {
    // Only now: while there was no room, newer frames have replaced older ones.
    Frame frame = ready.take();
    if (frame == null) {
      return;
    }
    try {
      send(ready.camera(), frame);
    } finally {
      frame.release();
    }
  }

  @SuppressWarnings("ReferenceEquality") // a camera that came anew counts anew
  private void send(Camera from, Frame frame) {
    if (from != counted) {
      counted = from;
      run = context.runs().incrementAndGet();
    }
    int length = FrameHeader.BYTES + frame.jpegLength();
    long most = context.bus().maxBytes(subject);
    if (most > 0 && length > most) {
      context.counts().tooLarge.increment();
      complain(length, most);
      return;
    }
    byte[] message = new byte[length];
    new FrameHeader(context.node(), run, frame.sequence(), frame.capturedAtMillis()).put(message);
    frame.block().memory().get(frame.jpegOffset(), message, FrameHeader.BYTES, frame.jpegLength());
    if (context.bus().send(subject, message)) {
      context.counts().framesOut.increment();
      context.counts().bytesOut.add(length);
      rate.add(context.nanoTime().getAsLong(), length);
      count();
    }
  }

  private void complain(int length, long most) {
    long nowNanos = context.nanoTime().getAsLong();
    String problem =
        ("frames of camera '%s' do not reach the cluster: one has %d bytes, the NATS server takes %d."
                + " Raise max_payload in its configuration, or lower the camera's quality")
            .formatted(camera, length, most);
    context.problem().accept(problem);
    if (!complained || nowNanos - complainedNanos >= COMPLAIN_NANOS) {
      complained = true;
      complainedNanos = nowNanos;
      LOG.log(System.Logger.Level.WARNING, problem);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only its own thread writes
  private void count() {
    sent++;
  }

  // ---- the hub, any thread ----

  @Override
  public String id() {
    return id;
  }

  @Override
  public void mail() {
    mail = true;
    LockSupport.unpark(thread);
  }

  @Override
  public void camerasChanged() {
    // The cluster looks for itself.
  }

  @Override
  public ViewerRow row() {
    long nowNanos = context.nanoTime().getAsLong();
    List<Subscription> all = watch.subscriptions();
    int waiting = all.stream().mapToInt(Subscription::pending).sum();
    return new ViewerRow(
        id,
        "cluster: " + wantedBy,
        all.isEmpty() ? List.of() : List.of(camera),
        rate.eventsPerSecond(nowNanos),
        rate.bytesPerSecond(nowNanos),
        sent,
        watch.offered(),
        watch.skipped(),
        waiting,
        waiting,
        -1,
        -1,
        -1,
        -1,
        (nowNanos - openedNanos) / 1_000_000,
        watch.latency(nowNanos));
  }
}
