// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

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

  /// A newer connection has taken over the camera's name: this one must close (4409).
  void replaced();
}
