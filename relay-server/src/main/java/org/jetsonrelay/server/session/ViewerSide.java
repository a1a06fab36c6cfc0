// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.jetsonrelay.server.hub.Choice;
import org.jetsonrelay.server.hub.FrameHops;
import org.jetsonrelay.server.hub.Reception;
import org.jetsonrelay.server.hub.Selection;
import org.jetsonrelay.server.hub.Viewer;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.pacing.Pacer;
import org.jetsonrelay.server.protocol.ClientMessage;
import org.jetsonrelay.server.protocol.ClientRole;
import org.jetsonrelay.server.protocol.ErrorCode;
import org.jetsonrelay.server.protocol.Feature;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jetsonrelay.server.timing.ClockEstimate;
import org.jspecify.annotations.Nullable;

/// A client as the hub sees its viewer: is told that frames wait or that cameras have changed, and
/// holds its role once it has one.
///
/// The hub calls [Viewer] from any thread; what the client asks for comes on the connection's
/// reader thread.
final class ViewerSide implements Viewer {

  private final SessionContext context;
  private final Peer peer;

  // Written once by the reader thread; read by the timer and by those who ask for rows.
  private volatile @Nullable ViewerRole role;
  private volatile boolean cameraEvents;
  private volatile boolean hops;
  private volatile @Nullable ClockExchange clock;

  ViewerSide(SessionContext context, Peer peer) {
    this.context = context;
    this.peer = peer;
  }

  /// What it watches; null while it is no viewer.
  @Nullable ViewerRole role() {
    return role;
  }

  /// The exchange of time stamps with it; null unless it asked for it.
  @Nullable ClockExchange clock() {
    return clock;
  }

  /// The hub has let it in.
  void admitted(Watch watch, Set<Feature> features) {
    SessionSettings settings = context.settings();
    ViewerFeed feed =
        new ViewerFeed(
            watch,
            features.contains(Feature.FRAME_DETAILS),
            settings.pacing() ? new Pacer(settings.pacer(), ViewerFeed.randomFirstPing()) : null,
            context.metrics(),
            context.clock(),
            () -> peer.socket().sendBufferBytes(settings.pacer().fallbackBufferBytes()));
    peer.outbox().attach(feed);
    role = new ViewerRole(watch, feed);
    hops = features.contains(Feature.HOPS);
    cameraEvents = features.contains(Feature.CAMERA_EVENTS);
    if (features.contains(Feature.CLOCK)) {
      clock = new ClockExchange(context, peer, () -> -1, (_, _) -> {});
    }
    peer.socket()
        .maxMessageBytes(settings.maxClientMessageBytes(), settings.maxClientMessageBytes());
  }

  /// Answers a registration, with the cameras for who asked for them.
  void welcome() {
    peer.send(ServerMessages.registrationSuccess(ClientRole.VIEWER));
    camerasChanged();
  }

  /// `request_stream`; reader thread, as all that follows.
  void choose(ViewerRole viewer, ClientMessage.RequestStream request) {
    viewer.feed().maxFps(request.maxFps().orElse(Double.POSITIVE_INFINITY));
    Choice choice =
        request.cameras() == null ? Choice.ALL : new Choice.Named(Set.copyOf(request.cameras()));
    switch (context.hub().choose(viewer.watch(), choice, context.nanoTime().getAsLong())) {
      case Selection.Accepted(var unknown) -> {
        if (!unknown.isEmpty()) {
          peer.error(
              ErrorCode.UNKNOWN_CAMERA, ErrorCode.UNKNOWN_CAMERA.message(unknown.getFirst()));
        }
      }
      case Selection.TooMany(int limit) ->
          peer.error(ErrorCode.TOO_LARGE, "No more than " + limit + " cameras can be chosen");
    }
    peer.socket().signal();
  }

  /// `stop_stream`.
  void chooseNone(ViewerRole viewer) {
    context.hub().choose(viewer.watch(), Choice.NONE, context.nanoTime().getAsLong());
  }

  /// `frame_painted`: counts when the client's clock is known, and not more often than it should.
  void painted(ViewerRole viewer, ClientMessage.FramePainted painted) {
    ClockExchange exchange = clock;
    ClockEstimate estimate = exchange == null ? null : exchange.estimate();
    if (estimate != null) {
      long nowNanos = context.nanoTime().getAsLong();
      viewer
          .feed()
          .hops()
          .painted(
              painted.camera(),
              painted.sequence(),
              estimate.relayNanos(painted.paintedAtMicros() * 1_000),
              estimate.errorNanos(nowNanos),
              nowNanos);
    }
  }

  void onPong(ByteBuffer payload) {
    ViewerRole viewer = role;
    if (viewer != null && viewer.feed().onPong(payload, context.nanoTime().getAsLong())) {
      peer.socket().signal();
    }
  }

  void left(long nowNanos) {
    ViewerRole viewer = role;
    if (viewer != null) {
      context.hub().leave(viewer.watch(), nowNanos);
    }
  }

  @Override
  public String id() {
    return peer.id();
  }

  @Override
  public void mail() {
    peer.socket().signal();
  }

  @Override
  public void camerasChanged() {
    if (cameraEvents) {
      peer.sendLatest(hops ? context::cameraListWithHops : context::cameraList);
    }
  }

  @Override
  public List<FrameHops.Delivery> deliveries(String camera) {
    ViewerRole viewer = role;
    return viewer == null ? List.of() : viewer.feed().hops().last(camera, peer.id());
  }

  @Override
  public Reception reception(long nowNanos) {
    ViewerRole viewer = role;
    return viewer == null ? Reception.UNKNOWN : viewer.feed().reception(nowNanos);
  }

  @Override
  public ViewerRow row() {
    long nowNanos = context.nanoTime().getAsLong();
    long connectedMillis = (nowNanos - peer.connectedNanos()) / 1_000_000;
    ViewerRole viewer = role;
    // The hub may ask between the registration there and its last step here.
    return viewer == null
        ? ViewerRole.newcomer(peer.id(), peer.address(), connectedMillis)
        : viewer.row(peer.id(), peer.address(), connectedMillis, peer.outbox().pending(), nowNanos);
  }
}
