// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.Set;
import org.jetsonrelay.server.hub.Feed;
import org.jetsonrelay.server.hub.Publisher;
import org.jetsonrelay.server.protocol.ClientRole;
import org.jetsonrelay.server.protocol.CloseCodes;
import org.jetsonrelay.server.protocol.Feature;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jspecify.annotations.Nullable;

/// A client as the hub sees its publisher: takes the hub's orders to it, and holds its role once it
/// has one.
///
/// The hub calls [Publisher] from any thread; roles are given on the connection's reader thread.
final class PublisherSide implements Publisher {

  private final SessionContext context;
  private final Peer peer;
  private final Orders orders;

  // Written once by the reader thread; read by the timer.
  private volatile @Nullable PublisherRole role;
  private volatile @Nullable Feedback feedback;
  private volatile @Nullable ClockExchange clock;

  PublisherSide(SessionContext context, Peer peer) {
    this.context = context;
    this.peer = peer;
    orders = new Orders(peer::send);
  }

  /// What it publishes to; null while it is no publisher.
  @Nullable PublisherRole role() {
    return role;
  }

  /// What tells it about its viewers; null unless it asked for it.
  @Nullable Feedback feedback() {
    return feedback;
  }

  /// The exchange of time stamps with it; null unless it asked for it.
  @Nullable ClockExchange clock() {
    return clock;
  }

  /// The hub has given it a camera.
  PublisherRole attached(Feed feed) {
    PublisherRole camera = new PublisherRole(feed, peer.id(), context.pool());
    role = camera;
    peer.socket()
        .maxMessageBytes(
            context.settings().maxClientMessageBytes(), context.settings().maxCameraMessageBytes());
    return camera;
  }

  /// Answers a registration, then lets the hub's orders through.
  void welcome(PublisherRole camera, Set<Feature> features) {
    peer.send(ServerMessages.registrationSuccess(ClientRole.PUBLISHER));
    orders.open();
    if (features.contains(Feature.FEEDBACK)) {
      feedback = new Feedback(camera.feed(), peer::send, context.nanoTime().getAsLong());
    }
    if (features.contains(Feature.CLOCK)) {
      clock =
          new ClockExchange(
              context,
              peer,
              () -> camera.feed().sequence(),
              estimate -> camera.feed().clock().exchanged(estimate));
    }
  }

  /// Lets the hub's orders through to a client that became a camera by sending an image.
  void adopt() {
    orders.open();
  }

  void left(long nowNanos) {
    PublisherRole camera = role;
    if (camera != null) {
      context.hub().detach(camera.feed(), nowNanos);
    }
  }

  @Override
  public String id() {
    return peer.id();
  }

  @Override
  public String address() {
    return peer.address();
  }

  @Override
  public void startStreaming(String requestedBy) {
    orders.give(ServerMessages.startStreaming(requestedBy, context.clock().millis()));
  }

  @Override
  public void stopStreaming(String requestedBy) {
    orders.give(ServerMessages.stopStreaming(requestedBy, context.clock().millis()));
  }

  @Override
  public void replaced() {
    peer.socket().close(CloseCodes.REPLACED, "a newer connection has this camera's name");
  }
}
