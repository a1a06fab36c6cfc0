// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jspecify.annotations.Nullable;

/// This node's registry and router: which cameras there are, who watches them, and whether they
/// should stream.
///
/// Any thread may call any method. One lock guards the registry, membership and demand; it is held
/// for map and array updates only. All calls to publishers and viewers are made after it is
/// released, on the thread that caused them, so that what they call may call the hub again. Frames
/// do not pass through this lock: see [Feed#publish].
public final class Hub {

  private final HubSettings settings;
  private final RelayMetrics metrics;
  private final ReentrantLock lock = new ReentrantLock();
  private final long node = new SecureRandom().nextLong();

  // Guarded by the lock. Only cameras with a publisher are in here: what a viewer waits for is in
  // its choice, which is bounded, so names that come and go leave nothing behind.
  private final Map<String, Camera> cameras = new TreeMap<>();
  private final Set<Watch> watches = new LinkedHashSet<>();

  /// Those who may still take something of a camera that went: hardly ever any, so that the timer
  /// need not look at all the others.
  private final Set<Watch> draining = new HashSet<>();

  /// A hub without cameras and viewers.
  public Hub(HubSettings settings, RelayMetrics metrics) {
    this.settings = settings;
    this.metrics = metrics;
  }

  /// What other relays know this one by: drawn at random, new with each start.
  public long node() {
    return node;
  }

  /// The same as text, as in [Publisher#hops].
  public String nodeId() {
    return Long.toHexString(node);
  }

  /// Gives a camera's name to a publisher, and the camera to every viewer whose choice covers it.
  ///
  /// A name that is held passes to the newer publisher when both have the same owner: a robot that
  /// comes back must not wait until its dead connection is noticed. A publisher of this relay takes
  /// the name from one of another relay, and never the other way round.
  ///
  /// @param owner whom the publisher belongs to (what its token stands for, never shown); the same
  ///   for all where no tokens are in use
  @SuppressWarnings("ReferenceEquality") // the same connection, not one that looks like it
  public Attachment attach(Publisher publisher, String name, String owner, long nowNanos) {
    Effects effects = new Effects();
    Feed.Holder holder = Feed.Holder.of(publisher, owner, nowNanos);
    Feed feed;
    lock.lock();
    try {
      Camera camera = cameras.get(name);
      if (camera == null) {
        int limit = limit(holder);
        if (isFull(holder, limit)) {
          return new Attachment.Full(limit);
        }
        Camera created = new Camera(name, first -> new Feed(this, first, holder, metrics));
        cameras.put(name, created);
        watches.stream()
            .filter(watch -> watch.choice().covers(name))
            .forEach(watch -> subscribe(watch, created, nowNanos, effects));
        camera = created;
      } else {
        Feed before = camera.feed();
        if (before.publisherId().equals(holder.id())) {
          return new Attachment.Attached(before);
        }
        if (!holder.takesOver(before.holder())) {
          return new Attachment.NameTaken(before.publisherId());
        }
        if (before.holder().remote() != holder.remote() && isFull(holder, limit(holder))) {
          return new Attachment.Full(limit(holder));
        }
        before.end();
        effects.replaced(before);
        camera.feed(new Feed(this, camera, holder, metrics));
      }
      feed = camera.feed();
      step(camera, new Demand.Event.PublisherCame(), nowNanos, effects);
      effects.changed(watches);
      effects.log("camera " + name + " is fed by " + feed.publisherId() + after(camera));
    } finally {
      lock.unlock();
    }
    effects.perform(lock);
    return new Attachment.Attached(feed);
  }

  private int limit(Feed.Holder holder) {
    return holder.remote() ? settings.maxRemoteCameras() : settings.maxCameras();
  }

  /// Cameras of this relay and of others are counted apart: a large cluster leaves room for a robot
  /// that connects here.
  private boolean isFull(Feed.Holder holder, int limit) {
    long same =
        cameras.values().stream()
            .filter(camera -> camera.feed().holder().remote() == holder.remote())
            .count();
    return same >= limit;
  }

  /// Tells all viewers who want to know that the list of cameras reads differently now: a publisher
  /// of another relay has learned something about its camera.
  public void camerasChanged() {
    Effects effects = new Effects();
    lock.lock();
    try {
      effects.changed(watches);
    } finally {
      lock.unlock();
    }
    effects.perform(lock);
  }

  /// The publisher has left. Harmless when it was replaced before, or has left already.
  public void detach(Feed feed, long nowNanos) {
    Effects effects = new Effects();
    Camera camera = feed.camera();
    lock.lock();
    try {
      if (feed.ended()) {
        return;
      }
      feed.end();
      cameras.remove(camera.name());
      for (Subscription subscription : camera.subscriptions()) {
        subscription.watch().drain(subscription, settings.maxDraining());
        draining.add(subscription.watch());
      }
      camera.removeAll();
      step(camera, new Demand.Event.PublisherWent(), nowNanos, effects);
      effects.changed(watches);
      effects.log("camera " + camera.name() + " is gone");
    } finally {
      lock.unlock();
    }
    effects.perform(lock);
  }

  /// Registers a viewer. It gets no frames before it chooses.
  public Admission join(Viewer viewer) {
    Watch watch = new Watch(viewer);
    lock.lock();
    try {
      if (watches.size() >= settings.maxViewers()) {
        return new Admission.Full(settings.maxViewers());
      }
      watches.add(watch);
    } finally {
      lock.unlock();
    }
    return new Admission.Admitted(watch);
  }

  /// Makes a choice, in place of the one before; cameras covered by both are received without a
  /// break. Of each camera that is new, the latest frame is delivered at once if it is fresh.
  /// Without effect after [#leave].
  public Selection choose(Watch watch, Choice choice, long nowNanos) {
    if (choice instanceof Choice.Named(Set<String> names)
        && names.size() > settings.maxChosenCameras()) {
      return new Selection.TooMany(settings.maxChosenCameras());
    }
    Effects effects = new Effects();
    List<String> unknown;
    lock.lock();
    try {
      unknown =
          choice instanceof Choice.Named(Set<String> names)
              ? names.stream().filter(name -> !cameras.containsKey(name)).sorted().toList()
              : List.of();
      if (watches.contains(watch)) {
        watch.choose(choice);
        for (Subscription subscription : watch.active()) {
          if (!choice.covers(subscription.camera().name())) {
            unsubscribe(subscription, nowNanos, effects);
          }
        }
        for (Camera camera : cameras.values()) {
          if (choice.covers(camera.name()) && !watch.receives(camera.name())) {
            subscribe(watch, camera, nowNanos, effects);
          }
        }
      }
    } finally {
      lock.unlock();
    }
    effects.perform(lock);
    return new Selection.Accepted(unknown);
  }

  /// The viewer is gone: all that waits for it is freed. Harmless when called again.
  public void leave(Watch watch, long nowNanos) {
    Effects effects = new Effects();
    lock.lock();
    try {
      if (!watches.remove(watch)) {
        return;
      }
      for (Subscription subscription : watch.active()) {
        unsubscribe(subscription, nowNanos, effects);
      }
      watch.closeAll();
    } finally {
      lock.unlock();
    }
    effects.perform(lock);
  }

  /// Ends linger times and notices cameras that have turned stale. To be called a few times a
  /// second.
  public void tick(long nowNanos) {
    Effects effects = new Effects();
    lock.lock();
    try {
      long staleNanos = settings.stale().toNanos();
      for (Camera camera : cameras.values()) {
        step(camera, new Demand.Event.Tick(), nowNanos, effects);
        Feed feed = camera.feed();
        if (feed.live() && !feed.isFresh(nowNanos, staleNanos)) {
          feed.live(false);
          // The reader thread writes its arrival time, then reads the flag; here it is the other
          // way round. So one of the two sees a frame that arrives right now.
          if (feed.isFresh(nowNanos, staleNanos)) {
            feed.live(true);
          } else {
            effects.log("camera " + camera.name() + " is stale" + after(camera));
            effects.changed(watches);
          }
        }
      }
      draining.removeIf(Watch::sweep);
    } finally {
      lock.unlock();
    }
    effects.perform(lock);
  }

  /// A feed's first frame since it was told to start, or since it was stale.
  void arrived(Feed feed, long nowNanos) {
    Effects effects = new Effects();
    lock.lock();
    try {
      if (feed.ended()) {
        return;
      }
      step(feed.camera(), new Demand.Event.FrameArrived(), nowNanos, effects);
      if (!feed.live()) {
        feed.live(true);
        effects.log("camera " + feed.camera().name() + " is live" + after(feed.camera()));
        effects.changed(watches);
      }
    } finally {
      lock.unlock();
    }
    effects.perform(lock);
  }

  /// The camera of this name; null when there is none now.
  public @Nullable Camera camera(String name) {
    lock.lock();
    try {
      return cameras.get(name);
    } finally {
      lock.unlock();
    }
  }

  /// The latest frame of a camera with a reference for the caller, who must release it; null when
  /// there is no such camera or no frame yet. How old it is, is for the caller to judge.
  public @Nullable Frame latest(String name) {
    Camera camera = camera(name);
    return camera == null ? null : camera.feed().latest();
  }

  /// The way of a camera's last frames, oldest first; null when there is no such camera.
  public @Nullable List<FrameHops> trace(String name) {
    Camera camera = camera(name);
    return camera == null ? null : camera.trace();
  }

  /// All cameras as they stand, by name.
  public List<CameraRow> cameraRows(long nowNanos) {
    List<Publisher> publishers = new ArrayList<>();
    List<CameraRow> rows = new ArrayList<>();
    lock.lock();
    try {
      for (Camera camera : cameras.values()) {
        publishers.add(camera.feed().publisher());
        rows.add(camera.row(nowNanos));
      }
    } finally {
      lock.unlock();
    }
    for (int i = 0; i < rows.size(); i++) {
      rows.set(i, publishers.get(i).describe(rows.get(i)));
    }
    return rows;
  }

  /// All viewers as they stand, in the order they came.
  public List<ViewerRow> viewerRows() {
    List<Viewer> all;
    lock.lock();
    try {
      all = watches.stream().map(Watch::viewer).toList();
    } finally {
      lock.unlock();
    }
    return all.stream().map(Viewer::row).toList();
  }

  private void subscribe(Watch watch, Camera camera, long nowNanos, Effects effects) {
    Subscription subscription = new Subscription(camera, watch, settings, metrics, nowNanos);
    // In the viewer's list first: it must be there when the first mail comes.
    watch.add(subscription);
    camera.add(subscription);
    // Only now the latest: a frame published since is already in the mailbox, and one published
    // before is the latest. So none falls between.
    Frame latest = camera.feed().latest();
    if (latest != null) {
      if (nowNanos - latest.receivedNanos() <= settings.freshEnough().toNanos()
          && subscription.offer(latest)) {
        effects.mail(watch.viewer());
      }
      latest.release();
    }
    step(camera, new Demand.Event.ViewerJoined(watch.id()), nowNanos, effects);
  }

  private void unsubscribe(Subscription subscription, long nowNanos, Effects effects) {
    subscription.camera().remove(subscription);
    subscription.watch().remove(subscription);
    step(
        subscription.camera(),
        new Demand.Event.ViewerLeft(subscription.watch().id()),
        nowNanos,
        effects);
  }

  private void step(Camera camera, Demand.Event event, long nowNanos, Effects effects) {
    Demand.Step step = camera.demand().on(event, nowNanos, settings.linger());
    camera.demand(step.next());
    switch (step.effect()) {
      case Demand.Effect.None() -> {}
      case Demand.Effect.Start(String by) -> order(camera.feed(), true, by, effects);
      case Demand.Effect.Stop(String by) -> order(camera.feed(), false, by, effects);
    }
  }

  /// Where in the camera's frames something happened: what agents log, too.
  private static String after(Camera camera) {
    long sequence = camera.lastSequence();
    return sequence == 0 ? "" : " at sequence " + sequence;
  }

  private static void order(Feed feed, boolean streaming, String by, Effects effects) {
    feed.want(streaming, by);
    effects.order(feed);
  }
}
