// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Optional;
import org.jetsonrelay.agent.capture.Mailbox;
import org.jetsonrelay.agent.policy.AudienceReport;
import org.jetsonrelay.agent.policy.QualityController;
import org.jetsonrelay.agent.policy.QualityController.Cause;
import org.jetsonrelay.agent.policy.QualityController.Second;
import org.jetsonrelay.agent.policy.QualitySettings;
import org.jspecify.annotations.Nullable;

/**
 * Measures the uplink second by second and passes the quality on that it can carry. One per camera:
 * what was learnt survives a lost connection. Uplink thread only.
 */
final class Adaptation {

  private static final Logger LOG = System.getLogger(Uplink.class.getName());
  private static final long PERIOD_NANOS = 1_000_000_000L;
  private static final long REPORT_NANOS = 3 * PERIOD_NANOS;
  private static final long LOG_NANOS = 10 * PERIOD_NANOS;

  private final String camera;
  private final Audience audience;
  private final Mailbox mailbox;
  private final @Nullable QualityController controller;

  private boolean measuring;
  private long sinceNanos;
  private long offeredBefore;
  private long frames;
  private long bytes;
  private @Nullable AudienceReport report;
  private long reportedNanos;
  private int saidQuality;
  private long saidNanos;

  /** Without settings it leaves the quality alone. */
  Adaptation(
      String camera,
      Optional<QualitySettings> settings,
      Audience audience,
      Mailbox mailbox,
      long nowNanos) {
    this.camera = camera;
    this.audience = audience;
    this.mailbox = mailbox;
    controller = settings.map(QualityController::new).orElse(null);
    saidQuality = controller == null ? 0 : controller.quality();
    saidNanos = nowNanos - LOG_NANOS;
  }

  /** Whether the relay should be asked for its feedback. */
  boolean wantsFeedback() {
    return controller != null;
  }

  /** One frame was sent. */
  void sent(int frameBytes) {
    frames++;
    bytes += frameBytes;
  }

  /** The relay has said how the audience is served. */
  void report(AudienceReport latest, long nowNanos) {
    report = latest;
    reportedNanos = nowNanos;
  }

  /** Frames are not being sent now, so nothing can be learnt. */
  void pause() {
    measuring = false;
    report = null;
  }

  /** Frames are being sent; to be called at least twice a second. */
  void tick(FrameSender sender, long nowNanos) {
    if (controller == null) {
      return;
    }
    long span = nowNanos - sinceNanos;
    if (measuring && span < PERIOD_NANOS) {
      return;
    }
    long offered = mailbox.offered();
    // A thread that was kept from running has measured nothing.
    if (measuring && span < 2 * PERIOD_NANOS) {
      learn(controller, sender, offered - offeredBefore, span / 1e9, nowNanos);
    }
    measuring = true;
    sinceNanos = nowNanos;
    offeredBefore = offered;
    frames = 0;
    bytes = 0;
  }

  private void learn(
      QualityController known, FrameSender sender, long offered, double seconds, long nowNanos) {
    Second second =
        new Second(
            offered / seconds,
            frames / seconds,
            frames == 0 ? 0 : (double) bytes / frames,
            sender.linkBitsPerSecond(),
            sender.deliveryNanos(),
            sender.roundTripNanos(),
            nowNanos - reportedNanos < REPORT_NANOS ? report : null);
    if (audience.adjustable() && known.observe(second)) {
      audience.quality(known.quality());
    }
    say(known, second, nowNanos);
  }

  /**
   * One line per change, but at most one in ten seconds: the last of several is the one that
   * matters.
   */
  private void say(QualityController known, Second second, long nowNanos) {
    if (known.quality() == saidQuality || nowNanos - saidNanos < LOG_NANOS) {
      return;
    }
    LOG.log(
        Level.INFO,
        "{0}: JPEG quality {1} instead of {2}: {3}",
        camera,
        known.quality(),
        saidQuality,
        reason(known.cause(), second));
    saidQuality = known.quality();
    saidNanos = nowNanos;
  }

  private static String reason(Cause cause, Second second) {
    return switch (cause) {
      case NONE -> "there is room for it again";
      case UPLINK ->
          String.format(
              Locale.ROOT,
              "the uplink carries %.1f of %.1f frames a second",
              second.sentFps(),
              second.offeredFps());
      case AGE ->
          String.format(
              Locale.ROOT, "frames take %.1f s to the relay", second.deliveryNanos() / 1e9);
      case AUDIENCE -> "no viewer can take what is sent";
    };
  }
}
