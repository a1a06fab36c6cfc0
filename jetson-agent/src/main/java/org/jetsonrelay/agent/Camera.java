// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jetsonrelay.agent.capture.CaptureLoop;
import org.jetsonrelay.agent.capture.Mailbox;
import org.jetsonrelay.agent.settings.AgentSettings;
import org.jetsonrelay.agent.settings.CameraSettings;
import org.jetsonrelay.agent.uplink.Audience;
import org.jetsonrelay.agent.uplink.Uplink;

/**
 * One camera: its capture thread, its uplink thread and the mailbox between them. Fails and
 * recovers alone. Any thread may call it.
 */
final class Camera {

  private static final Logger LOG = System.getLogger(Camera.class.getName());

  /** What a 720p frame usually needs; the pictures grow when they must. */
  private static final int USUAL_FRAME_BYTES = 256 * 1024;

  private final AgentSettings agent;
  private final CaptureLoop capture;
  private final Uplink uplink;

  /** Written by {@link #change}, read by the capture thread when it builds a source. */
  private volatile CameraSettings settings;

  /** Not started yet. */
  Camera(AgentSettings agent, CameraSettings settings, FrameSources sources, HttpClient client) {
    this.agent = agent;
    this.settings = settings;
    InstantSource clock = InstantSource.system();
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    Mailbox mailbox = new Mailbox(USUAL_FRAME_BYTES);
    // The two know each other; only the capture thread, started last, uses the holder.
    Uplink[] holder = new Uplink[1];
    capture =
        new CaptureLoop(
            settings.label(),
            () -> sources.create(this.settings),
            mailbox,
            () -> holder[0].wake(),
            agent.captureOf(settings),
            random);
    uplink =
        new Uplink(
            settings.label(), agent.uplinkOf(settings), client, mailbox, audience(), clock, random);
    holder[0] = uplink;
  }

  private Audience audience() {
    return new Audience() {
      @Override
      public void wants(boolean frames) {
        capture.want(frames);
      }

      @Override
      public boolean adjustable() {
        return capture.adjustable();
      }

      @Override
      public void quality(int percent) {
        // The file may have lowered the ceiling since the start.
        capture.quality(Math.min(percent, settings.quality()));
      }
    };
  }

  void start() {
    capture.start();
    uplink.start();
  }

  CameraSettings settings() {
    return settings;
  }

  /**
   * Takes over another rate, size and quality. A quality alone is changed in the running source
   * where that is possible; a rate or a size costs the source's reopening.
   */
  void change(CameraSettings wanted) {
    CameraSettings before = settings;
    CameraSettings after = before.with(wanted.fps(), wanted.size(), wanted.quality());
    if (after.equals(before)) {
      return;
    }
    settings = after;
    LOG.log(Level.INFO, "{0}: changed rate, size or quality", after.label());
    boolean anew =
        !after.fps().equals(before.fps()) || !Objects.equals(after.size(), before.size());
    if (after.quality() != before.quality()) {
      capture.quality(after.quality());
    }
    if (anew) {
      capture.reopen(agent.captureOf(after));
    }
  }

  /** Whether the relay has this camera. */
  boolean connected() {
    return uplink.connected();
  }

  /** The relay is elsewhere now. */
  void relocate(URI relay) {
    uplink.relocate(relay);
  }

  /** For how long the capture thread has been inside of the source in one call. */
  long insideNanos(long nowNanos) {
    return capture.insideNanos(nowNanos);
  }

  /**
   * Asks the camera to stop: the source is closed and the connection, side by side. {@link
   * #outcome} tells when the latter is done.
   */
  void stop() {
    capture.dismiss();
    uplink.stop();
  }

  /** Ends the capture thread; the source is closed unless it hangs. */
  void stopCapture() throws InterruptedException {
    if (!capture.stop()) {
      LOG.log(Level.WARNING, "{0}: the source could not be closed in time", settings.label());
    }
  }

  CompletableFuture<Uplink.Outcome> outcome() {
    return uplink.outcome();
  }
}
