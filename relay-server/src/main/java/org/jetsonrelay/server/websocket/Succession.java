// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A connection that speaks HTTP first and then maybe WebSocket, one after the other.
///
/// Left to itself, Helidon's HTTP connection runs the WebSocket's within itself: the request, all
/// of its headers and the frames of a deep stack are then held for as long as the WebSocket lasts.
/// Here it is told that the WebSocket is over before that has begun, comes back, and is let go of.
///
/// The connection's own thread handles; the server's timer asks for the idle time, who shuts down
/// closes.
final class Succession implements ServerConnection, InterruptableTask<Void> {

  private static final ScopedValue<Succession> CURRENT = ScopedValue.newInstance();

  // Written by the connection's thread, read by any: HTTP, then its successor.
  private volatile ServerConnection connection;
  private volatile boolean succeeded;

  private Succession(ServerConnection first) {
    connection = first;
  }

  /// What HTTP is to be given for this WebSocket.
  static ServerConnection successor(ServerConnection webSocket) {
    return CURRENT.isBound() ? new Successor(CURRENT.get(), webSocket) : webSocket;
  }

  @Override
  public void handle(Limit limit) throws InterruptedException {
    ServerConnection first = connection;
    ScopedValue.where(CURRENT, this)
        .<@Nullable Void, InterruptedException>call(() -> {
          first.handle(limit);
          return null;
        });
    if (succeeded) {
      connection.handle(limit);
    }
  }

  private void succeed(ServerConnection successor) {
    connection = successor;
    succeeded = true;
  }

  @Override
  public Duration idleTime() {
    return connection.idleTime();
  }

  @Override
  public void close(boolean interrupt) {
    connection.close(interrupt);
  }

  @Override
  public boolean canInterrupt() {
    return succeeded || (connection instanceof InterruptableTask<?> task && task.canInterrupt());
  }

  /// A WebSocket to the HTTP connection that upgrades to it.
  private record Successor(Succession to, ServerConnection webSocket) implements ServerConnection {

    @Override
    public void handle(Limit limit) {
      to.succeed(webSocket);
    }

    @Override
    public Duration idleTime() {
      return webSocket.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      webSocket.close(interrupt);
    }
  }

  /// Makes what a selector of HTTP makes, with room for a successor.
  record Selector(ServerConnectionSelector http) implements ServerConnectionSelector {

    @Override
    public int bytesToIdentifyConnection() {
      return http.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
      return http.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
      return http.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
      return new Succession(http.connection(context));
    }
  }
}
