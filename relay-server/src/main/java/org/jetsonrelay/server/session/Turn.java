// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import org.jetsonrelay.server.hub.Subscription;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.websocket.Outbox;
import org.jspecify.annotations.Nullable;

/// One camera's place in the order of a viewer's cameras. For the holder of the connection's claim.
final class Turn {

  private final Subscription subscription;
  private final @Nullable RateLimit limit;
  private boolean limited;

  /// @param maxFps frames a second, infinite for all
  Turn(Subscription subscription, double maxFps) {
    this.subscription = subscription;
    this.limit = Double.isInfinite(maxFps) ? null : new RateLimit(maxFps);
  }

  Subscription subscription() {
    return subscription;
  }

  /// When it was served last.
  long servedNanos() {
    return subscription.servedNanos();
  }

  /// 0 when something may go, as far as this camera is concerned; else nanoseconds, or
  /// [Outbox#NOTHING] when there is nothing.
  long waitNanos(long nowNanos) {
    limited = false;
    if (subscription.hasAnnounced()) {
      return 0;
    }
    if (!subscription.hasFrame()) {
      return Outbox.NOTHING;
    }
    if (limit == null) {
      return 0;
    }
    long wait = limit.waitNanos(subscription.waitingSinceNanos(), nowNanos);
    if (wait > 0) {
      limited = true;
      subscription.skippingBecause(SkipCause.RATE);
    }
    return wait;
  }

  /// What is skipped from now on is skipped because of this, unless its own limit is the reason.
  void skippingBecause(SkipCause cause) {
    if (!limited) {
      subscription.skippingBecause(cause);
    }
  }

  /// An announced payload went.
  void announced(long nowNanos) {
    subscription.served(nowNanos);
  }

  /// A frame went.
  void sent(long nowNanos) {
    subscription.served(nowNanos);
    // Until the next look, what is skipped is skipped because this frame is still being written.
    if (limit == null) {
      subscription.skippingBecause(SkipCause.LINK);
    } else {
      limit.sent(nowNanos);
      subscription.skippingBecause(SkipCause.RATE);
    }
  }
}
