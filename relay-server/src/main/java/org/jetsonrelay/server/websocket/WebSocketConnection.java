// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.spi.ServerConnection;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;
import org.jspecify.annotations.Nullable;

/// One WebSocket from the answer to its handshake until its socket is closed.
///
/// Helidon's virtual thread runs [#handle], which reads; writing is the [Transmitter]'s. Any thread
/// may call the methods of [WebSocket]. What ends the connection is decided once: the first reason
/// is the one its owner hears of.
final class WebSocketConnection implements ServerConnection, WebSocket, Transmitter.Owner {
  private static final Logger LOGGER = System.getLogger(WebSocketConnection.class.getName());

  /// What a connection is made of, all of one server's connections alike.
  ///
  /// @param memory what messages that are being put together may take
  /// @param over run once when the connection is over
  record Parts(
      WebSocketSettings settings,
      BlockPool pool,
      MessageMemory memory,
      WebSocketEndpoint endpoint,
      Runnable over) {}

  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  private record Opening(byte[] answer, Handshake handshake) {}

  private final Wire wire;
  private final InetSocketAddress peer;
  private final Parts parts;
  private final Transmitter transmitter;
  private final MessageReader reader;
  private final CountDownLatch closeSent = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicBoolean timing = new AtomicBoolean();
  // Why the connection ends; the first to set it, on any thread, wins.
  private final AtomicReference<@Nullable CloseReason> reason = new AtomicReference<>();
  private final Deliveries deliveries;
  // Only the reader thread's, who lets go of it: a connection may last for days, and the request
  // with all of its headers need not.
  private @Nullable Opening opening;

  /// @param answer the HTTP response that accepts the handshake
  WebSocketConnection(Wire wire, byte[] answer, Handshake handshake, String name, Parts parts) {
    this.wire = wire;
    this.peer = handshake.peer();
    this.opening = new Opening(answer, handshake);
    this.parts = parts;
    this.transmitter = new Transmitter(wire, parts.pool(), this, name);
    this.deliveries = new Deliveries(transmitter, name);
    this.reader =
        new MessageReader(
            wire, parts.pool(), deliveries, Frame.HEADROOM, parts.settings(), parts.memory());
  }

  // ---- ServerConnection: Helidon's threads ----

  @Override
  public void handle(Limit limit) {
    try {
      run();
    } catch (Throwable e) {
      // Whatever came out of here would be answered with HTTP, inside of the WebSocket.
      LOGGER.log(Level.WARNING, "connection of " + peer() + " failed", e);
      reason.compareAndSet(
          null, new CloseReason(ControlFrames.INTERNAL_ERROR, "internal error", false));
    } finally {
      wire.close();
      transmitter.end();
      over.countDown();
      try {
        tellListener();
      } finally {
        parts.over().run();
      }
    }
  }

  /// A silent viewer is not idle: keep-alive is the owner's business.
  @Override
  public Duration idleTime() {
    return Duration.ZERO;
  }

  /// Helidon shuts down: politely at first, then at once.
  @Override
  public void close(boolean interrupt) {
    if (interrupt) {
      abort("server is shutting down");
    } else {
      close(ControlFrames.GOING_AWAY, "server is shutting down");
    }
  }

  private void run() throws IOException {
    WebSocketEndpoint.Service service = open();
    deliveries.start(service.listener());
    transmitter.start(service.outbox());
    try {
      CloseReason peers = reader.readUntilClose();
      answerClose(peers);
    } catch (ProtocolViolation violation) {
      EngineLimit met = violation.limit();
      if (met != null) {
        parts.endpoint().limitMet(met);
      }
      close(violation.code(), violation.text());
      if (awaitCloseSent()) {
        wire.finish();
        tellListener(); // it has nothing to wait for, however long the peer stays
        drain();
      }
    } catch (EOFException e) {
      reason.compareAndSet(
          null, new CloseReason(ControlFrames.ABNORMAL, String.valueOf(e.getMessage()), true));
    } catch (IOException e) {
      reason.compareAndSet(
          null, new CloseReason(ControlFrames.ABNORMAL, "connection lost: " + e, true));
    }
  }

  private WebSocketEndpoint.Service open() throws IOException {
    Opening asked = Objects.requireNonNull(opening);
    opening = null;
    writeAnswer(asked.answer);
    try {
      return parts.endpoint().open(this, asked.handshake);
    } catch (RuntimeException | Error e) {
      transmitter.start(Nothing.OUTBOX);
      throw e;
    }
  }

  private void writeAnswer(byte[] answer) throws IOException {
    Unit unit = new Unit(parts.pool());
    try {
      unit.add(answer);
      while (unit.remaining() > 0) {
        wire.write(unit);
      }
    } finally {
      unit.clear();
    }
  }

  /// The peer's close frame is here: with our own it is complete, and the server ends the stream
  /// first. What the peer sends after all is read and forgotten (RFC 6455, section 7.1.1): closing
  /// a socket with unread bytes would reset it, and the answer could be lost on its way.
  private void answerClose(CloseReason peers) {
    if (reason.compareAndSet(null, peers)) {
      limitClosing();
      transmitter.close(
          peers.code() == ControlFrames.NO_STATUS
              ? ControlFrames.emptyClose()
              : ControlFrames.close(peers.code(), ""));
    } // else our own close frame is out or on its way: what the peer hears is what the owner hears
    if (awaitCloseSent() && wire.finish()) {
      tellListener(); // who has said goodbye is gone, however long its socket takes
      drain();
    }
  }

  private boolean awaitCloseSent() {
    try {
      return closeSent.await(parts.settings().closeTimeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Helidon is cutting connections: so do we
      return false;
    }
  }

  private void drain() {
    try {
      reader.drain();
    } catch (IOException gone) {
      // it is closed either way
    }
  }

  private void tellListener() {
    CloseReason why = reason.get();
    deliveries.end(why != null ? why : new CloseReason(ControlFrames.ABNORMAL, "unknown", false));
  }

  // ---- WebSocket: any thread ----

  @Override
  public InetSocketAddress peer() {
    return peer;
  }

  @Override
  public void signal() {
    transmitter.signal();
  }

  @Override
  public @Nullable Claim claim() {
    return transmitter.sendsWithoutWaiting() ? transmitter : null;
  }

  @Override
  public void close(int code, String text) {
    if (!ControlFrames.mayBeSent(code)) {
      throw new IllegalArgumentException("no close frame may carry " + code);
    }
    if (!reason.compareAndSet(null, new CloseReason(code, text, false))) {
      return; // it ends already, and who came first says why
    }
    limitClosing();
    transmitter.close(ControlFrames.close(code, text));
  }

  @Override
  public void abort(String text) {
    reason.compareAndSet(null, new CloseReason(ControlFrames.ABNORMAL, text, false));
    wire.close();
  }

  @Override
  public void maxMessageBytes(int text, int binary) {
    reader.maxMessageBytes(text, binary);
  }

  @Override
  public void sendBufferBytes(int bytes) {
    wire.sendBufferBytes(bytes);
  }

  @Override
  public long unacknowledgedBytes() {
    return wire.unacknowledgedBytes();
  }

  @Override
  public @Nullable TcpInfo tcpInfo() {
    return wire.tcpInfo();
  }

  @Override
  public long lastReadNanos() {
    return deliveries.lastReadNanos();
  }

  @Override
  public long messageAgeNanos(long nowNanos) {
    return reader.messageAgeNanos(nowNanos);
  }

  @Override
  public long writingForNanos(long nowNanos) {
    return transmitter.writingForNanos(nowNanos);
  }

  /// Cuts the socket when the closing handshake takes too long, whatever it waits for: room in the
  /// socket, the peer's answer, or the peer's end.
  private void limitClosing() {
    if (timing.compareAndSet(false, true)) {
      Thread.ofVirtual().name("closing-" + peer().getPort()).start(this::cutWhenTooLong);
    }
  }

  private void cutWhenTooLong() {
    try {
      long limit = parts.settings().closeTimeout().toNanos();
      if (!over.await(limit, TimeUnit.NANOSECONDS)) {
        wire.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody has this thread to interrupt it
      wire.close();
    }
  }

  // ---- Transmitter.Owner: whoever holds the claim ----

  @Override
  public void closeSent() {
    closeSent.countDown();
  }

  @Override
  public void writeFailed(IOException e) {
    reason.compareAndSet(
        null, new CloseReason(ControlFrames.ABNORMAL, "connection lost: " + e, true));
    wire.close();
  }

  @Override
  public void outboxFailed(Throwable e) {
    LOGGER.log(Level.WARNING, "outbox of " + peer() + " failed", e);
    close(ControlFrames.INTERNAL_ERROR, "internal error");
  }

  /// For a connection that never came to have an outbox.
  private enum Nothing implements Outbox {
    OUTBOX;

    @Override
    public long next(Gather out, long nowNanos) {
      return NOTHING;
    }

    @Override
    public void sent(long nowNanos) {
      throw new IllegalStateException("nothing was sent");
    }

    @Override
    public void discard() {
      // holds nothing
    }
  }
}
