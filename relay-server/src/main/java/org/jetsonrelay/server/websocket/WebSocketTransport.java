// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.websocket.WsUpgrader;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import org.jetsonrelay.server.frame.BlockPool;
import org.jspecify.annotations.Nullable;

/// Adds WebSockets to a web server: owns what all of its connections share.
///
/// ```
/// WebSocketTransport sockets = new WebSocketTransport(settings, pool, endpoint);
/// WebServerConfig.Builder server = WebServer.builder().config(config.get("server"));
/// sockets.configure(server, Http1Config.create(config.get("server.http1")));
/// server.routing(routing -> routing.any("/ws", WebSocketTransport.upgradeRequired()));
/// ```
public final class WebSocketTransport {
  private static final Refusal UPGRADE_REQUIRED =
      new Refusal(426, "upgrade_required", "This is the address of a WebSocket");

  private final WebSocketSettings settings;
  private final BlockPool pool;
  private final WebSocketEndpoint endpoint;
  private final ConnectionLimits limits;
  private final MessageMemory memory;
  private final OpenConnections connections;
  private final Duplicates duplicates;
  // Set by configure, which happens before the server starts.
  private @Nullable WebSocketUpgrader upgrader;
  private @Nullable CapturedChannels channels;
  private @Nullable FirstRequests firstRequests;

  /// @param pool where binary messages are put
  /// @param endpoint who serves the connections
  public WebSocketTransport(
      WebSocketSettings settings, BlockPool pool, WebSocketEndpoint endpoint) {
    this(settings, ConnectionLimits.defaults(), pool, endpoint);
  }

  /// @param limits of connections, whatever they speak
  /// @param pool where binary messages are put
  /// @param endpoint who serves the connections
  public WebSocketTransport(
      WebSocketSettings settings,
      ConnectionLimits limits,
      BlockPool pool,
      WebSocketEndpoint endpoint) {
    this.settings = settings;
    this.limits = limits;
    this.pool = pool;
    this.endpoint = endpoint;
    memory = new MessageMemory(settings.messages().maxIncompleteBytes());
    connections =
        new OpenConnections(limits.max(), limits.maxPerAddress(), limits.sparesLoopback());
    duplicates = new Duplicates(limits.maxDuplicates());
  }

  /// Sets what the connections need; call it once, after the configuration was applied to `server`.
  ///
  /// @param http the settings of ordinary HTTP
  public void configure(WebServerConfig.Builder server, Http1Config http) {
    if (upgrader != null) {
      throw new IllegalStateException("a transport belongs to one server");
    }
    boolean encrypted = server.tls().map(Tls::enabled).orElse(false);
    FirstRequests waiting = new FirstRequests(encrypted, endpoint::limitMet);
    CapturedChannels captured =
        new CapturedChannels(
            server
                .connectionOptions()
                .orElseGet(() -> SocketOptions.builder().tcpNoDelay(true).build()),
            waiting,
            connections,
            encrypted,
            endpoint::limitMet);
    firstRequests = waiting;
    PagePipes pipes = limits.sharesCopies() ? PagePipes.ALL : PagePipes.NONE;
    WebSocketUpgrader added =
        new WebSocketUpgrader(settings, pool, endpoint, captured, duplicates, pipes, memory);
    channels = captured;
    upgrader = added;
    server
        .useNio(false)
        .writeQueueLength(0)
        .protocolsDiscoverServices(false)
        .connectionOptions(captured)
        .directHandlers(
            DirectHandlers.builder()
                .addHandler(
                    DirectHandler.EventType.BAD_REQUEST,
                    new UnreadableRequests(
                        () -> endpoint.limitMet(EngineLimit.UNREADABLE_REQUESTS)))
                .build())
        .addConnectionSelector(
            new Succession.Selector(
                Http1ConnectionSelector.builder()
                    .config(withTokens(http, waiting))
                    .addUpgrader(added)
                    .build()));
  }

  private Http1Config withTokens(Http1Config http, FirstRequests firstRequests) {
    return Http1Config.builder(http)
        .maxHeadersSize(limits.maxRequestBytes())
        .maxPrologueLength(Math.min(limits.maxRequestBytes(), ConnectionLimits.MAX_LINE_BYTES))
        .receiveListeners(List.of(new UpgradeTokens(http.receiveListeners(), firstRequests)))
        .build();
  }

  /// Answers 408 to connections whose first request is not complete within the limit, and closes
  /// them. To be called a few times a second; does not block.
  public void sweep(long nowNanos, Duration handshakeLimit) {
    FirstRequests waiting = firstRequests;
    if (waiting != null) {
      waiting.sweep(nowNanos, handshakeLimit);
    }
    connections.sweep();
  }

  /// Open WebSockets.
  public int connections() {
    WebSocketUpgrader counting = upgrader;
    return counting == null ? 0 : counting.connections();
  }

  /// Open TCP connections, whatever they speak; some of them may just have been closed.
  public int openSockets() {
    return connections.size();
  }

  /// Connections that frames are sent to without waiting, by a descriptor kept for that.
  public int duplicates() {
    return duplicates.kept();
  }

  /// Connections that have frames to send and got no descriptor to keep.
  public int withoutDuplicate() {
    return duplicates.lacking();
  }

  /// Memory of messages that are being put together.
  public long incompleteBytes() {
    return memory.takenBytes();
  }

  /// Sets the send buffer of a connection of this server that is not a WebSocket, as far as it is
  /// still open. The kernel doubles the value.
  public void sendBufferBytes(SocketAddress local, SocketAddress remote, int bytes) {
    CapturedChannels waiting = channels;
    SocketChannel channel = waiting == null ? null : waiting.find(local, remote);
    if (channel != null) {
      try {
        channel.setOption(StandardSocketOptions.SO_SNDBUF, bytes);
      } catch (IOException alreadyClosed) {
        return;
      }
    }
  }

  /// Accepted sockets that no WebSocket claimed (yet): for tests that look for leaks.
  int unclaimed() {
    CapturedChannels waiting = channels;
    return waiting == null ? 0 : waiting.size();
  }

  /// Whether frames are written by the thread that has them (see `KernelSocket`), or always by
  /// writer threads.
  public static boolean writesWithoutWaiting() {
    return KernelSocket.supported();
  }

  /// Answers a request for a WebSocket's path that does not ask for one.
  public static Handler upgradeRequired() {
    return (request, response) ->
        response
            .status(Status.create(UPGRADE_REQUIRED.status()))
            .header(HeaderValues.create(HeaderNames.UPGRADE, UpgradeTokens.WEBSOCKET))
            .header(HeaderValues.create(WsUpgrader.WS_VERSION, "13"))
            .header(HeaderValues.CONTENT_TYPE_JSON)
            .send(UPGRADE_REQUIRED.json());
  }
}
