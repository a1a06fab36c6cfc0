// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jetsonrelay.server.auth.Access;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.protocol.ClientIds;
import org.jetsonrelay.server.protocol.ClientRole;
import org.jetsonrelay.server.protocol.CloseCodes;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jetsonrelay.server.websocket.Handshake;
import org.jetsonrelay.server.websocket.Refusal;
import org.jetsonrelay.server.websocket.WebSocket;
import org.jetsonrelay.server.websocket.WebSocketEndpoint;

/// All sessions of this relay: opens them, keeps them alive or ends them, and sends them away at
/// shutdown.
///
/// Connections open on their reader threads; [#sweep] belongs to the timer.
public final class Sessions implements WebSocketEndpoint {

  private static final System.Logger LOG = System.getLogger(Sessions.class.getName());

  private final SessionContext context;
  private final ClientIds ids;
  private final Set<ClientSession> open = ConcurrentHashMap.newKeySet();

  /// Written at shutdown, read by reader threads.
  private volatile boolean draining;

  /// @param clock the wall clock, for time stamps on the wire
  /// @param nanoTime as [System#nanoTime()]
  public Sessions(
      Hub hub,
      RelayMetrics metrics,
      Access access,
      BlockPool pool,
      SessionSettings settings,
      InstantSource clock,
      LongSupplier nanoTime) {
    context =
        new SessionContext(hub, metrics, access, pool, settings, clock, nanoTime, open::remove);
    ids = new ClientIds(clock);
  }

  @Override
  public Optional<Refusal> refuse(Handshake handshake) {
    Optional<Refusal> refusal = reasonAgainst(handshake);
    refusal.ifPresent(one -> context.metrics().handshakesRefused().increment(one.code()));
    return refusal;
  }

  private Optional<Refusal> reasonAgainst(Handshake handshake) {
    if (draining) {
      return Optional.of(new Refusal(503, "shutting_down", "The relay is shutting down"));
    }
    Credential credential = credential(handshake);
    if (credential.absent()) {
      return Optional.empty(); // it may still come with client_type
    }
    Decision publish = context.access().decide(Action.PUBLISH, null, credential);
    Decision view = context.access().decide(Action.VIEW, null, credential);
    if (publish instanceof Decision.Granted || view instanceof Decision.Granted) {
      return Optional.empty();
    }
    context.metrics().authorizationFailures().increment();
    boolean known = publish instanceof Decision.Forbidden || view instanceof Decision.Forbidden;
    return Optional.of(
        known
            ? new Refusal(403, "forbidden", "The token does not allow this")
            : new Refusal(401, "unauthorized", "The token is not known"));
  }

  @Override
  public Service open(WebSocket socket, Handshake handshake) {
    context.metrics().connections().increment();
    String id = ids.next();
    ClientSession session = new ClientSession(context, socket, id, credential(handshake));
    // What a connection may send before it has said what it is: an image makes it a camera.
    boolean mayPublish =
        context.access().decide(Action.PUBLISH, null, credential(handshake))
            instanceof Decision.Granted;
    SessionSettings settings = context.settings();
    socket.maxMessageBytes(
        settings.maxClientMessageBytes(),
        mayPublish ? settings.maxCameraMessageBytes() : settings.maxClientMessageBytes());
    open.add(session);
    session.welcome();
    // Either drain() finds the session in the set, or this thread sees the flag it has set before.
    if (draining) {
      goodbye(session);
    }
    return new Service(session, session.outbox());
  }

  private static Credential credential(Handshake handshake) {
    return Credential.ofHeader(handshake.authorization())
        .or(Credential.ofQuery(handshake.rawQuery()));
  }

  /// Pings who is silent, ends who is dead, says why frames are skipped, and gives publishers their
  /// feedback, and asks clients for the time. To be called a few times a second.
  public void sweep(long nowNanos) {
    for (ClientSession session : open) {
      KeepAlive.check(session, context.settings(), nowNanos);
      Feedback feedback = session.feedback();
      if (feedback != null) {
        feedback.check(nowNanos);
      }
      ClockExchange clock = session.clock();
      if (clock != null) {
        clock.check(nowNanos);
      }
    }
  }

  /// Says goodbye to everybody: `server_shutdown`, then close 1001. New connections are refused
  /// from now on.
  public void drain() {
    draining = true;
    LOG.log(System.Logger.Level.INFO, "closing {0} connections", Integer.toString(open.size()));
    open.forEach(this::goodbye);
  }

  private void goodbye(ClientSession session) {
    session.send(ServerMessages.serverShutdown(context.clock().millis()));
    session.socket().close(CloseCodes.GOING_AWAY, "the relay is shutting down");
  }

  /// Cuts whoever is still there.
  public void abort() {
    open.forEach(session -> session.socket().abort("the relay is shutting down"));
  }

  /// Open connections, registered or not.
  public int count() {
    return open.size();
  }

  /// Open connections of one role.
  public int count(ClientRole role) {
    int count = 0;
    for (ClientSession session : open) {
      count += session.role() == role ? 1 : 0;
    }
    return count;
  }
}
