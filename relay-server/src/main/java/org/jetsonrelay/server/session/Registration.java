// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.Set;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision;
import org.jetsonrelay.server.hub.Admission;
import org.jetsonrelay.server.hub.Attachment;
import org.jetsonrelay.server.protocol.ClientMessage;
import org.jetsonrelay.server.protocol.ClientRole;
import org.jetsonrelay.server.protocol.CloseCodes;
import org.jetsonrelay.server.protocol.ErrorCode;
import org.jetsonrelay.server.protocol.Feature;
import org.jspecify.annotations.Nullable;

/// Makes a connection a publisher or a viewer, if it may be one: asks [SessionContext#access()],
/// then the hub, then gives the side its role. Reader thread only, but for [#role()].
final class Registration {

  private static final System.Logger LOG = System.getLogger(Registration.class.getName());

  private final SessionContext context;
  private final Peer peer;
  private final PublisherSide publisher;
  private final ViewerSide viewer;
  private final Credential handshakeCredential;

  Registration(
      SessionContext context,
      Peer peer,
      PublisherSide publisher,
      ViewerSide viewer,
      Credential handshakeCredential) {
    this.context = context;
    this.peer = peer;
    this.publisher = publisher;
    this.viewer = viewer;
    this.handshakeCredential = handshakeCredential;
  }

  /// What the client has registered as; null while it has not. Any thread.
  @Nullable ClientRole role() {
    if (publisher.role() != null) {
      return ClientRole.PUBLISHER;
    }
    return viewer.role() != null ? ClientRole.VIEWER : null;
  }

  /// The exchange of time stamps with this client; null when it takes no part in it. Any thread.
  @Nullable ClockExchange clock() {
    ClockExchange exchange = publisher.clock();
    return exchange != null ? exchange : viewer.clock();
  }

  /// `client_type`: counts once, a second one is ignored.
  void register(ClientMessage.Register register) {
    if (role() != null) {
      return;
    }
    Credential credential = Credential.ofToken(register.token()).or(handshakeCredential);
    switch (register.role()) {
      case PUBLISHER -> {
        String name = register.name() == null ? peer.id() : register.name();
        PublisherRole camera = attach(name, credential);
        if (camera != null) {
          publisher.welcome(camera, register.features());
        }
      }
      case VIEWER -> join(register.features(), credential);
    }
  }

  /// An image, or what belongs to one, from a client that never said what it is.
  @Nullable PublisherRole becomeCamera() {
    PublisherRole camera = attach(peer.id(), handshakeCredential);
    if (camera != null) {
      publisher.adopt();
    }
    return camera;
  }

  private @Nullable PublisherRole attach(String name, Credential credential) {
    if (!permitted(Action.PUBLISH, name, credential)) {
      return null;
    }
    long nowNanos = context.nanoTime().getAsLong();
    return switch (context.hub().attach(publisher, name, owner(credential), nowNanos)) {
      case Attachment.Attached(var feed) -> {
        PublisherRole camera = publisher.attached(feed);
        registered("camera " + name);
        yield camera;
      }
      case Attachment.NameTaken(String _) -> {
        peer.error(ErrorCode.NAME_TAKEN, ErrorCode.NAME_TAKEN.message(name));
        yield null;
      }
      case Attachment.Full(int limit) -> {
        peer.error(ErrorCode.TOO_LARGE, "This relay takes no more than " + limit + " cameras");
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
    switch (context.hub().join(viewer)) {
      case Admission.Admitted(var watch) -> {
        viewer.admitted(watch, features);
        registered("viewer");
        viewer.welcome();
      }
      case Admission.Full(int limit) ->
          peer.error(ErrorCode.TOO_LARGE, "This relay takes no more than " + limit + " viewers");
    }
  }

  private boolean permitted(Action action, @Nullable String camera, Credential credential) {
    return switch (context.access().decide(action, camera, credential)) {
      case Decision.Granted() -> true;
      case Decision.Unauthorized(String reason) -> {
        peer.refuse(CloseCodes.UNAUTHORIZED, reason);
        yield false;
      }
      case Decision.Forbidden(String reason) -> {
        peer.refuse(CloseCodes.FORBIDDEN, reason);
        yield false;
      }
    };
  }

  private void registered(String as) {
    LOG.log(System.Logger.Level.INFO, "{0} at {1} is {2}", peer.id(), peer.address(), as);
  }
}
