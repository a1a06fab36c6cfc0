// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The receiving side of one connection. Its callbacks run on the HTTP client's threads, one at a
 * time; they assemble messages and leave them for the uplink thread, which is told by {@code wake}.
 * Limits: a message is at most so long, and at most {@link #MOST_WAITING} messages wait; a relay
 * that talks faster meets TCP's flow control.
 */
final class Line implements WebSocket.Listener {

  /** How many messages may wait for the uplink thread. */
  static final int MOST_WAITING = 256;

  private final int mostChars;
  private final Duration replacedPause;
  private final Runnable wake;

  /**
   * Complete messages: added by the callbacks, taken by the uplink thread. Never full, see {@link
   * #onOpen}.
   */
  private final Queue<Text> inbox = new ArrayBlockingQueue<>(MOST_WAITING);

  /**
   * Pongs that may answer a frame's pings, as {@link #inbox}; more than fit are made up by the
   * relay, or will be made up for by the next one.
   */
  private final Queue<Pong> pongs = new ArrayBlockingQueue<>(MOST_WAITING);

  /**
   * A message.
   *
   * @param atNanos when all of it had come, as {@link System#nanoTime}
   */
  record Text(long atNanos, String text) {}

  /**
   * A pong with a number in it.
   *
   * @param atNanos when it came, as {@link System#nanoTime}
   */
  record Pong(long atNanos, long payload) {}

  /** The message being assembled; callbacks only. */
  private final StringBuilder parts = new StringBuilder();

  /**
   * When anything was heard last, as {@link System#nanoTime}; written by callbacks, read by the
   * uplink thread.
   */
  private volatile long heardNanos = System.nanoTime();

  /** How it ended; written once by a callback, read by the uplink thread. */
  private volatile @Nullable Ending ending;

  /**
   * Whether the relay sent more than allowed, so that it is still to be told; as {@link #ending}.
   */
  private volatile boolean tooLarge;

  Line(int mostChars, Duration replacedPause, Runnable wake) {
    this.mostChars = mostChars;
    this.replacedPause = replacedPause;
    this.wake = wake;
  }

  @Override
  public void onOpen(WebSocket socket) {
    heardNanos = System.nanoTime();
    // Once and for all: what waits is limited by the inbox.
    socket.request(Long.MAX_VALUE);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
    heardNanos = System.nanoTime();
    if (parts.length() + part.length() > mostChars) {
      tooLarge = true;
      end(Ending.lost("the relay has sent a message of more than " + mostChars + " characters"));
      return null;
    }
    parts.append(part);
    if (!last) {
      return null;
    }
    if (!inbox.offer(new Text(heardNanos, parts.toString()))) {
      tooLarge = true;
      end(Ending.lost("the relay sends more messages than can be handled"));
    }
    parts.setLength(0);
    wake.run();
    return null;
  }

  /** A camera is sent no images; what comes is dropped as it comes. */
  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
    return heard();
  }

  /** The pong is sent by the HTTP client. */
  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer payload) {
    return heard();
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer payload) {
    long now = System.nanoTime();
    heardNanos = now;
    if (payload.remaining() == Long.BYTES
        && pongs.offer(new Pong(now, payload.getLong(payload.position())))) {
      wake.run();
    }
    return null;
  }

  private @Nullable CompletionStage<?> heard() {
    heardNanos = System.nanoTime();
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    end(Failures.ofClose(code, reason, replacedPause));
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable failure) {
    end(Ending.lost("the connection broke: " + Failures.text(failure)));
  }

  private void end(Ending how) {
    ending = how;
    wake.run();
  }

  /** Uplink thread: the next message, or null. */
  @Nullable Text next() {
    return inbox.poll();
  }

  /** Uplink thread: the next pong, or null. */
  @Nullable Pong nextPong() {
    return pongs.poll();
  }

  /** When anything was heard last. */
  long heardNanos() {
    return heardNanos;
  }

  /** How the connection ended, or null when it has not. */
  @Nullable Ending ending() {
    return ending;
  }

  /** Whether it ended because the relay sent too much, and is still to be told. */
  boolean tooLarge() {
    return tooLarge;
  }
}
