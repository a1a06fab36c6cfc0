// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.function.Consumer;

/// A publish-subscribe server as the cluster needs it: messages are delivered at most once, and
/// what cannot be sent now is never sent later. Any thread may call.
interface Bus extends AutoCloseable {

  /// Starts to connect, and goes on trying until it is closed.
  ///
  /// @param control takes every message about nodes and cameras; must not block
  /// @param changed called when a connection comes or goes; must not block
  void start(Consumer<byte[]> control, Runnable changed);

  /// Whether messages about nodes and cameras get through.
  boolean connected();

  /// Sends a message about nodes and cameras.
  ///
  /// @return whether it was taken
  boolean tell(String subject, byte[] message);

  /// Longest message about nodes and cameras, 0 while there is no connection.
  long maxBytes();

  /// Waits until the subject's connection has room for a frame.
  ///
  /// @return whether it has; false when it is not connected
  boolean awaitRoom(String subject) throws InterruptedException;

  /// Longest message on the subject's connection, 0 while that is not connected.
  long maxBytes(String subject);

  /// Sends a frame.
  ///
  /// @return whether it was taken
  boolean send(String subject, byte[] frame);

  /// Receives frames of a subject from now on, once each.
  ///
  /// @param handler must not block
  /// @param listening called once when what is sent from then on will be received; must not block
  void listen(String subject, Consumer<byte[]> handler, Runnable listening);

  /// Receives no more of them.
  void unlisten(String subject);

  /// Where the connection is, for people; empty while there is none.
  String server();

  @Override
  void close();
}
