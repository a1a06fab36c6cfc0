// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.List;
import org.jetsonrelay.server.hub.Subscription;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.websocket.Outbox;
import org.jspecify.annotations.Nullable;

/// The order in which one viewer's cameras are served: of those that have something and may send,
/// the one that was longest unserved.
///
/// For the holder of the connection's claim, except for [#maxFps].
final class Turns {

  private final Watch watch;

  /// Written by the reader thread, read by the holder of the claim.
  private volatile double maxFps = Double.POSITIVE_INFINITY;

  private List<Subscription> listed = List.of();
  private double listedFps = Double.POSITIVE_INFINITY;
  private Turn[] turns = {};
  private long waitNanos = Outbox.NOTHING;

  Turns(Watch watch) {
    this.watch = watch;
  }

  /// Thins each camera to so many frames a second; infinite for all of them.
  void maxFps(double framesPerSecond) {
    maxFps = framesPerSecond;
  }

  double maxFps() {
    return maxFps;
  }

  /// Whose turn it is; null when nobody has anything that may go now.
  @Nullable Turn next(long nowNanos) {
    follow();
    long wait = Outbox.NOTHING;
    Turn first = null;
    for (Turn turn : turns) {
      long turnWait = turn.waitNanos(nowNanos);
      if (turnWait > 0) {
        wait = Math.min(wait, turnWait);
      } else if (first == null || turn.servedNanos() - first.servedNanos() < 0) {
        first = turn;
      }
    }
    waitNanos = wait;
    return first;
  }

  /// How long those have to wait whose turn it was not, by [#next]: nanoseconds, or
  /// [Outbox#NOTHING].
  long waitNanos() {
    return waitNanos;
  }

  /// What is skipped from now on is skipped because of this, except where a camera's own limit is
  /// the reason.
  void skippingBecause(SkipCause cause) {
    for (Turn turn : turns) {
      turn.skippingBecause(cause);
    }
  }

  /// Follows the watch's list; what is known of a camera that stays is kept.
  @SuppressWarnings("ReferenceEquality") // the list is replaced whenever it changes
  private void follow() {
    List<Subscription> now = watch.subscriptions();
    double fps = maxFps;
    if (now == listed && fps == listedFps) {
      return;
    }
    Turn[] next = new Turn[now.size()];
    for (int i = 0; i < next.length; i++) {
      Turn known = fps == listedFps ? known(now.get(i)) : null;
      next[i] = known != null ? known : new Turn(now.get(i), fps);
    }
    turns = next;
    listed = now;
    listedFps = fps;
  }

  private @Nullable Turn known(Subscription subscription) {
    for (Turn turn : turns) {
      if (turn.subscription() == subscription) {
        return turn;
      }
    }
    return null;
  }
}
