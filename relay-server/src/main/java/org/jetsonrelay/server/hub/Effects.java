// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What one call of the hub leads to outside of it: gathered under the hub's lock, performed after
/// its release, by the same thread. A callback that throws does not keep the others from being
/// made.
final class Effects {

  private static final System.Logger LOG = System.getLogger(Hub.class.getName());

  private final List<String> lines = new ArrayList<>();
  private final Set<Viewer> mail = new LinkedHashSet<>();
  private final Set<Feed> orders = new LinkedHashSet<>();
  private List<Viewer> informed = List.of();
  private @Nullable Feed replaced;

  /// Something worth a line in the log has happened to a camera.
  void log(String line) {
    lines.add(line);
  }

  /// The viewer has something in a mailbox.
  void mail(Viewer viewer) {
    mail.add(viewer);
  }

  /// A camera came, went, or turned live or stale; however many did, each viewer hears of it once.
  void changed(Collection<Watch> watches) {
    if (informed.isEmpty()) {
      informed = watches.stream().map(Watch::viewer).toList();
    }
  }

  /// The feed's publisher has lost the name.
  void replaced(Feed feed) {
    replaced = feed;
  }

  /// There may be something to tell the feed's publisher.
  void order(Feed feed) {
    orders.add(feed);
  }

  /// Makes the calls. The lock must not be held; it is taken for moments between the calls.
  void perform(ReentrantLock lock) {
    for (String line : lines) {
      LOG.log(System.Logger.Level.INFO, line);
    }
    Feed old = replaced;
    if (old != null) {
      guarded(old.publisherId(), () -> old.publisher().replaced());
    }
    for (Feed feed : orders) {
      tell(feed, lock);
    }
    for (Viewer viewer : mail) {
      guarded("a viewer", viewer::mail);
    }
    for (Viewer viewer : informed) {
      guarded("a viewer", viewer::camerasChanged);
    }
  }

  /// Tells the publisher until it knows the latest order. Only one thread at a time tells one feed,
  /// so the orders cannot overtake each other; another thread's newer order is found in the loop.
  private static void tell(Feed feed, ReentrantLock lock) {
    while (true) {
      Demand.Effect order;
      lock.lock();
      try {
        order = feed.claimTelling();
      } finally {
        lock.unlock();
      }
      if (order == null) {
        return;
      }
      try {
        guarded(
            feed.publisherId(),
            () -> {
              switch (order) {
                case Demand.Effect.None() -> {}
                case Demand.Effect.Start(String by) -> feed.publisher().startStreaming(by);
                case Demand.Effect.Stop(String by) -> feed.publisher().stopStreaming(by);
              }
            });
      } finally {
        lock.lock();
        try {
          feed.told();
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private static void guarded(String whom, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "calling " + whom + " failed", e);
    }
  }
}
