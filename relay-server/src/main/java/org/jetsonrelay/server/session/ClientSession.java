// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.nio.ByteBuffer;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.protocol.ClientRole;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jetsonrelay.server.websocket.CloseReason;
import org.jetsonrelay.server.websocket.WebSocket;
import org.jetsonrelay.server.websocket.WebSocketListener;
import org.jspecify.annotations.Nullable;

/// One client from its handshake to its end: a connection first, a publisher or a viewer once it
/// has said which.
///
/// Puts the parts together and tells them of the connection's events, which come on its reader
/// thread: [Dispatch] reads what the client says, [Registration] makes it one of its two sides,
/// [PublisherSide] and [ViewerSide] are what the hub sees, [Peer] is the way back to the client.
final class ClientSession implements WebSocketListener {

  private static final System.Logger LOG = System.getLogger(ClientSession.class.getName());

  private final SessionContext context;
  private final Peer peer;
  private final PublisherSide publisher;
  private final ViewerSide viewer;
  private final Permission permission;
  private final Registration registration;
  private final Dispatch dispatch;

  // Only the timer's.
  private boolean pinged;
  private long pingedNanos;
  private boolean limitCounted;

  ClientSession(
      SessionContext context, WebSocket socket, String id, Credential handshakeCredential) {
    this.context = context;
    peer = new Peer(context, socket, id);
    publisher = new PublisherSide(context, peer);
    permission = new Permission(context, peer, handshakeCredential);
    viewer = new ViewerSide(context, peer, permission);
    registration = new Registration(context, peer, publisher, viewer, permission);
    dispatch = new Dispatch(context, peer, publisher, viewer, registration);
  }

  ClientOutbox outbox() {
    return peer.outbox();
  }

  WebSocket socket() {
    return peer.socket();
  }

  long connectedNanos() {
    return peer.connectedNanos();
  }

  /// What it has registered as; null while it has not.
  @Nullable ClientRole role() {
    return registration.role();
  }

  @Nullable ViewerRole viewer() {
    return viewer.role();
  }

  /// What tells this publisher about its viewers; null unless it asked for it.
  @Nullable Feedback feedback() {
    return publisher.feedback();
  }

  /// The exchange of time stamps with this client; null unless it asked for it.
  @Nullable ClockExchange clock() {
    return registration.clock();
  }

  /// Asks for a sign of life, at most once in a period; timer.
  void ping(long nowNanos, long periodNanos) {
    if (!pinged || nowNanos - pingedNanos >= periodNanos) {
      pinged = true;
      pingedNanos = nowNanos;
      peer.ping();
    }
  }

  /// A browser's handshake was accepted whatever it showed; here it is told what became of it.
  void enter(Decision decision) {
    permission.accepts(decision);
  }

  /// The rules are not what they were: whoever may no longer be here has to go, and a viewer sees
  /// what it may see now; timer.
  void accessChanged() {
    PublisherRole camera = publisher.role();
    if (camera != null) {
      permission.still(Action.PUBLISH, camera.feed().camera().name());
    }
    ViewerRole watching = viewer.role();
    if (watching != null && permission.still(Action.VIEW, null)) {
      viewer.chooseAgain(watching);
    }
  }

  /// Counts that it has met a limit of time, once: it takes a while to go. Timer.
  void limitMet(String label) {
    if (!limitCounted) {
      limitCounted = true;
      context.metrics().limitsMet().increment(label);
    }
  }

  void welcome() {
    send(ServerMessages.welcome(peer.id(), context.clock().millis()));
  }

  /// Leaves a control message; a client for whom too many wait is closed.
  void send(byte[] message) {
    peer.send(message);
  }

  @Override
  public void onText(ByteBuffer utf8) {
    count(utf8.remaining());
    dispatch.text(utf8);
  }

  @Override
  public void onBinary(Block block, int offset, int length) {
    count(length);
    dispatch.binary(block, offset, length);
  }

  @Override
  public void onPong(ByteBuffer payload) {
    viewer.onPong(payload);
  }

  @Override
  public void onClosed(CloseReason reason) {
    context.metrics().closes().increment(Integer.toString(reason.code()));
    long nowNanos = context.nanoTime().getAsLong();
    publisher.left(nowNanos);
    viewer.left(nowNanos);
    LOG.log(
        System.Logger.Level.INFO,
        "{0} {1} at {2} left: {3} {4}",
        describe(),
        peer.id(),
        peer.address(),
        Integer.toString(reason.code()),
        reason.text());
    context.onClosed().accept(this);
  }

  private String describe() {
    return switch (role()) {
      case PUBLISHER -> "camera";
      case VIEWER -> "viewer";
      case null -> "client";
    };
  }

  private void count(int bytes) {
    context.metrics().messagesFromClients().increment();
    context.metrics().bytesFromClients().add(bytes);
  }
}
