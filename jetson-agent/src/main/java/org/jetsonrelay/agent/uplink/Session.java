// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jetsonrelay.agent.capture.Mailbox;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.policy.AudienceReport;
import org.jetsonrelay.agent.policy.Demand;
import org.jetsonrelay.agent.policy.Keepalive;
import org.jspecify.annotations.Nullable;

/**
 * One connection from its opening handshake to its end. Lives on the uplink thread, which alone
 * sends: one message at a time, never waiting for it, so that a message from the relay, a ping that
 * is due and a send that hangs are all seen in time. The thread parks when there is nothing to do;
 * whoever has something for it wakes it.
 */
final class Session {

  private static final Logger LOG = System.getLogger(Uplink.class.getName());

  /**
   * Answers to the relay's JSON pings that wait behind a frame; a relay that wants more gets none
   * for the rest.
   */
  private static final int MOST_ANSWERS = 4;

  /** Payload of the keepalive's pings: negative, so it is never one of a frame's. */
  private static final long KEEP_ALIVE = -1;

  private static final long LONGEST_PARK_NANOS = 500_000_000;

  private final String camera;
  private final UplinkSettings settings;
  private final WebSocket socket;
  private final Line line;
  private final Uplink uplink;
  private final Demand demand;
  private final Mailbox mailbox;
  private final Tally tally;
  private final InstantSource clock;
  private final Adaptation adaptation;
  private final FrameSender sender;
  private final Keepalive keepalive;
  private final long openedNanos = System.nanoTime();
  private final Queue<String> answers = new ArrayDeque<>(MOST_ANSWERS);
  private final ClockReply clockReply;

  private String clientId = "";
  private boolean registered;
  private CompletableFuture<WebSocket> pinging = CompletableFuture.completedFuture(null);

  /** The send under way or the last one; the picture it reads is not ours until it is done. */
  private CompletableFuture<WebSocket> sending = CompletableFuture.completedFuture(null);

  private long sendingSinceNanos;
  private @Nullable Picture inFlight;

  Session(String camera, Uplink uplink, WebSocket socket, Line line) {
    this.camera = camera;
    this.uplink = uplink;
    this.socket = socket;
    this.line = line;
    settings = uplink.settings();
    demand = uplink.demand();
    mailbox = uplink.mailbox();
    tally = uplink.tally();
    clock = uplink.clock();
    adaptation = uplink.adaptation();
    sender = new FrameSender(socket, uplink.firstPing(), openedNanos);
    keepalive = new Keepalive(settings.limits().ping(), openedNanos);
    clockReply = new ClockReply(clock);
  }

  /** Serves the connection until it has ended, and says how. */
  Ending run() {
    try {
      send(
          socket.sendText(
              MessageCodec.clientType(
                  settings.name(), settings.token(), adaptation.wantsFeedback()),
              true));
      Ending ending = serve();
      if (line.tooLarge()) {
        farewell("message too large");
      } else if (ending.why() == Ending.Why.STOPPED) {
        farewell("agent stopped");
      }
      return ending;
    } finally {
      socket.abort();
      demand.disconnected(System.nanoTime());
      awaitPicture();
    }
  }

  private Ending serve() {
    while (true) {
      long now = System.nanoTime();
      if (uplink.stopping()) {
        return Ending.STOPPED;
      }
      Ending ending = settle();
      if (ending == null) {
        ending = readInbox(now);
      }
      if (ending == null) {
        ending = line.ending();
      }
      if (ending == null) {
        ending = overdue(now);
      }
      if (ending != null) {
        return ending;
      }
      long gate = sendNext(now);
      measure(now);
      uplink.tick(now);
      LockSupport.parkNanos(this, Math.min(gate, nanosToWait(now)));
    }
  }

  /** Accounts for a send that is done. */
  private @Nullable Ending settle() {
    // A ping that cannot be sent may be all that tells of a connection's end: the client of JDK 17
    // now and then overlooks that the other side has closed it.
    boolean failed = pinging.isCompletedExceptionally() || sending.isCompletedExceptionally();
    if (!sending.isDone() && !failed) {
      return null;
    }
    if (failed) {
      // The reason that the receiving side saw says more, if it saw one.
      Ending seen = line.ending();
      return seen != null ? seen : Ending.lost("sending to the relay failed");
    }
    if (inFlight != null) {
      int bytes = inFlight.data().limit();
      tally.sent(bytes, clock.millis() - inFlight.capturedAtMillis());
      adaptation.sent(bytes);
      inFlight = null;
    }
    return null;
  }

  private void measure(long nowNanos) {
    if (registered && demand.sending()) {
      adaptation.tick(sender, nowNanos);
    } else {
      adaptation.pause();
    }
  }

  private @Nullable Ending readInbox(long nowNanos) {
    for (Line.Pong pong = line.nextPong(); pong != null; pong = line.nextPong()) {
      sender.pong(pong);
    }
    for (Line.Text next = line.next(); next != null; next = line.next()) {
      ServerMessage message = MessageCodec.read(next.text());
      if (message.type() == ServerMessage.Type.CLOCK) {
        clockReply.asked(message.clock(), next.atNanos());
        tally.relayHas(message.clock().sequence());
        continue;
      }
      Ending ending = handle(message, nowNanos);
      if (ending != null) {
        return ending;
      }
    }
    return null;
  }

  private @Nullable Ending handle(ServerMessage message, long nowNanos) {
    switch (message.type()) {
      case WELCOME -> clientId = message.subject();
      case REGISTERED -> {
        if (!registered) {
          registered = true;
          demand.registered();
          uplink.registered(clientId, nowNanos);
        }
      }
      case START -> {
        if (demand.state() != Demand.State.LIVE) {
          // What still waits was captured for an audience that is gone.
          mailbox.clear();
          LOG.log(
              Level.INFO, "{0}: streaming for {1}", camera, Failures.shortened(message.subject()));
        }
        demand.started();
      }
      case STOP -> {
        if (demand.state() != Demand.State.IDLE) {
          LOG.log(Level.INFO, "{0}: nobody watches any more", camera);
        }
        demand.stopped();
      }
      case PING -> {
        if (answers.size() < MOST_ANSWERS) {
          answers.add(MessageCodec.PONG);
        }
      }
      case SHUTDOWN -> LOG.log(Level.INFO, "{0}: the relay is shutting down", camera);
      case ERROR -> {
        LOG.log(
            Level.WARNING,
            "{0}: the relay says {1}: {2}",
            camera,
            Failures.shortened(message.subject()),
            Failures.shortened(message.message()));
        return Failures.ofError(message.subject(), message.message(), settings.limits().replaced());
      }
      case BAD -> LOG.log(Level.DEBUG, "{0}: ignored a message: {1}", camera, message.message());
      case FEEDBACK -> {
        AudienceReport report = message.report();
        if (report != null) {
          adaptation.report(report, nowNanos);
          sender.follow(report);
        }
      }
      case PONG, CLOCK, OTHER -> {}
    }
    return null;
  }

  private @Nullable Ending overdue(long nowNanos) {
    if (!registered && nowNanos - openedNanos >= settings.limits().register().toNanos()) {
      return Ending.lost(
          "the relay does not answer the registration; is it a relay that listens at "
              + Failures.bare(uplink.relay())
              + "?");
    }
    if (!sending.isDone() && nowNanos - sendingSinceNanos >= settings.limits().send().toNanos()) {
      return Ending.lost(
          "the relay takes no data: one message is stuck since "
              + seconds(nowNanos - sendingSinceNanos));
    }
    if (keepalive.dead(line.heardNanos(), nowNanos)) {
      return Ending.lost("the relay is silent since " + seconds(nowNanos - line.heardNanos()));
    }
    return null;
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }

  /** Returns for how many nanoseconds a frame that waits may not go; much when none does. */
  private long sendNext(long nowNanos) {
    if (!sending.isDone()) {
      return LONGEST_PARK_NANOS;
    }
    // A frame's pings must not meet this one: the client takes one at a time.
    if (pinging.isDone() && keepalive.pingDue(nowNanos)) {
      pinging = socket.sendPing(FrameSender.payload(KEEP_ALIVE));
      var unused = pinging.whenComplete((done, failure) -> uplink.wake());
    }
    String answer = answers.poll();
    if (answer != null) {
      send(socket.sendText(answer, true));
    } else if (clockReply.waiting()) {
      send(socket.sendText(clockReply.answer(System.nanoTime()), true));
    } else if (registered && pinging.isDone() && demand.sending() && mailbox.hasPicture()) {
      // First the gate, then the picture: a newer one may come while it is shut.
      long wait = sender.waitNanos(nowNanos);
      Picture picture = wait > 0 ? null : mailbox.take();
      if (picture == null) {
        return wait;
      }
      send(picture, nowNanos);
    }
    return LONGEST_PARK_NANOS;
  }

  private void send(Picture picture, long nowNanos) {
    ByteBuffer jpeg = picture.data().duplicate();
    String from = clientId.isEmpty() ? camera : clientId;
    long now = clock.millis();
    boolean timed = clockReply.exchanging() && picture.readNanos() != Picture.UNREAD;
    String metadata =
        MessageCodec.imageData(
            from,
            camera,
            jpeg.remaining(),
            picture.capturedAtMillis(),
            timed ? now - (nowNanos - picture.readNanos()) / 1_000_000 : 0,
            timed ? now : 0);
    inFlight = picture;
    send(sender.send(metadata, jpeg, nowNanos));
  }

  private void send(CompletableFuture<WebSocket> future) {
    sendingSinceNanos = System.nanoTime();
    sending = future;
    // On the future itself, not on what whenComplete returns: that one is not done yet when the
    // uplink is woken.
    var unused = future.whenComplete((done, failure) -> uplink.wake());
  }

  private long nanosToWait(long nowNanos) {
    if (sending.isDone() && (!answers.isEmpty() || clockReply.waiting())) {
      return 0;
    }
    return Math.min(LONGEST_PARK_NANOS, keepalive.nanosToChange(line.heardNanos(), nowNanos));
  }

  /**
   * Closes as RFC 6455 wants it, as far as the relay plays along and the client can: it refuses to
   * send 1009.
   */
  private void farewell(String reason) {
    CompletableFuture<WebSocket> closing = socket.sendClose(WebSocket.NORMAL_CLOSURE, reason);
    long until = System.nanoTime() + settings.limits().closing().toNanos();
    boolean answered = false;
    for (long left = until - System.nanoTime();
        left > 0 && !answered;
        left = until - System.nanoTime()) {
      answered = closing.isDone() && (line.tooLarge() || line.ending() != null);
      if (!answered) {
        LockSupport.parkNanos(this, Math.min(left, 10_000_000));
      }
    }
  }

  /**
   * After an abort the client lets go of the picture within milliseconds; a picture it keeps is not
   * used again.
   */
  private void awaitPicture() {
    long until = System.nanoTime() + 1_000_000_000;
    while (!sending.isDone() && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(this, 1_000_000);
    }
    if (!sending.isDone()) {
      mailbox.forfeit();
    }
  }
}
