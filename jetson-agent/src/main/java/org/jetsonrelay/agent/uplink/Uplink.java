// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jetsonrelay.agent.capture.Mailbox;
import org.jetsonrelay.agent.policy.Backoff;
import org.jetsonrelay.agent.policy.Demand;
import org.jspecify.annotations.Nullable;

/**
 * The uplink thread of one camera: connects to the relay, serves the connection, and comes back
 * after a loss, with backoff, for as long as the relay does not refuse the camera. Owns the
 * connection; never touches the source.
 */
public final class Uplink {

  /** What became of the camera when its uplink has ended. */
  public enum Outcome {
    /** It was stopped. */
    STOPPED,
    /** The relay refused it. */
    REFUSED,
    /** It failed by itself; the log has the reason. */
    FAILED
  }

  private static final Logger LOG = System.getLogger(Uplink.class.getName());

  /** The longest wait before the next attempt while nothing answers. */
  private static final long UNREACHABLE_RETRY_NANOS = 750_000_000;

  private static final long TICK_NANOS = 500_000_000;

  private final String camera;
  private final UplinkSettings settings;
  private final HttpClient client;
  private final Mailbox mailbox;
  private final Audience audience;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Demand demand;
  private final Backoff backoff;
  private final Adaptation adaptation;
  private final Tally tally = new Tally(System.nanoTime());
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private final Thread thread;

  /** Set by {@link #stop}, read by the uplink thread. */
  private volatile boolean stopping;

  /** Where the relay is; written by {@link #relocate}, read by the uplink thread. */
  private volatile URI relay;

  /** Whether the relay has this camera now; written by the uplink thread, read by any. */
  private volatile boolean connected;

  /** The audience's last wish and the last failure that was logged; uplink thread only. */
  private boolean wanted;

  private String lastFailure = "";

  /** Not started yet. */
  public Uplink(
      String camera,
      UplinkSettings settings,
      HttpClient client,
      Mailbox mailbox,
      Audience audience,
      InstantSource clock,
      RandomGenerator random) {
    this.camera = camera;
    this.settings = settings;
    relay = settings.relay();
    this.client = client;
    this.mailbox = mailbox;
    this.audience = audience;
    this.clock = clock;
    this.random = random;
    UplinkSettings.Limits limits = settings.limits();
    adaptation = new Adaptation(camera, settings.quality(), audience, mailbox, System.nanoTime());
    demand = new Demand(settings.always(), limits.linger());
    backoff = new Backoff(limits.retryFirst(), limits.retryLast(), limits.steady(), random);
    thread = new Thread(this::run, "uplink-" + camera);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** There may be a frame in the mailbox, or something else to do. Any thread; returns at once. */
  public void wake() {
    LockSupport.unpark(thread);
  }

  /** The relay is elsewhere now: that is where the next connection goes. Any thread. */
  public void relocate(URI elsewhere) {
    relay = elsewhere;
  }

  /** Closes the connection properly and ends the thread; {@link #outcome} tells when. */
  public void stop() {
    stopping = true;
    wake();
  }

  /** Completes when the uplink has ended for good. */
  public CompletableFuture<Outcome> outcome() {
    return outcome;
  }

  /** Whether the relay has taken the camera. */
  public boolean connected() {
    return connected;
  }

  /** Frames sent since the start. */
  public long framesSent() {
    return tally.frames();
  }

  private void run() {
    Outcome end = Outcome.FAILED;
    try {
      end = connectUntilRefused();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, camera + ": unexpected failure, please report it", e);
    } finally {
      connected = false;
      audience.wants(false);
      tally.line(mailbox.skippedSinceLastTime(), System.nanoTime()).ifPresent(this::say);
      outcome.complete(end);
    }
  }

  private Outcome connectUntilRefused() {
    while (true) {
      Ending ending = connectOnce();
      connected = false;
      switch (ending.why()) {
        case STOPPED -> {
          LOG.log(Level.INFO, "{0}: stopped", camera);
          return Outcome.STOPPED;
        }
        case REFUSED -> {
          LOG.log(Level.ERROR, "{0}: {1}", camera, ending.text());
          return Outcome.REFUSED;
        }
        case UNREACHABLE -> {
          report(ending);
          long now = System.nanoTime();
          // The backoff spares a relay that is there. One that is not has to be found when it is.
          long soon = random.nextLong(UNREACHABLE_RETRY_NANOS + 1);
          await(now + Math.min(soon, backoff.failed(now)), null);
        }
        case LOST, REPLACED -> {
          report(ending);
          long now = System.nanoTime();
          long pause = ending.pause().toNanos();
          // Jitter on top of the pause, too: two agents with one name must not replace each other
          // in step.
          await(now + pause + random.nextLong(pause / 2 + 1) + backoff.failed(now), null);
        }
      }
    }
  }

  private Ending connectOnce() {
    Line line =
        new Line(settings.limits().messageChars(), settings.limits().replaced(), this::wake);
    WebSocket.Builder builder =
        client.newWebSocketBuilder().connectTimeout(settings.limits().connect());
    settings.token().ifPresent(token -> builder.header("Authorization", "Bearer " + token));
    CompletableFuture<WebSocket> opening = builder.buildAsync(relay, line);
    var unused = opening.whenComplete((open, failure) -> wake());
    // The client's own limit ends the wait; ours is there in case it does not.
    await(System.nanoTime() + 2 * settings.limits().connect().toNanos(), opening);
    if (!opening.isDone()) {
      abandon(opening);
      return stopping ? Ending.STOPPED : Ending.lost("no answer from " + Failures.bare(relay));
    }
    WebSocket socket;
    try {
      socket = opening.join();
    } catch (CompletionException e) {
      LOG.log(Level.DEBUG, camera + ": handshake failed", e);
      return stopping ? Ending.STOPPED : Failures.ofHandshake(relay, e);
    }
    return new Session(camera, this, socket, line).run();
  }

  /** A handshake that still succeeds later must not leave a connection that nobody owns. */
  private static void abandon(CompletableFuture<WebSocket> opening) {
    var unused = opening.thenAccept(WebSocket::abort);
  }

  /**
   * Parks until a time, a future's completion or the stop, with the regular work done meanwhile.
   */
  private void await(long untilNanos, @Nullable CompletableFuture<?> future) {
    for (long now = System.nanoTime();
        now - untilNanos < 0 && !stopping && (future == null || !future.isDone());
        now = System.nanoTime()) {
      tick(now);
      LockSupport.parkNanos(this, Math.min(untilNanos - now, TICK_NANOS));
    }
  }

  /** Uplink thread, at least twice a second: passes the demand on and sums up. */
  void tick(long nowNanos) {
    boolean capturing = demand.capturing(nowNanos);
    if (capturing != wanted) {
      wanted = capturing;
      audience.wants(capturing);
    }
    if (tally.due(nowNanos)) {
      tally.line(mailbox.skippedSinceLastTime(), nowNanos).ifPresent(this::say);
    }
  }

  /** Uplink thread: the relay has taken the registration. */
  void registered(String clientId, long nowNanos) {
    backoff.succeeded(nowNanos);
    connected = true;
    lastFailure = "";
    LOG.log(
        Level.INFO,
        "{0}: registered at {1} as {2}",
        camera,
        Failures.bare(relay),
        clientId.isEmpty() ? "a camera without an id" : Failures.shortened(clientId));
  }

  private void report(Ending ending) {
    boolean again = ending.text().equals(lastFailure);
    lastFailure = ending.text();
    LOG.log(again ? Level.DEBUG : Level.WARNING, "{0}: {1}; trying again", camera, ending.text());
  }

  private void say(String line) {
    LOG.log(Level.INFO, "{0}: {1}", camera, line);
  }

  URI relay() {
    return relay;
  }

  UplinkSettings settings() {
    return settings;
  }

  Demand demand() {
    return demand;
  }

  Mailbox mailbox() {
    return mailbox;
  }

  Adaptation adaptation() {
    return adaptation;
  }

  Tally tally() {
    return tally;
  }

  InstantSource clock() {
    return clock;
  }

  /**
   * What a connection's first frame ping says: random, so that no pong is taken for it by chance.
   */
  long firstPing() {
    return random.nextLong(Long.MAX_VALUE);
  }

  boolean stopping() {
    return stopping;
  }
}
