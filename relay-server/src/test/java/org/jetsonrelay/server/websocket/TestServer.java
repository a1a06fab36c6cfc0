// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http1.Http1Config;
import org.jetsonrelay.server.frame.BlockPool;

/// The engine in a real web server on a free port, with one ordinary route, `/hello`.
final class TestServer implements AutoCloseable {
  final BlockPool pool = new BlockPool(64 << 20);
  final WebSocketTransport transport;
  private final WebServer server;

  TestServer(WebSocketSettings settings, WebSocketEndpoint endpoint) {
    this(settings, endpoint, "127.0.0.1", 0, Tls.builder().enabled(false).build());
  }

  TestServer(
      WebSocketSettings settings, WebSocketEndpoint endpoint, String host, int port, Tls tls) {
    transport = new WebSocketTransport(settings, pool, endpoint);
    WebServerConfig.Builder config =
        WebServer.builder()
            .host(host)
            .port(port)
            .tls(tls)
            .shutdownHook(false)
            .routing(routing ->
                routing
                    .get("/hello", (_, response) -> response.send("hello"))
                    .any("/ws", WebSocketTransport.upgradeRequired()));
    transport.configure(config, Http1Config.create());
    server = config.build().start();
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }
}
