// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.settings.AgentSettings;
import org.jetsonrelay.agent.settings.CameraSettings;
import org.jetsonrelay.agent.uplink.Uplink.Outcome;

/**
 * All cameras of one process. Owns the HTTP client they share. {@link #run} belongs to the main
 * thread; the rest may be called by any.
 */
final class Agent {

  /** Until TCP is connected: a link that is back shall not wait for a packet lost before. */
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

  private static final Logger LOG = System.getLogger(Agent.class.getName());

  /**
   * The callbacks only assemble messages: two threads are plenty, however many cameras there are.
   */
  private static final int CLIENT_THREADS = 2;

  private final AgentSettings settings;
  private final FrameSources sources;
  private final List<Camera> cameras = new ArrayList<>();
  private final Object lock = new Object();

  /** Guarded by the lock. */
  private boolean stopped;

  /** Why it was stopped. Guarded by the lock. */
  private ExitCode reason = ExitCode.STOPPED;

  Agent(AgentSettings settings, FrameSources sources) {
    this.settings = settings;
    this.sources = sources;
  }

  /** Serves all cameras until the agent is stopped or none is left, and says why it ended. */
  ExitCode run() throws InterruptedException {
    if (settings.cameras().stream().filter(this::usable).count() == 0) {
      return ExitCode.SOURCE;
    }
    AtomicInteger threads = new AtomicInteger();
    ExecutorService executor =
        Executors.newFixedThreadPool(
            CLIENT_THREADS,
            task -> {
              Thread thread = new Thread(task, "relay-client-" + threads.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    try {
      HttpClient.Builder client =
          HttpClient.newBuilder().executor(executor).connectTimeout(CONNECT_LIMIT);
      settings.trust().ifPresent(client::sslContext);
      start(client.build());
      return awaitAll();
    } finally {
      executor.shutdownNow();
    }
  }

  /** Whether a camera's source can be used now, as far as that can be told without opening it. */
  private boolean usable(CameraSettings camera) {
    try {
      sources.probe(camera);
      return true;
    } catch (SourceException e) {
      LOG.log(Level.ERROR, "{0}: {1}", camera.label(), e.getMessage());
      return false;
    }
  }

  /** Starts all, those that cannot be used now included: their turn may come. */
  private void start(HttpClient client) {
    for (CameraSettings described : settings.cameras()) {
      Camera camera = new Camera(settings, described, sources, client);
      synchronized (lock) {
        if (stopped) {
          return;
        }
        cameras.add(camera);
        camera.start();
      }
    }
  }

  private ExitCode awaitAll() throws InterruptedException {
    ExitCode code = ExitCode.STOPPED;
    for (Camera camera : all()) {
      Outcome outcome = camera.outcome().join();
      camera.stopCapture();
      // The first reason that is not an orderly stop is the one that explains the rest.
      if (code == ExitCode.STOPPED) {
        code =
            switch (outcome) {
              case STOPPED -> ExitCode.STOPPED;
              case REFUSED -> ExitCode.REFUSED;
              case FAILED -> ExitCode.FAILED;
            };
      }
    }
    synchronized (lock) {
      return reason == ExitCode.STOPPED ? code : reason;
    }
  }

  private List<Camera> all() {
    synchronized (lock) {
      return List.copyOf(cameras);
    }
  }

  /** For how long the camera that has been inside of its source longest has been in there. */
  long insideNanos(long nowNanos) {
    return all().stream().mapToLong(camera -> camera.insideNanos(nowNanos)).max().orElse(0);
  }

  /** Whether the relay has any of the cameras. */
  boolean connected() {
    return all().stream().anyMatch(Camera::connected);
  }

  /** The relay is elsewhere now. */
  void relocate(URI relay) {
    all().forEach(camera -> camera.relocate(relay));
  }

  /** Gives each camera that is described the rate, size and quality written there. */
  void change(List<CameraSettings> described) {
    for (Camera camera : all()) {
      described.stream()
          .filter(wanted -> wanted.label().equals(camera.settings().label()))
          .findFirst()
          .ifPresent(camera::change);
    }
  }

  /** Asks all cameras to stop; {@link #run} returns that reason when they have. */
  void stop(ExitCode why) {
    synchronized (lock) {
      stopped = true;
      if (reason == ExitCode.STOPPED) {
        reason = why;
      }
      cameras.forEach(Camera::stop);
    }
  }
}
