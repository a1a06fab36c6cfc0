// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import org.jetsonrelay.server.frame.Block;
import org.jspecify.annotations.Nullable;

/// Hands what arrives on one connection to its listener, answers pings, and keeps the listener's
/// failures from going further than its own connection.
///
/// Called by the connection's reader thread, except for [#lastReadNanos()].
final class Deliveries implements MessageReader.Sink {
  private static final Logger LOGGER = System.getLogger(Deliveries.class.getName());

  private final Transmitter transmitter;
  private final String name;
  // Written by the reader thread, read by keep-alive.
  private volatile long lastReadNanos = System.nanoTime();
  // Null before the start and after the end.
  private @Nullable WebSocketListener listener;

  /// @param name the peer's, for the log
  Deliveries(Transmitter transmitter, String name) {
    this.transmitter = transmitter;
    this.name = name;
  }

  void start(WebSocketListener to) {
    listener = to;
  }

  /// Tells the listener that it is over, once.
  void end(CloseReason reason) {
    WebSocketListener told = listener;
    listener = null;
    if (told != null) {
      try {
        told.onClosed(reason);
      } catch (RuntimeException | Error e) {
        LOGGER.log(Level.WARNING, "listener of " + name + " failed at the end", e);
      }
    }
  }

  /// When bytes came last.
  long lastReadNanos() {
    return lastReadNanos;
  }

  @Override
  public void arrived() {
    lastReadNanos = System.nanoTime();
  }

  @Override
  public void text(ByteBuffer utf8) throws ProtocolViolation {
    WebSocketListener told = listener;
    if (told == null || transmitter.closing()) {
      return;
    }
    try {
      told.onText(utf8);
    } catch (RuntimeException | Error e) {
      throw failed(e);
    }
  }

  @Override
  public void binary(Block block, int offset, int length) throws ProtocolViolation {
    WebSocketListener told = listener;
    if (told == null || transmitter.closing()) {
      block.release();
      return;
    }
    try {
      told.onBinary(block, offset, length);
    } catch (RuntimeException | Error e) {
      throw failed(e);
    }
  }

  @Override
  public void ping(byte[] payload, int length) {
    transmitter.pong(ControlFrames.pong(payload, length));
  }

  @Override
  public void pong(byte[] payload, int length) throws ProtocolViolation {
    WebSocketListener told = listener;
    if (told == null || transmitter.closing()) {
      return;
    }
    try {
      told.onPong(ByteBuffer.wrap(payload, 0, length).slice());
    } catch (RuntimeException | Error e) {
      throw failed(e);
    }
  }

  private ProtocolViolation failed(Throwable e) {
    LOGGER.log(Level.WARNING, "listener of " + name + " failed", e);
    return new ProtocolViolation(ControlFrames.INTERNAL_ERROR, "internal error");
  }
}
