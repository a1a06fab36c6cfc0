// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import java.net.SocketAddress;

/// Sets the size of a connection's send buffer: the web server itself has no way to do it for one
/// connection.
@FunctionalInterface
public interface SendBuffers {

  /// Makes the send buffer of the connection between these two ends this small, if it can be found.
  void limit(SocketAddress local, SocketAddress remote, int bytes);
}
