// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.security.SecureRandom;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.pacing.FreeRun;
import org.jetsonrelay.server.pacing.Pacer;
import org.jetsonrelay.server.pacing.PacerSettings;
import org.jetsonrelay.server.pacing.PathWord;
import org.jetsonrelay.server.pacing.Waiting;
import org.jspecify.annotations.Nullable;

/// One viewer's pacer between two threads: the holder of the connection's claim asks and sends, the
/// reader thread brings acknowledgements. The pacer's own monitor guards it.
final class ViewerPacing {

  private static final SecureRandom RANDOM = new SecureRandom();

  /// Answer of [#admits] for a frame that has to go the usual way; no ping's payload.
  static final long STAYS = Long.MIN_VALUE;

  /// What an acknowledgement told.
  ///
  /// @param roundTripNanos base round trip, -1 when unknown
  /// @param deliveryNanos since before the frame was written
  /// @param excessNanos by how much that was longer than on an idle link
  /// @param ready whether a frame that waited for it may go now
  record Acknowledgement(
      long roundTripNanos, long deliveryNanos, long excessNanos, boolean ready) {}

  /// The system below the connection; called by the holder of its claim.
  interface Below {
    /// What the peer's machine has not acknowledged yet, -1 when unknown.
    long unacknowledgedBytes();

    /// What is known of the way to the peer's machine; null when unknown.
    @Nullable PathWord path();

    /// Makes the socket's send buffer small, for a client that never answers pings.
    void smallSendBuffer();
  }

  private final Pacer pacer;
  private final FreeRun freeRun;
  private final Below below;

  // Claim:
  private boolean buffersSmall;
  private SkipCause cause = SkipCause.LINK;

  /// Whether the holder of the claim has last been told to wait: guarded by the pacer's monitor.
  private boolean gated;

  /// @param settings of a new pacer
  ViewerPacing(PacerSettings settings, Below below) {
    this.pacer = new Pacer(settings, randomFirstPing());
    this.freeRun = pacer.freeRun();
    this.below = below;
  }

  /// First ping payload for a new pacer: random, so that a pong that answers somebody else's ping,
  /// or is made up, hardly ever counts as an acknowledgement.
  private static long randomFirstPing() {
    return RANDOM.nextLong() >>> 2;
  }

  /// Whether [#admits] may well say so: no frame before this one has to be waited for. Reads only;
  /// any thread, which without the claim may see what was true a moment ago.
  boolean mayAdmit(long nowNanos) {
    return freeRun.waitNanos(nowNanos) <= 0;
  }

  /// Whether a frame may go past the mailbox; then it is on its way. Claim.
  ///
  /// @return [Pacer#NO_PING] when it may, the ping to send behind it, or [#STAYS]
  long admits(long nowNanos, int bytes) {
    long wait = freeRun.waitNanos(nowNanos);
    if (wait == FreeRun.OVER) {
      synchronized (pacer) {
        askSystem(nowNanos);
        wait = freeRun.waitNanos(nowNanos);
        if (wait == FreeRun.OVER) {
          long ping = pacer.onSendAsking(nowNanos, bytes);
          return ping == Pacer.NO_PING ? STAYS : ping;
        }
      }
    }
    return wait == 0 && freeRun.takes(nowNanos, bytes) ? Pacer.NO_PING : STAYS;
  }

  private void askSystem(long nowNanos) {
    if (pacer.wantsUnacknowledged(nowNanos)) {
      pacer.unacknowledged(nowNanos, below.unacknowledgedBytes());
    }
  }

  /// How long the next frame has to wait, in nanoseconds; claim.
  long gateNanos(long nowNanos) {
    long wait = freeRun.waitNanos(nowNanos);
    if (wait != FreeRun.OVER) {
      cause = SkipCause.LINK;
      return wait;
    }
    synchronized (pacer) {
      askSystem(nowNanos);
      wait = pacer.gate(nowNanos);
      if (wait > 0 && pacer.wantsPath(nowNanos)) {
        wait = waitByPath(nowNanos, wait);
      }
      gated = wait > 0;
      cause = pacer.waiting() == Waiting.STALLED ? SkipCause.STALLED : SkipCause.LINK;
    }
    return wait;
  }

  private long waitByPath(long nowNanos, long wait) {
    PathWord word = below.path();
    if (word == null) {
      return wait;
    }
    pacer.path(nowNanos, word);
    return pacer.gate(nowNanos);
  }

  /// Why a frame waits that [#gateNanos] lets wait; claim.
  SkipCause cause() {
    return cause;
  }

  /// A frame is about to be written; claim.
  ///
  /// @return what [Pacer#onSend] says
  long onSend(long nowNanos, int bytes) {
    if (freeRun.takes(nowNanos, bytes)) {
      return Pacer.NO_PING;
    }
    boolean fellBack;
    long ping;
    synchronized (pacer) {
      ping = pacer.onSend(nowNanos, bytes);
      fellBack = pacer.fellBack();
    }
    if (fellBack && !buffersSmall) {
      buffersSmall = true;
      below.smallSendBuffer();
    }
    return ping;
  }

  /// A pong has come; reader thread.
  ///
  /// @return what it told; null when it answered no ping that was open
  @Nullable Acknowledgement onPong(long number, long nowNanos) {
    synchronized (pacer) {
      return pacer.onPong(nowNanos, number)
          ? new Acknowledgement(
              pacer.roundTripNanos(), pacer.lastDeliveryNanos(), pacer.lastExcessNanos(), gated)
          : null;
    }
  }

  /// How the viewer is paced now; any thread.
  Pace pace(long nowNanos) {
    synchronized (pacer) {
      return new Pace(
          pacer.inFlight(nowNanos),
          millis(pacer.deliveryNanos()),
          pacer.linkBitsPerSecond(),
          millis(pacer.roundTripNanos()));
    }
  }

  private static double millis(long nanos) {
    return nanos < 0 ? -1 : nanos / 1e6;
  }
}
