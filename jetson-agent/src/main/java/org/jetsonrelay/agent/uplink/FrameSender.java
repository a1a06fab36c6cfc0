// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jetsonrelay.agent.policy.AudienceReport;
import org.jetsonrelay.agent.policy.Pacer;
import org.jetsonrelay.agent.policy.PacerSettings;
import org.jetsonrelay.agent.policy.RateCap;

/**
 * The frames' way to the relay: says when the next one may go, and sends it between two pings,
 * whose pongs tell when it has arrived. One per connection; uplink thread only.
 */
final class FrameSender {

  /** Headers of the text and the binary frame, masks included. */
  private static final int HEADER_BYTES = 8 + 14;

  /**
   * The first ping leaves in a write of its own, so its pong does not wait for a whole segment of
   * the frame: of what lies between the two pongs, only the ping is missing.
   */
  static final PacerSettings PACER = PacerSettings.DEFAULTS.withSegmentBytes(14);

  private final WebSocket socket;
  private final Pacer pacer;
  private final RateCap cap = new RateCap();

  /** The pacer's time must not go back, and a pong may have come before the last look at it. */
  private long lastNanos;

  FrameSender(WebSocket socket, long firstPing, long nowNanos) {
    this.socket = socket;
    pacer = new Pacer(PACER, firstPing);
    lastNanos = nowNanos;
  }

  /** A pong came at that time. */
  void pong(Line.Pong pong) {
    pacer.onPong(clock(pong.atNanos()), pong.payload());
  }

  /** What the audience wants has changed. */
  void follow(AudienceReport report) {
    cap.wanted(report.viewers() > 0 ? report.wantedFps() : 0);
  }

  /** Nanoseconds until the next frame may go; 0 when it may now. */
  long waitNanos(long nowNanos) {
    long wait = cap.waitNanos(nowNanos);
    return wait > 0 ? wait : pacer.gate(clock(nowNanos));
  }

  /**
   * Sends {@code [ping][metadata][image][ping]}. The client queues what is sent and writes it in
   * order, but takes the image only when the metadata, and the second ping only when the first, is
   * written.
   */
  CompletableFuture<WebSocket> send(String metadata, ByteBuffer jpeg, long nowNanos) {
    cap.sent(nowNanos);
    long ping = pacer.onSend(clock(nowNanos), metadata.length() + jpeg.remaining() + HEADER_BYTES);
    if (ping == Pacer.NO_PING) {
      return socket.sendText(metadata, true).thenCompose(open -> open.sendBinary(jpeg, true));
    }
    CompletableFuture<WebSocket> before = socket.sendPing(payload(ping));
    return socket
        .sendText(metadata, true)
        .thenCompose(open -> {
          CompletableFuture<WebSocket> image = open.sendBinary(jpeg, true);
          return before
              .thenCompose(pinged -> pinged.sendPing(payload(ping + 1)))
              .thenCombine(image, (pinged, sent) -> sent);
        });
  }

  double linkBitsPerSecond() {
    return pacer.linkBitsPerSecond();
  }

  long deliveryNanos() {
    return pacer.deliveryNanos();
  }

  long roundTripNanos() {
    return pacer.roundTripNanos();
  }

  private long clock(long nanos) {
    lastNanos = nanos - lastNanos > 0 ? nanos : lastNanos;
    return lastNanos;
  }

  static ByteBuffer payload(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).flip();
  }
}
