// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.Set;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.hub.Admission;
import org.jetsonrelay.server.hub.Attachment;
import org.jetsonrelay.server.protocol.ClientMessage;
import org.jetsonrelay.server.protocol.ClientRole;
import org.jetsonrelay.server.protocol.ErrorCode;
import org.jetsonrelay.server.protocol.Feature;
import org.jspecify.annotations.Nullable;

/// Makes a connection a publisher or a viewer, if it may be one: asks for [Permission], then the
/// hub, then gives the side its role. Reader thread only, but for [#role()].
final class Registration {

  private static final System.Logger LOG = System.getLogger(Registration.class.getName());

  private final SessionContext context;
  private final Peer peer;
  private final PublisherSide publisher;
  private final ViewerSide viewer;
  private final Permission permission;

  Registration(
      SessionContext context,
      Peer peer,
      PublisherSide publisher,
      ViewerSide viewer,
      Permission permission) {
    this.context = context;
    this.peer = peer;
    this.publisher = publisher;
    this.viewer = viewer;
    this.permission = permission;
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
    permission.show(register.token());
    switch (register.role()) {
      case PUBLISHER -> {
        String name = register.name() == null ? peer.id() : register.name();
        PublisherRole camera = attach(name);
        if (camera != null) {
          publisher.welcome(camera, register.features());
        }
      }
      case VIEWER -> join(register.features());
    }
  }

  /// An image, or what belongs to one, from a client that never said what it is.
  @Nullable PublisherRole becomeCamera() {
    permission.show(null);
    PublisherRole camera = attach(peer.id());
    if (camera != null) {
      publisher.adopt();
    }
    return camera;
  }

  private @Nullable PublisherRole attach(String name) {
    if (!permission.permits(Action.PUBLISH, name)) {
      return null;
    }
    long nowNanos = context.nanoTime().getAsLong();
    return switch (context.hub().attach(publisher, name, owner(), nowNanos)) {
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
  private String owner() {
    return context.keeper().access().guarded(Action.PUBLISH) ? permission.credential().owner() : "";
  }

  private void join(Set<Feature> features) {
    if (!permission.permits(Action.VIEW, null)) {
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

  private void registered(String as) {
    LOG.log(System.Logger.Level.INFO, "{0} at {1} is {2}", peer.id(), peer.address(), as);
  }
}
