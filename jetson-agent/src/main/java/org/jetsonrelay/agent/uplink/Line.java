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
 * Limits: a message is at most so long, and at most {@link #WINDOW} messages wait; a relay that
 * talks faster meets TCP's flow control.
 */
final class Line implements WebSocket.Listener {

  /** How many messages may wait for the uplink thread. */
  static final int WINDOW = 8;

  private final int mostChars;
  private final Duration replacedPause;
  private final Runnable wake;

  /**
   * Complete messages: added by the callbacks, taken by the uplink thread. Never full, see {@link
   * #onOpen}.
   */
  private final Queue<String> inbox = new ArrayBlockingQueue<>(WINDOW);

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
    // Each callback uses one up. All but a complete message ask for their replacement at once; that
    // one is replaced
    // when the uplink thread has handled it, so no more than WINDOW ever wait.
    heardNanos = System.nanoTime();
    socket.request(WINDOW);
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
      socket.request(1);
      return null;
    }
    inbox.add(parts.toString());
    parts.setLength(0);
    wake.run();
    return null;
  }

  /** A camera is sent no images; what comes is dropped as it comes. */
  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
    return heard(socket);
  }

  /** The pong is sent by the HTTP client. */
  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer payload) {
    return heard(socket);
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer payload) {
    return heard(socket);
  }

  private @Nullable CompletionStage<?> heard(WebSocket socket) {
    heardNanos = System.nanoTime();
    socket.request(1);
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

  /** Uplink thread: the next message, or null. {@link #handled} must follow. */
  @Nullable String next() {
    return inbox.poll();
  }

  /** Uplink thread: the message taken last was handled; the relay may send another. */
  static void handled(WebSocket socket) {
    socket.request(1);
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
