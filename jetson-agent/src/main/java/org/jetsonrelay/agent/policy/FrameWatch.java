// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import java.time.Duration;

/**
 * Whether an open source has gone silent: later than its first frame may be, or than any other.
 * Used by one thread.
 */
public final class FrameWatch {

  private final long firstNanos;
  private final long nextNanos;
  private long sinceNanos;
  private boolean seen;

  /** With a limit for the first frame after opening, and one for each after that. */
  public FrameWatch(Duration first, Duration next) {
    firstNanos = first.toNanos();
    nextNanos = next.toNanos();
  }

  /** The source was opened. */
  public void opened(long nowNanos) {
    sinceNanos = nowNanos;
    seen = false;
  }

  /** A frame came. Returns whether it was the first since the source was opened. */
  public boolean frame(long nowNanos) {
    boolean first = !seen;
    sinceNanos = nowNanos;
    seen = true;
    return first;
  }

  /** Whether the source has been silent for too long. */
  public boolean silent(long nowNanos) {
    return nowNanos - sinceNanos >= (seen ? nextNanos : firstNanos);
  }

  /** The limit that applies now. */
  public Duration limit() {
    return Duration.ofNanos(seen ? nextNanos : firstNanos);
  }
}
