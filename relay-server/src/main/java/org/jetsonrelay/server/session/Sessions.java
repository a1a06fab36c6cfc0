// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jetsonrelay.server.auth.AccessSettings;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.AddressRates;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision;
import org.jetsonrelay.server.auth.Gatekeeper;
import org.jetsonrelay.server.auth.Origins;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.protocol.ClientIds;
import org.jetsonrelay.server.protocol.ClientRole;
import org.jetsonrelay.server.protocol.CloseCodes;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jetsonrelay.server.websocket.EngineLimit;
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
  private final Origins origins;
  private final AddressRates handshakes;
  private final Set<ClientSession> open = ConcurrentHashMap.newKeySet();

  /// Only the timer's.
  private long accessVersion;

  /// Written at shutdown, read by reader threads.
  private volatile boolean draining;

  /// @param keeper who decides about tokens
  /// @param rules what else is asked of a handshake
  /// @param clock the wall clock, for time stamps on the wire
  /// @param nanoTime as [System#nanoTime()]
  public Sessions(
      Hub hub,
      RelayMetrics metrics,
      Gatekeeper keeper,
      AccessSettings rules,
      BlockPool pool,
      SessionSettings settings,
      InstantSource clock,
      LongSupplier nanoTime) {
    context =
        new SessionContext(hub, metrics, keeper, pool, settings, clock, nanoTime, open::remove);
    ids = new ClientIds(clock);
    origins = rules.origins();
    handshakes = rules.handshakes();
    accessVersion = keeper.access().version();
  }

  @Override
  public boolean permitsOrigin(String origin, Handshake handshake) {
    return origins.permits(origin, handshake.host());
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
    long waitNanos = handshakes.take(handshake.peer().getAddress(), context.nanoTime().getAsLong());
    if (waitNanos > 0) {
      context.metrics().limitsMet().increment("handshake_rate");
      return Optional.of(
          tooMany(
              new Decision.TooMany(Duration.ofNanos(waitNanos)),
              "Too many handshakes came from this address"));
    }
    if (handshake.origin() != null) {
      return Optional.empty(); // a browser's script cannot read an answer: it is told by a close
    }
    return switch (entry(handshake, credential(handshake))) {
      case Decision.Granted() -> Optional.empty();
      case Decision.Unauthorized(String reason) ->
          Optional.of(new Refusal(401, "unauthorized", reason));
      case Decision.Forbidden(String reason) -> Optional.of(new Refusal(403, "forbidden", reason));
      case Decision.TooMany many -> Optional.of(tooMany(many, Permission.TOO_MANY_TOKENS));
    };
  }

  private static Refusal tooMany(Decision.TooMany decision, String message) {
    return new Refusal(429, "too_many_requests", message, decision.retryAfterSeconds());
  }

  /// Whether a token that was shown is good for anything here. None at all may still come with
  /// `client_type`.
  private Decision entry(Handshake handshake, Credential credential) {
    return credential.absent()
        ? new Decision.Granted()
        : context
            .keeper()
            .decideAny(Action.PUBLISH, Action.VIEW, credential, handshake.peer().getAddress());
  }

  @Override
  public void limitMet(EngineLimit limit) {
    context.metrics().limitsMet().increment(limit.label());
  }

  @Override
  public Service open(WebSocket socket, Handshake handshake) {
    context.metrics().connections().increment();
    String id = ids.next();
    Credential credential = credential(handshake);
    ClientSession session = new ClientSession(context, socket, id, credential);
    // What a connection may send before it has said what it is: an image makes it a camera.
    boolean mayPublish = context.keeper().access().permits(Action.PUBLISH, null, credential);
    SessionSettings settings = context.settings();
    socket.maxMessageBytes(
        settings.maxClientMessageBytes(),
        mayPublish ? settings.maxCameraMessageBytes() : settings.maxClientMessageBytes());
    open.add(session);
    session.welcome();
    if (handshake.origin() != null) {
      session.enter(entry(handshake, credential));
    }
    // Either drain() finds the session in the set, or this thread sees the flag it has set before.
    if (draining) {
      goodbye(session);
    }
    return new Service(session, session.outbox());
  }

  private Credential credential(Handshake handshake) {
    return context
        .keeper()
        .credential(handshake.authorization(), handshake.rawQuery(), handshake.cookies());
  }

  /// Pings who is silent, ends who is dead, says why frames are skipped, and gives publishers their
  /// feedback, and asks clients for the time. To be called a few times a second.
  public void sweep(long nowNanos) {
    long version = context.keeper().access().version();
    boolean rulesChanged = version != accessVersion;
    accessVersion = version;
    for (ClientSession session : open) {
      if (rulesChanged) {
        session.accessChanged();
      }
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
