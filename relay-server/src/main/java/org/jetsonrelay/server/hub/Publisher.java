// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.List;

/// The connection that feeds a camera, as the hub sees it. No method blocks; the hub calls them
/// from any thread, never while it holds a lock.
public interface Publisher {

  /// The client id, `client_…`.
  String id();

  /// The peer's address, `host:port`.
  String address();

  /// There is now an audience; `requestedBy` is the client id of the viewer who caused it.
  void startStreaming(String requestedBy);

  /// The last viewer is gone and the linger time is over.
  void stopStreaming(String requestedBy);

  /// Which other relay this camera comes from, as people are shown it; empty for a camera of this
  /// relay. It never changes. A camera of this relay always wins a name over one of another relay.
  default String node() {
    return "";
  }

  /// Ids of the relays that the camera has come through before this one, its own first; none for a
  /// camera of this relay. They never change.
  default List<String> hops() {
    return List.of();
  }

  /// The camera's row, with what only the publisher knows put in. Called by whoever asks for rows.
  default CameraRow describe(CameraRow row) {
    return row;
  }

  /// A newer connection has taken over the camera's name: this one must close (4409).
  void replaced();
}
