// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.nio.ByteBuffer;
import java.util.Set;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.hub.Admission;
import org.jetsonrelay.server.hub.Attachment;
import org.jetsonrelay.server.hub.Choice;
import org.jetsonrelay.server.hub.Publisher;
import org.jetsonrelay.server.hub.Reception;
import org.jetsonrelay.server.hub.Selection;
import org.jetsonrelay.server.hub.Viewer;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.pacing.Pacer;
import org.jetsonrelay.server.protocol.Announcement;
import org.jetsonrelay.server.protocol.ClientMessage;
import org.jetsonrelay.server.protocol.ClientMessages;
import org.jetsonrelay.server.protocol.ClientRole;
import org.jetsonrelay.server.protocol.CloseCodes;
import org.jetsonrelay.server.protocol.ErrorCode;
import org.jetsonrelay.server.protocol.Feature;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jetsonrelay.server.websocket.CloseReason;
import org.jetsonrelay.server.websocket.WebSocket;
import org.jetsonrelay.server.websocket.WebSocketListener;
import org.jspecify.annotations.Nullable;

/// One client from its handshake to its end: a connection first, a publisher or a viewer once it
/// has said which.
///
/// What arrives is handled on the connection's reader thread. The hub calls [Publisher] and
/// [Viewer] from any thread; those calls only leave something in the outbox.
final class ClientSession implements WebSocketListener, Publisher, Viewer {

  private static final System.Logger LOG = System.getLogger(ClientSession.class.getName());

  private final SessionContext context;
  private final WebSocket socket;
  private final ClientOutbox outbox;
  private final Credential handshakeCredential;
  private final String id;
  private final String address;
  private final long connectedNanos;
  private final Orders orders = new Orders(this::send);

  // Written once by the reader thread, read by the timer and by those who ask for rows.
  private volatile @Nullable PublisherRole publisher;
  private volatile @Nullable ViewerRole viewer;
  private volatile boolean cameraEvents;
  private volatile @Nullable Feedback feedback;

  // Only the timer's.
  private boolean pinged;
  private long pingedNanos;

  ClientSession(
      SessionContext context, WebSocket socket, String id, Credential handshakeCredential) {
    this.context = context;
    this.socket = socket;
    this.id = id;
    this.handshakeCredential = handshakeCredential;
    address = socket.peer().getAddress().getHostAddress() + ":" + socket.peer().getPort();
    connectedNanos = context.nanoTime().getAsLong();
    outbox = new ClientOutbox(context.settings().maxControlMessages());
  }

  ClientOutbox outbox() {
    return outbox;
  }

  WebSocket socket() {
    return socket;
  }

  long connectedNanos() {
    return connectedNanos;
  }

  /// What it has registered as; null while it has not.
  @Nullable ClientRole role() {
    if (publisher != null) {
      return ClientRole.PUBLISHER;
    }
    return viewer != null ? ClientRole.VIEWER : null;
  }

  @Nullable ViewerRole viewer() {
    return viewer;
  }

  /// What tells this publisher about its viewers; null unless it asked for it.
  @Nullable Feedback feedback() {
    return feedback;
  }

  /// Asks for a sign of life, at most once in a period; timer.
  void ping(long nowNanos, long periodNanos) {
    if (!pinged || nowNanos - pingedNanos >= periodNanos) {
      pinged = true;
      pingedNanos = nowNanos;
      outbox.pingDue();
      socket.signal();
    }
  }

  void welcome() {
    send(ServerMessages.welcome(id, now()));
  }

  /// Leaves a control message; a client for whom too many wait is closed.
  void send(byte[] message) {
    if (outbox.offer(message)) {
      socket.signal();
    } else {
      socket.close(CloseCodes.TOO_MANY_MESSAGES, "too many messages wait for this client");
    }
  }

  // ---- what the client says: reader thread ----

  @Override
  public void onText(ByteBuffer utf8) {
    count(utf8.remaining());
    handle(ClientMessages.parse(utf8));
  }

  @Override
  public void onBinary(Block block, int offset, int length) {
    count(length);
    PublisherRole camera = publisher;
    boolean expectsPayload = camera != null && camera.awaitsPayload();
    if (!expectsPayload && ClientMessages.looksLikeJson(block.memory(), offset, length)) {
      try {
        handle(ClientMessages.parse(block.view(offset, length)));
      } finally {
        block.release();
      }
      return;
    }
    if (camera == null) {
      camera = cameraOf(block, offset, length);
    }
    if (camera == null) {
      block.release();
      return;
    }
    if (!camera.accept(block, offset, length, now(), context.nanoTime().getAsLong())) {
      error(ErrorCode.NOT_AN_IMAGE, ErrorCode.NOT_AN_IMAGE.message());
    }
  }

  @Override
  public void onPong(ByteBuffer payload) {
    ViewerRole role = viewer;
    if (role != null && role.feed().onPong(payload, context.nanoTime().getAsLong())) {
      socket.signal();
    }
  }

  @Override
  public void onClosed(CloseReason reason) {
    context.metrics().closes().increment(Integer.toString(reason.code()));
    long nowNanos = context.nanoTime().getAsLong();
    PublisherRole camera = publisher;
    if (camera != null) {
      context.hub().detach(camera.feed(), nowNanos);
    }
    ViewerRole role = viewer;
    if (role != null) {
      context.hub().leave(role.watch(), nowNanos);
    }
    LOG.log(
        System.Logger.Level.INFO,
        "{0} {1} at {2} left: {3} {4}",
        describe(),
        id,
        address,
        Integer.toString(reason.code()),
        reason.text());
    context.onClosed().accept(this);
  }

  private void handle(ClientMessage message) {
    switch (message) {
      case ClientMessage.Register register -> register(register);
      case ClientMessage.Ping() -> send(ServerMessages.pong(now()));
      case ClientMessage.Pong() -> {
        // Reading it was the sign of life.
      }
      case ClientMessage.RequestStream request -> request(request);
      case ClientMessage.StopStream() -> {
        ViewerRole role = requireViewer("stop_stream");
        if (role != null) {
          context.hub().choose(role.watch(), Choice.NONE, context.nanoTime().getAsLong());
        }
      }
      case ClientMessage.ListCameras() -> {
        if (requireViewer("list_cameras") != null) {
          send(context.cameraList());
        }
      }
      case ClientMessage.ImageData(long capturedAtMillis) -> {
        PublisherRole camera = requireCamera("image_data");
        if (camera != null) {
          camera.captured(capturedAtMillis);
        }
      }
      case Announcement announcement -> {
        PublisherRole camera = requireCamera(announcement.kind().wireName());
        if (camera != null) {
          camera.announced(announcement);
        }
      }
      case ClientMessage.Malformed(ErrorCode code, String text) -> error(code, text);
    }
  }

  private void register(ClientMessage.Register register) {
    if (role() != null) {
      return;
    }
    Credential credential = Credential.ofToken(register.token()).or(handshakeCredential);
    switch (register.role()) {
      case PUBLISHER -> {
        String name = register.name() == null ? id : register.name();
        PublisherRole camera = attach(name, credential);
        if (camera != null) {
          send(ServerMessages.registrationSuccess(ClientRole.PUBLISHER));
          orders.open();
          if (register.features().contains(Feature.FEEDBACK)) {
            feedback = new Feedback(camera.feed(), this::send, context.nanoTime().getAsLong());
          }
        }
      }
      case VIEWER -> join(register.features(), credential);
    }
  }

  /// The camera that a binary message makes of its sender: only an image does.
  private @Nullable PublisherRole cameraOf(Block block, int offset, int length) {
    if (viewer != null) {
      error(ErrorCode.NOT_A_CAMERA, ErrorCode.NOT_A_CAMERA.message("a binary message"));
      return null;
    }
    if (!PublisherRole.isImage(block, offset, length)) {
      error(ErrorCode.NOT_AN_IMAGE, ErrorCode.NOT_AN_IMAGE.message());
      return null;
    }
    return becomeCamera();
  }

  /// An image, or what belongs to one, from a client that never said what it is.
  private @Nullable PublisherRole becomeCamera() {
    PublisherRole camera = attach(id, handshakeCredential);
    if (camera != null) {
      orders.open();
    }
    return camera;
  }

  private @Nullable PublisherRole attach(String name, Credential credential) {
    if (!permitted(Action.PUBLISH, name, credential)) {
      return null;
    }
    long nowNanos = context.nanoTime().getAsLong();
    return switch (context.hub().attach(this, name, owner(credential), nowNanos)) {
      case Attachment.Attached(var feed) -> {
        PublisherRole camera = new PublisherRole(feed, id, context.pool());
        publisher = camera;
        socket.maxMessageBytes(
            context.settings().maxClientMessageBytes(), context.settings().maxCameraMessageBytes());
        registered("camera " + name);
        yield camera;
      }
      case Attachment.NameTaken(String _) -> {
        error(ErrorCode.NAME_TAKEN, ErrorCode.NAME_TAKEN.message(name));
        yield null;
      }
      case Attachment.Full(int limit) -> {
        error(ErrorCode.TOO_LARGE, "This relay takes no more than " + limit + " cameras");
        yield null;
      }
    };
  }

  /// Whose the camera is: where no token is needed to publish, everybody's.
  private String owner(Credential credential) {
    return context.access().guarded(Action.PUBLISH) ? credential.owner() : "";
  }

  private void join(Set<Feature> features, Credential credential) {
    if (!permitted(Action.VIEW, null, credential)) {
      return;
    }
    switch (context.hub().join(this)) {
      case Admission.Admitted(var watch) -> {
        ViewerFeed feed =
            new ViewerFeed(
                watch,
                features.contains(Feature.FRAME_DETAILS),
                context.settings().pacing()
                    ? new Pacer(context.settings().pacer(), ViewerFeed.randomFirstPing())
                    : null,
                context.metrics(),
                context.clock(),
                () -> socket.sendBufferBytes(context.settings().pacer().fallbackBufferBytes()));
        outbox.attach(feed);
        viewer = new ViewerRole(watch, feed);
        cameraEvents = features.contains(Feature.CAMERA_EVENTS);
        socket.maxMessageBytes(
            context.settings().maxClientMessageBytes(), context.settings().maxClientMessageBytes());
        registered("viewer");
        send(ServerMessages.registrationSuccess(ClientRole.VIEWER));
        camerasChanged();
      }
      case Admission.Full(int limit) ->
          error(ErrorCode.TOO_LARGE, "This relay takes no more than " + limit + " viewers");
    }
  }

  private void request(ClientMessage.RequestStream request) {
    ViewerRole role = requireViewer("request_stream");
    if (role == null) {
      return;
    }
    role.feed().maxFps(request.maxFps().orElse(Double.POSITIVE_INFINITY));
    Choice choice =
        request.cameras() == null ? Choice.ALL : new Choice.Named(Set.copyOf(request.cameras()));
    switch (context.hub().choose(role.watch(), choice, context.nanoTime().getAsLong())) {
      case Selection.Accepted(var unknown) -> {
        if (!unknown.isEmpty()) {
          error(ErrorCode.UNKNOWN_CAMERA, ErrorCode.UNKNOWN_CAMERA.message(unknown.getFirst()));
        }
      }
      case Selection.TooMany(int limit) ->
          error(ErrorCode.TOO_LARGE, "No more than " + limit + " cameras can be chosen");
    }
    socket.signal();
  }

  private @Nullable ViewerRole requireViewer(String what) {
    ViewerRole role = viewer;
    if (role == null) {
      error(ErrorCode.NOT_A_VIEWER, ErrorCode.NOT_A_VIEWER.message(what));
    }
    return role;
  }

  private @Nullable PublisherRole requireCamera(String what) {
    PublisherRole camera = publisher;
    if (camera != null) {
      return camera;
    }
    if (viewer == null) {
      return becomeCamera();
    }
    error(ErrorCode.NOT_A_CAMERA, ErrorCode.NOT_A_CAMERA.message(what));
    return null;
  }

  private boolean permitted(Action action, @Nullable String camera, Credential credential) {
    return switch (context.access().decide(action, camera, credential)) {
      case Decision.Granted() -> true;
      case Decision.Unauthorized(String reason) -> {
        refuse(CloseCodes.UNAUTHORIZED, reason);
        yield false;
      }
      case Decision.Forbidden(String reason) -> {
        refuse(CloseCodes.FORBIDDEN, reason);
        yield false;
      }
    };
  }

  private void refuse(int code, String reason) {
    context.metrics().authorizationFailures().increment();
    error(ErrorCode.UNAUTHORIZED, reason);
    socket.close(code, reason);
  }

  private void error(ErrorCode code, String message) {
    context.metrics().errors().increment(code.wireName());
    LOG.log(System.Logger.Level.DEBUG, "{0} at {1}: {2}", id, address, message);
    send(ServerMessages.error(code, message));
  }

  private void registered(String as) {
    LOG.log(System.Logger.Level.INFO, "{0} at {1} is {2}", id, address, as);
  }

  private String describe() {
    if (publisher != null) {
      return "camera";
    }
    return viewer != null ? "viewer" : "client";
  }

  private void count(int bytes) {
    context.metrics().messagesFromClients().increment();
    context.metrics().bytesFromClients().add(bytes);
  }

  private long now() {
    return context.clock().millis();
  }

  // ---- what the hub says: any thread ----

  @Override
  public String id() {
    return id;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public void startStreaming(String requestedBy) {
    orders.give(ServerMessages.startStreaming(requestedBy, now()));
  }

  @Override
  public void stopStreaming(String requestedBy) {
    orders.give(ServerMessages.stopStreaming(requestedBy, now()));
  }

  @Override
  public void replaced() {
    socket.close(CloseCodes.REPLACED, "a newer connection has this camera's name");
  }

  @Override
  public void mail() {
    socket.signal();
  }

  @Override
  public void camerasChanged() {
    if (cameraEvents) {
      outbox.offerLatest(context::cameraList);
      socket.signal();
    }
  }

  @Override
  public Reception reception(long nowNanos) {
    ViewerRole role = viewer;
    return role == null ? Reception.UNKNOWN : role.feed().reception(nowNanos);
  }

  @Override
  public ViewerRow row() {
    long nowNanos = context.nanoTime().getAsLong();
    long connectedMillis = (nowNanos - connectedNanos) / 1_000_000;
    ViewerRole role = viewer;
    // The hub may ask between the registration there and its last step here.
    return role == null
        ? ViewerRole.newcomer(id, address, connectedMillis)
        : role.row(id, address, connectedMillis, outbox.pending(), nowNanos);
  }
}
