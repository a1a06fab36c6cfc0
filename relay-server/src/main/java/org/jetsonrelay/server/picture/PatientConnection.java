// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Stands around each of the web server's connections, for what its requests cannot reach: a
/// request that lasts for hours is not idle, and one that hangs can be cut.
///
/// Helidon counts a connection's idle time from the beginning of its last request, and would end an
/// MJPEG stream after five minutes however much flows. The connection's own thread asks for
/// [#current()] and says that it is [#busy]; the server's timer asks for the idle time, ours cuts.
final class PatientConnection implements ServerConnection, InterruptableTask<Void> {

  private static final ScopedValue<PatientConnection> CURRENT = ScopedValue.newInstance();

  private final ServerConnection connection;
  private final ConnectionContext context;

  /// Written by the connection's thread, read by the server's timer.
  private volatile boolean busy;

  private PatientConnection(ServerConnection connection, ConnectionContext context) {
    this.connection = connection;
    this.context = context;
  }

  /// Puts itself around the connections of all protocols the server speaks so far.
  static void configure(WebServerConfig.Builder server) {
    List<ServerConnectionSelector> selectors = List.copyOf(server.connectionSelectors());
    server.connectionSelectors(selectors.stream().map(Selector::new).toList());
  }

  /// The connection whose request this thread serves; null where none was put around it.
  static @Nullable PatientConnection current() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }

  ConnectionContext context() {
    return context;
  }

  /// Whether a long request is being served, by which the connection is not idle.
  void busy(boolean now) {
    busy = now;
  }

  /// Closes the socket under whatever the connection's thread is doing: its read or write fails at
  /// once. Any thread.
  void cut() {
    context.serverSocket().close();
  }

  @Override
  public void handle(Limit limit) throws InterruptedException {
    ScopedValue.where(CURRENT, this)
        .<@Nullable Void, InterruptedException>call(() -> {
          connection.handle(limit);
          return null;
        });
  }

  @Override
  public Duration idleTime() {
    return busy ? Duration.ZERO : connection.idleTime();
  }

  @Override
  public void close(boolean interrupt) {
    connection.close(interrupt);
  }

  @Override
  public boolean canInterrupt() {
    return connection instanceof InterruptableTask<?> task && task.canInterrupt();
  }

  private record Selector(ServerConnectionSelector selector) implements ServerConnectionSelector {

    @Override
    public int bytesToIdentifyConnection() {
      return selector.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
      return selector.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
      return selector.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
      return new PatientConnection(selector.connection(context), context);
    }
  }
}
