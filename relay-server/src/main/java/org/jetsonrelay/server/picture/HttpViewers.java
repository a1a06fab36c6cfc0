// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.http.Answers;
import org.jetsonrelay.server.protocol.ClientIds;

/// All HTTP requests that watch a camera now: admits as many as there may be, and lets go of what
/// each one held, however it ends.
///
/// Request threads are served, the timer checks, the thread that stops the relay drains.
final class HttpViewers {

  private static final System.Logger LOG = System.getLogger(HttpViewers.class.getName());

  /// What is done for a viewer that has joined.
  interface Service {
    void serve(HttpViewer viewer) throws IOException;
  }

  private final PictureContext context;
  private final ClientIds ids;
  private final Set<HttpViewer> open = ConcurrentHashMap.newKeySet();
  private final Rules rules;
  private final AtomicInteger places = new AtomicInteger();

  /// Written at shutdown, read by request threads.
  private volatile boolean draining;

  HttpViewers(PictureContext context) {
    this.context = context;
    ids = new ClientIds(context.clock());
    rules = new Rules(context.gate());
  }

  /// Serves the request as a viewer of this camera, or answers 503.
  ///
  /// @param logged whether coming and going is worth a line: that of a stream, not of a snapshot
  void serve(
      String camera,
      boolean logged,
      ServerRequest request,
      ServerResponse response,
      Service service) {
    if (draining) {
      busy(request, response, "The relay is shutting down.");
      return;
    }
    if (places.incrementAndGet() > context.settings().maxViewers()) {
      places.decrementAndGet();
      busy(request, response, "This relay serves no more pictures over HTTP at the same time.");
      return;
    }
    PatientConnection connection = PatientConnection.current();
    Credential credential = context.gate().credential(request);
    HttpViewer viewer =
        new HttpViewer(
            context,
            () -> context.gate().shows(Action.VIEW, camera, credential),
            ids.next(),
            address(request.remotePeer()),
            connection == null ? Thread.currentThread()::interrupt : connection::cut);
    open.add(viewer);
    try {
      if (!viewer.join(camera)) {
        busy(request, response, "This relay takes no more viewers.");
        return;
      }
      if (draining) {
        viewer.end();
      }
      if (logged) {
        LOG.log(
            System.Logger.Level.INFO,
            "{0} at {1} is viewer of {2} over HTTP",
            viewer.id(),
            viewer.address(),
            camera);
      }
      service.serve(viewer);
    } catch (IOException | UncheckedIOException e) {
      // Whoever leaves a stream just closes the connection: this is how it shows.
      throw new CloseConnectionException("the viewer is gone", e);
    } finally {
      viewer.endWrite();
      viewer.leave();
      open.remove(viewer);
      places.decrementAndGet();
      if (logged) {
        LOG.log(
            System.Logger.Level.INFO,
            "viewer {0} at {1}: {2}",
            viewer.id(),
            viewer.address(),
            viewer.reason());
      }
    }
  }

  void sweep(long nowNanos) {
    boolean rulesChanged = rules.changed();
    for (HttpViewer viewer : open) {
      viewer.check(nowNanos);
      if (rulesChanged && !viewer.permitted()) {
        viewer.end();
      }
    }
  }

  /// Everybody shall leave; new ones are refused.
  void drain() {
    draining = true;
    open.forEach(HttpViewer::end);
  }

  /// Cuts who is still there.
  void abort() {
    open.forEach(HttpViewer::cut);
  }

  int count() {
    return open.size();
  }

  static void busy(ServerRequest request, ServerResponse response, String message) {
    response.header(HeaderNames.RETRY_AFTER, "1");
    Answers.error(request, response, Status.SERVICE_UNAVAILABLE_503, message);
  }

  static String address(PeerInfo peer) {
    return peer.address() instanceof InetSocketAddress address && address.getAddress() != null
        ? address.getAddress().getHostAddress() + ":" + address.getPort()
        : peer.host() + ":" + peer.port();
  }
}
