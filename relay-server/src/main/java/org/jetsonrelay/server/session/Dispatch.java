// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.nio.ByteBuffer;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.protocol.Announcement;
import org.jetsonrelay.server.protocol.ClientMessage;
import org.jetsonrelay.server.protocol.ClientMessages;
import org.jetsonrelay.server.protocol.ErrorCode;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jspecify.annotations.Nullable;

/// Takes each message of a client to the side it is meant for, or says why it is meant for none.
/// Reader thread only.
final class Dispatch {

  private final SessionContext context;
  private final Peer peer;
  private final PublisherSide publisher;
  private final ViewerSide viewer;
  private final Registration registration;

  Dispatch(
      SessionContext context,
      Peer peer,
      PublisherSide publisher,
      ViewerSide viewer,
      Registration registration) {
    this.context = context;
    this.peer = peer;
    this.publisher = publisher;
    this.viewer = viewer;
    this.registration = registration;
  }

  void text(ByteBuffer utf8) {
    handle(ClientMessages.parse(utf8));
  }

  /// A binary message: an image, what has been announced, or JSON. Takes over the caller's
  /// reference.
  void binary(Block block, int offset, int length) {
    PublisherRole camera = publisher.role();
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
    if (!camera.accept(
        block, offset, length, context.clock().millis(), context.nanoTime().getAsLong())) {
      peer.error(ErrorCode.NOT_AN_IMAGE, ErrorCode.NOT_AN_IMAGE.message());
    }
  }

  /// The camera that a binary message makes of its sender: only an image does.
  private @Nullable PublisherRole cameraOf(Block block, int offset, int length) {
    if (viewer.role() != null) {
      peer.error(ErrorCode.NOT_A_CAMERA, ErrorCode.NOT_A_CAMERA.message("a binary message"));
      return null;
    }
    if (!PublisherRole.isImage(block, offset, length)) {
      peer.error(ErrorCode.NOT_AN_IMAGE, ErrorCode.NOT_AN_IMAGE.message());
      return null;
    }
    return registration.becomeCamera();
  }

  private void handle(ClientMessage message) {
    switch (message) {
      case ClientMessage.Register register -> registration.register(register);
      case ClientMessage.Ping() -> peer.send(ServerMessages.pong(context.clock().millis()));
      case ClientMessage.Pong() -> {
        // Reading it was the sign of life.
      }
      case ClientMessage.RequestStream request -> {
        ViewerRole role = requireViewer("request_stream");
        if (role != null) {
          viewer.choose(role, request);
        }
      }
      case ClientMessage.StopStream() -> {
        ViewerRole role = requireViewer("stop_stream");
        if (role != null) {
          viewer.chooseNone(role);
        }
      }
      case ClientMessage.ListCameras() -> {
        if (requireViewer("list_cameras") != null) {
          peer.send(viewer.cameraList());
        }
      }
      case ClientMessage.ImageData image -> {
        PublisherRole camera = requireCamera("image_data");
        if (camera != null) {
          camera.about(image);
        }
      }
      case ClientMessage.ClockAnswer answer -> {
        ClockExchange clock = registration.clock();
        if (clock != null) { // else an answer that nobody asked for
          clock.answered(answer);
        }
      }
      case ClientMessage.FramePainted painted -> {
        ViewerRole role = requireViewer("frame_painted");
        if (role != null) {
          viewer.painted(role, painted);
        }
      }
      case Announcement announcement -> {
        PublisherRole camera = requireCamera(announcement.kind().wireName());
        if (camera != null) {
          camera.announced(announcement);
        }
      }
      case ClientMessage.Malformed(ErrorCode code, String text) -> peer.error(code, text);
    }
  }

  private @Nullable ViewerRole requireViewer(String what) {
    ViewerRole role = viewer.role();
    if (role == null) {
      peer.error(ErrorCode.NOT_A_VIEWER, ErrorCode.NOT_A_VIEWER.message(what));
    }
    return role;
  }

  private @Nullable PublisherRole requireCamera(String what) {
    PublisherRole camera = publisher.role();
    if (camera != null) {
      return camera;
    }
    if (viewer.role() == null) {
      return registration.becomeCamera();
    }
    peer.error(ErrorCode.NOT_A_CAMERA, ErrorCode.NOT_A_CAMERA.message(what));
    return null;
  }
}
