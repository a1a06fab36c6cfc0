// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.http.Status;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jetsonrelay.server.hub.Feed;
import org.jetsonrelay.server.protocol.ClientIds;
import org.jspecify.annotations.Nullable;

/// Cameras that are fed by single images, each in a request of its own. The camera outlives the
/// request: it stays until no image has come for a while.
///
/// Request threads post, one at a time for each camera; the timer forgets.
final class HeldCameras {

  /// One camera's publisher. All guarded by its own lock.
  private static final class Held {
    private final ReentrantLock lock = new ReentrantLock();
    private final String owner;
    private @Nullable HttpPublisher publisher;
    private @Nullable Feed feed;
    private long postedNanos;
    private boolean forgotten;

    Held(String owner) {
      this.owner = owner;
    }
  }

  private final PictureContext context;
  private final ClientIds ids;
  private final Map<String, Held> cameras = new ConcurrentHashMap<>();

  HeldCameras(PictureContext context, ClientIds ids) {
    this.context = context;
    this.ids = ids;
  }

  /// Publishes one image.
  ///
  /// @return its sequence
  long post(String name, String owner, String address, FrameBuffer image, long capturedAtMillis)
      throws IngestException {
    while (true) {
      // Bounded by the hub: an entry without a camera does not outlive its request.
      Held held = cameras.computeIfAbsent(name, _ -> new Held(owner));
      held.lock.lock();
      try {
        if (held.forgotten) {
          continue; // the timer was faster
        }
        if (!held.owner.equals(owner)) {
          throw new IngestException(
              Status.CONFLICT_409, "Somebody else feeds a camera of this name.");
        }
        try {
          return post(held, name, address, image, capturedAtMillis);
        } finally {
          if (held.feed == null) {
            forget(name, held);
          }
        }
      } finally {
        held.lock.unlock();
      }
    }
  }

  private long post(
      Held held, String name, String address, FrameBuffer image, long capturedAtMillis)
      throws IngestException {
    HttpPublisher publisher = held.publisher;
    Feed feed = held.feed;
    if (feed != null && feed.ended() && context.hub().camera(name) != null) {
      // Taking the name back with each image would throw the newer publisher out again and again.
      throw new IngestException(
          Status.CONFLICT_409, "A newer publisher has taken this camera's name.");
    }
    if (publisher == null || feed == null || feed.ended()) {
      publisher = new HttpPublisher(context, ids.next(), address, () -> {});
      feed = publisher.attach(name, held.owner);
      held.publisher = publisher;
      held.feed = feed;
    }
    held.postedNanos = context.nanoTime().getAsLong();
    return publisher.publish(feed, image, capturedAtMillis);
  }

  /// Lets go of cameras for which no image has come lately; timer.
  void sweep(long nowNanos) {
    forgetAfter(context.settings().hold().toNanos(), nowNanos);
  }

  /// Lets go of all.
  void close() {
    forgetAfter(Long.MIN_VALUE, context.nanoTime().getAsLong());
  }

  private void forgetAfter(long holdNanos, long nowNanos) {
    Iterator<Map.Entry<String, Held>> entries = cameras.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Held> entry = entries.next();
      Held held = entry.getValue();
      // Whoever holds the lock posts right now; there is another sweep.
      if (held.lock.tryLock()) {
        try {
          if (nowNanos - held.postedNanos >= holdNanos) {
            forget(entry.getKey(), held);
          }
        } finally {
          held.lock.unlock();
        }
      }
    }
  }

  private void forget(String name, Held held) {
    held.forgotten = true;
    cameras.remove(name, held);
    Feed feed = held.feed;
    if (feed != null) {
      context.hub().detach(feed, context.nanoTime().getAsLong());
    }
  }
}
