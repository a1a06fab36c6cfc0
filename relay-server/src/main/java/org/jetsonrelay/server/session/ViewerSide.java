// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jetsonrelay.server.auth.Access;
import org.jetsonrelay.server.hub.Choice;
import org.jetsonrelay.server.hub.CutThrough;
import org.jetsonrelay.server.hub.FrameHops;
import org.jetsonrelay.server.hub.Reception;
import org.jetsonrelay.server.hub.Selection;
import org.jetsonrelay.server.hub.Viewer;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.pacing.PacerSettings;
import org.jetsonrelay.server.pacing.PathWord;
import org.jetsonrelay.server.protocol.ClientMessage;
import org.jetsonrelay.server.protocol.ClientRole;
import org.jetsonrelay.server.protocol.ErrorCode;
import org.jetsonrelay.server.protocol.Feature;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jetsonrelay.server.timing.ClockEstimate;
import org.jetsonrelay.server.websocket.TcpInfo;
import org.jetsonrelay.server.websocket.WebSocket;
import org.jspecify.annotations.Nullable;

/// A client as the hub sees its viewer: is told that frames wait or that cameras have changed, and
/// holds its role once it has one.
///
/// The hub calls [Viewer] from any thread; what the client asks for comes on the connection's
/// reader thread.
final class ViewerSide implements Viewer {

  /// What was asked for, whether or not it may be seen.
  private record Wanted(boolean all, Set<String> names) {
    static final Wanted NOTHING = new Wanted(false, Set.of());
    static final Wanted ALL = new Wanted(true, Set.of());
  }

  private final SessionContext context;
  private final Peer peer;
  private final WebSocket socket;
  private final Permission permission;

  // Held while a choice is made, so that one made anew by the timer does not undo a later one.
  private final ReentrantLock choosing = new ReentrantLock();
  // Guarded by that lock: what was last asked for.
  private Wanted wanted = Wanted.NOTHING;

  // Written once by the reader thread; read by the timer and by those who ask for rows.
  private volatile @Nullable ViewerRole role;
  private volatile boolean cameraEvents;
  private volatile boolean hops;
  private volatile @Nullable ClockExchange clock;

  ViewerSide(SessionContext context, Peer peer, Permission permission) {
    this.context = context;
    this.peer = peer;
    socket = peer.socket();
    this.permission = permission;
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
            settings.pacing() ? pacing(settings.pacer()) : null,
            socket.claim(),
            context.metrics(),
            context.clock());
    peer.outbox().attach(feed);
    CutThrough past = feed.cutThrough();
    if (past != null) {
      watch.cutThrough(past);
    }
    role = new ViewerRole(watch, feed);
    hops = features.contains(Feature.HOPS);
    cameraEvents = features.contains(Feature.CAMERA_EVENTS);
    if (features.contains(Feature.CLOCK)) {
      clock = new ClockExchange(context, peer, () -> -1, _ -> {});
    }
    socket.maxMessageBytes(settings.maxClientMessageBytes(), settings.maxClientMessageBytes());
  }

  private ViewerPacing pacing(PacerSettings settings) {
    return new ViewerPacing(
        settings,
        new ViewerPacing.Below() {
          @Override
          public long unacknowledgedBytes() {
            return socket.unacknowledgedBytes();
          }

          @Override
          public @Nullable PathWord path() {
            TcpInfo info = socket.tcpInfo();
            return info == null
                ? null
                : new PathWord(
                    info.unsentBytes(),
                    info.roundTripNanos(),
                    info.deviationNanos(),
                    info.leastRoundTripNanos());
          }

          @Override
          public void smallSendBuffer() {
            socket.sendBufferBytes(settings.fallbackBufferBytes());
          }
        });
  }

  /// Answers a registration, with the cameras for who asked for them.
  void welcome() {
    peer.send(ServerMessages.registrationSuccess(ClientRole.VIEWER));
    camerasChanged();
  }

  /// `request_stream`; reader thread, as all that follows.
  void choose(ViewerRole viewer, ClientMessage.RequestStream request) {
    viewer.feed().maxFps(request.maxFps().orElse(Double.POSITIVE_INFINITY));
    List<String> names = request.cameras();
    Wanted asked = names == null ? Wanted.ALL : new Wanted(false, Set.copyOf(names));
    switch (choose(viewer, asked)) {
      case Selection.Accepted(var unknown) -> {
        if (!unknown.isEmpty()) {
          peer.error(
              ErrorCode.UNKNOWN_CAMERA, ErrorCode.UNKNOWN_CAMERA.message(unknown.getFirst()));
        }
      }
      case Selection.TooMany(int limit) ->
          peer.error(ErrorCode.TOO_LARGE, "No more than " + limit + " cameras can be chosen");
    }
    socket.signal();
  }

  /// `stop_stream`.
  void chooseNone(ViewerRole viewer) {
    choose(viewer, Wanted.NOTHING);
  }

  /// What may be seen has changed: what was asked for is chosen again; timer.
  void chooseAgain(ViewerRole viewer) {
    choosing.lock();
    try {
      context.hub().choose(viewer.watch(), choice(wanted), context.nanoTime().getAsLong());
    } finally {
      choosing.unlock();
    }
    camerasChanged();
  }

  /// Chooses what may be seen of these cameras. One that may not be seen is as unknown as one that
  /// is not there.
  private Selection choose(ViewerRole viewer, Wanted asked) {
    choosing.lock();
    try {
      Selection selection =
          context.hub().choose(viewer.watch(), choice(asked), context.nanoTime().getAsLong());
      return switch (selection) {
        case Selection.TooMany _ -> selection;
        case Selection.Accepted(var absent) -> {
          wanted = asked;
          List<String> hidden =
              asked.names().stream().filter(name -> !permission.sees(name)).sorted().toList();
          yield hidden.isEmpty() ? selection : new Selection.Accepted(hidden);
        }
      };
    } finally {
      choosing.unlock();
    }
  }

  private Choice choice(Wanted asked) {
    if (!asked.all()) {
      return new Choice.Named(
          asked.names().stream().filter(permission::sees).collect(Collectors.toSet()));
    }
    return permission.sees(Access.EVERY_CAMERA) ? Choice.ALL : new Choice.Allowed(permission::sees);
  }

  /// The cameras it may see.
  byte[] cameraList() {
    return context.cameraList(permission.credential());
  }

  private byte[] cameraEvent() {
    return hops ? context.cameraListWithHops(permission.credential()) : cameraList();
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
      socket.signal();
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
    socket.signal();
  }

  @Override
  public void camerasChanged() {
    if (cameraEvents) {
      peer.sendLatest(this::cameraEvent);
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
