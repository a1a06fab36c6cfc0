// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jetsonrelay.server.auth.Gatekeeper;
import org.jetsonrelay.server.auth.LiveTokens;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.http.Gate;
import org.jetsonrelay.server.http.HttpRoutes;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.picture.PictureContext;
import org.jetsonrelay.server.picture.Pictures;
import org.jetsonrelay.server.session.Sessions;
import org.jetsonrelay.server.websocket.WebSocketTransport;
import org.jspecify.annotations.Nullable;

/// One relay: wires the packages together, starts the web server, and stops all of it within a time
/// limit.
///
/// Started and stopped by one thread.
public final class RelayServer implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(RelayServer.class.getName());

  private final RelaySettings settings;
  private final BlockPool pool;
  private final Gate gate;
  private final FileWatch files = new FileWatch();
  private final Sessions sessions;
  private final WebSocketTransport transport;
  private final Pictures pictures;
  private final Links links;
  private final RelayStatus status;
  private final RelayTimer timer;
  private final Events events;
  private final WebServer server;

  // Set once by start, after the port is known; closed by close.
  private @Nullable Announcement announcement;

  private RelayServer(RelaySettings settings) {
    this.settings = settings;
    RelayMetrics metrics = new RelayMetrics();
    pool = new BlockPool(settings.idleBlockBytes());
    Hub hub = new Hub(settings.hub(), metrics);
    Gatekeeper keeper =
        settings
            .access()
            .gatekeeper(
                metrics.authorizationFailures(),
                () -> metrics.limitsMet().increment("failed_tokens"),
                System::nanoTime);
    gate = new Gate(keeper, settings.access().origins());
    sessions =
        new Sessions(
            hub,
            metrics,
            keeper,
            settings.access(),
            pool,
            settings.session(),
            InstantSource.system(),
            System::nanoTime);
    links = new Links(settings, hub, pool);
    events =
        new Events(
            settings.webhook().address(), settings.webhook().limit(), InstantSource.system());
    CameraWatch cameras = new CameraWatch(hub::cameraRows, events::camera);
    status = new RelayStatus(hub, metrics, sessions, links, cameras::stale);
    transport =
        new WebSocketTransport(settings.webSocket(), settings.connections(), pool, sessions);
    pictures =
        new Pictures(
            new PictureContext(
                hub,
                metrics,
                gate,
                pool,
                settings.pictures(),
                InstantSource.system(),
                System::nanoTime),
            transport::sendBufferBytes);
    timer =
        new RelayTimer(
            metrics,
            hub::tick,
            cameras::check,
            sessions::sweep,
            pictures::sweep,
            GarbageLimit.ofThisProcess()::tick,
            nowNanos -> transport.sweep(nowNanos, settings.handshakeLimit()));
    server = webServer(metrics);
  }

  /// Starts a relay that listens when this returns.
  ///
  /// @throws UncheckedIOException when the address cannot be listened on
  static RelayServer start(RelaySettings settings) {
    RelayServer relay = new RelayServer(settings);
    relay.server.start();
    if (!relay.server.isRunning()) {
      throw new UncheckedIOException(whyNot(settings)); // Helidon only logs the reason
    }
    relay.timer.start();
    relay.links.open();
    relay.watchFiles();
    relay.status.serving();
    if (settings.announced()) {
      relay.announcement = Announcement.start(settings.host(), relay.port());
    }
    return relay;
  }

  private void watchFiles() {
    if (settings.access().access() instanceof LiveTokens tokens) {
      files.watch(List.of(tokens.file()), tokens::reload);
    }
    if (settings.certificate() != null) {
      settings.certificate().announce();
      files.watch(settings.certificate().files(), settings.certificate()::reload);
    }
    files.start();
  }

  /// Helidon does not say why it could not listen; trying once more by other means does.
  private static IOException whyNot(RelaySettings settings) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(settings.host(), settings.port()));
      return new BindException("the address could not be listened on a moment ago");
    } catch (IOException e) {
      return e;
    }
  }

  /// The port it listens on.
  int port() {
    return server.port();
  }

  /// Memory of frames that somebody holds: for tests that look for leaks.
  long outstandingBlocks() {
    return pool.outstanding();
  }

  /// Parts from other relays, as it does before it stops; calling it again does nothing.
  void closeLinks() {
    links.close();
  }

  /// Open connections, registered or not.
  int openSessions() {
    return sessions.count();
  }

  private WebServer webServer(RelayMetrics metrics) {
    WebServerConfig.Builder builder =
        WebServer.builder()
            .host(settings.host())
            .port(settings.port())
            .featuresDiscoverServices(false)
            .shutdownHook(false)
            .shutdownGracePeriod(Duration.ofMillis(200));
    builder.maxTcpConnections(OpenFiles.left(settings.connections().maxDuplicates()));
    if (settings.certificate() != null) {
      builder.tls(Tls.builder().sslContext(settings.certificate().context()).build());
    }
    transport.configure(builder, Http1Config.create());
    pictures.configure(builder);
    HttpRoutes routes =
        new HttpRoutes(
            status,
            RelayMeasurements.of(metrics, status, pool, events, transport),
            gate,
            settings.hsts(),
            InstantSource.system());
    return builder
        .addFeature(routes.observers())
        .routing(routing -> {
          routing.any("/ws", WebSocketTransport.upgradeRequired());
          pictures.routing(routing);
          routes.routing(routing);
        })
        .build();
  }

  /// Says goodbye to all clients, waits for them as long as the limit allows, and frees everything.
  /// Calling it again does nothing.
  @Override
  public void close() {
    if (!status.draining()) {
      return;
    }
    long deadline = System.nanoTime() + settings.shutdownLimit().toNanos();
    sessions.drain();
    pictures.drain();
    if (announcement != null) {
      announcement.close();
    }
    links.close();
    // A third of the time stays for the web server.
    long patience = deadline - settings.shutdownLimit().toNanos() / 3;
    while (sessions.count() + pictures.count() > 0 && System.nanoTime() < patience) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    sessions.abort();
    pictures.abort();
    timer.close();
    events.close();
    files.close();
    server.stop();
    LOG.log(System.Logger.Level.INFO, "stopped");
  }
}
