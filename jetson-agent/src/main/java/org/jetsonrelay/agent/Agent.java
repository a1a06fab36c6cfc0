// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.uplink.Uplink.Outcome;

/**
 * All cameras of one process. Owns the HTTP client they share. {@link #run} belongs to the main
 * thread; {@link #stop} may be called by any.
 */
final class Agent {

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

  Agent(AgentSettings settings) {
    this.settings = settings;
    sources = new FrameSources(InstantSource.system());
  }

  /** Serves all cameras until the agent is stopped or none is left, and says why it ended. */
  ExitCode run() throws InterruptedException {
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
      HttpClient client = HttpClient.newBuilder().executor(executor).build();
      ExitCode atStart = start(client);
      if (cameras.isEmpty()) {
        return atStart;
      }
      return awaitAll();
    } finally {
      executor.shutdownNow();
    }
  }

  /** Starts each camera whose source can be used; returns what to say when there is none. */
  private ExitCode start(HttpClient client) {
    for (CameraSettings camera : settings.cameras()) {
      try {
        sources.probe(camera);
      } catch (SourceException e) {
        LOG.log(Level.ERROR, "{0}: {1}", camera.label(), e.getMessage());
        continue;
      }
      Camera ready = new Camera(settings, camera, () -> sources.create(camera), client);
      synchronized (lock) {
        if (stopped) {
          return ExitCode.STOPPED;
        }
        cameras.add(ready);
        ready.start();
      }
    }
    return ExitCode.SOURCE;
  }

  private ExitCode awaitAll() throws InterruptedException {
    ExitCode code = ExitCode.STOPPED;
    for (Camera camera : cameras) {
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
    return code;
  }

  /** Asks all cameras to stop; {@link #run} returns when they have. */
  void stop() {
    synchronized (lock) {
      stopped = true;
      cameras.forEach(Camera::stop);
    }
  }
}
