// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.function.Supplier;
import org.jetsonrelay.server.protocol.CloseCodes;
import org.jetsonrelay.server.protocol.ErrorCode;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jetsonrelay.server.websocket.WebSocket;

/// The far end of one connection: who it is, and the way to tell it something.
///
/// Owns the outbox of the connection. Any thread calls it; every call only leaves something in the
/// outbox and signals the socket.
final class Peer {

  private static final System.Logger LOG = System.getLogger(Peer.class.getName());

  private final SessionContext context;
  private final WebSocket socket;
  private final ClientOutbox outbox;
  private final String id;
  private final String address;
  private final long connectedNanos;

  Peer(SessionContext context, WebSocket socket, String id) {
    this.context = context;
    this.socket = socket;
    this.id = id;
    address = socket.peer().getAddress().getHostAddress() + ":" + socket.peer().getPort();
    connectedNanos = context.nanoTime().getAsLong();
    outbox = new ClientOutbox(context.settings().maxControlMessages());
  }

  /// The client id it was welcomed with.
  String id() {
    return id;
  }

  /// Where it is, as `address:port`.
  String address() {
    return address;
  }

  long connectedNanos() {
    return connectedNanos;
  }

  WebSocket socket() {
    return socket;
  }

  ClientOutbox outbox() {
    return outbox;
  }

  /// Leaves a control message; a client for whom too many wait is closed.
  void send(byte[] message) {
    if (outbox.offer(message)) {
      socket.signal();
    } else {
      context.metrics().limitsMet().increment("control_messages");
      socket.close(CloseCodes.TOO_MANY_MESSAGES, "too many messages wait for this client");
    }
  }

  /// Leaves a message of which only the newest matters; it is made when it is written.
  void sendLatest(Supplier<byte[]> message) {
    outbox.offerLatest(message);
    socket.signal();
  }

  /// Asks what time it is; the question is made when it is written.
  void askTime(Supplier<byte[]> question) {
    outbox.offerQuestion(question);
    socket.signal();
  }

  /// Asks for a sign of life.
  void ping() {
    outbox.pingDue();
    socket.signal();
  }

  /// Says what the client did wrong; the connection stays open.
  void error(ErrorCode code, String message) {
    context.metrics().errors().increment(code.wireName());
    LOG.log(System.Logger.Level.DEBUG, "{0} at {1}: {2}", id, address, message);
    send(ServerMessages.error(code, message));
  }

  /// Says that something is not allowed, and closes.
  void refuse(int closeCode, String reason) {
    error(ErrorCode.UNAUTHORIZED, reason);
    socket.close(closeCode, reason);
  }
}
