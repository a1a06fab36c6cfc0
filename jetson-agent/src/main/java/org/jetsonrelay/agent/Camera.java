// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jetsonrelay.agent.capture.CaptureLoop;
import org.jetsonrelay.agent.capture.Mailbox;
import org.jetsonrelay.agent.capture.SourceFactory;
import org.jetsonrelay.agent.uplink.Audience;
import org.jetsonrelay.agent.uplink.Uplink;

/**
 * One camera: its capture thread, its uplink thread and the mailbox between them. Fails and
 * recovers alone.
 */
final class Camera {

  private static final Logger LOG = System.getLogger(Camera.class.getName());

  /** What a 720p frame usually needs; the pictures grow when they must. */
  private static final int USUAL_FRAME_BYTES = 256 * 1024;

  private final String label;
  private final CaptureLoop capture;
  private final Uplink uplink;

  /** Not started yet. */
  Camera(AgentSettings settings, CameraSettings camera, SourceFactory factory, HttpClient client) {
    label = camera.label();
    InstantSource clock = InstantSource.system();
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    Mailbox mailbox = new Mailbox(USUAL_FRAME_BYTES);
    // The two know each other; only the capture thread, started last, uses the holder.
    Uplink[] holder = new Uplink[1];
    capture =
        new CaptureLoop(
            label, factory, mailbox, () -> holder[0].wake(), settings.captureOf(camera), random);
    uplink =
        new Uplink(
            label, settings.uplinkOf(camera), client, mailbox, audience(capture), clock, random);
    holder[0] = uplink;
  }

  private static Audience audience(CaptureLoop capture) {
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
        capture.quality(percent);
      }
    };
  }

  void start() {
    capture.start();
    uplink.start();
  }

  /** Asks the camera to stop; {@link #outcome} tells when its connection is closed. */
  void stop() {
    uplink.stop();
  }

  /** Ends the capture thread; the source is closed unless it hangs. */
  void stopCapture() throws InterruptedException {
    if (!capture.stop()) {
      LOG.log(Level.WARNING, "{0}: the source could not be closed in time", label);
    }
  }

  CompletableFuture<Uplink.Outcome> outcome() {
    return uplink.outcome();
  }
}
