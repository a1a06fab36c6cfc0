// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the JPEG quality that uplink and audience can take. A shortage first costs frames, which
 * the pacer skips at once; one that lasts costs quality: by a factor downwards, in small steps
 * upwards. It rises only when the link's measured rate leaves room for it; a rise that still leads
 * to skipped frames is taken back, and the next one tried after twice the time, so that it does not
 * flap. Used by one thread; knows no clock: it is told of one second after the other.
 */
public final class QualityController {

  /** Why the quality is what it is. */
  public enum Cause {
    /** Nothing is wrong. */
    NONE,
    /** The uplink does not carry the rate that is wanted. */
    UPLINK,
    /** Frames take too long to the relay. */
    AGE,
    /** Not even the best served viewer gets what is sent. */
    AUDIENCE
  }

  /**
   * What was measured in one second.
   *
   * @param offeredFps frames the source gave
   * @param sentFps frames that were sent
   * @param frameBytes their mean size
   * @param linkBitsPerSecond rate of the link, not above 0 when unknown
   * @param deliveryNanos usual time from sending a frame to its acknowledgement, negative when
   *     unknown
   * @param roundTripNanos shortest round trip, negative when unknown
   * @param audience what the relay says of the viewers, null when it says nothing
   */
  public record Second(
      double offeredFps,
      double sentFps,
      double frameBytes,
      double linkBitsPerSecond,
      long deliveryNanos,
      long roundTripNanos,
      @Nullable AudienceReport audience) {

    /** Frames a second that should be sent. */
    double goalFps() {
      return audience != null && audience.wantedFps() > 0
          ? Math.min(offeredFps, audience.wantedFps())
          : offeredFps;
    }
  }

  /** With fewer frames than this a second's count says nothing. */
  private static final double LEAST_FPS = 0.5;

  /** A frame that falls on the other side of a second's end is not a frame too few. */
  private static final double FRAME = 1;

  /** The part of what is sent that must reach somebody. */
  private static final double REACHED = 0.8;

  private final QualitySettings settings;
  private int quality;
  private Cause cause = Cause.NONE;
  private long second;
  private long changedAt;
  private int pressed;
  private int calm;
  private int hold;
  private int raisedFrom; // 0 when the last change was no raise
  private double sentBefore;

  /** Begins with the highest quality. */
  public QualityController(QualitySettings settings) {
    this.settings = settings;
    quality = settings.most();
    hold = settings.calm();
    changedAt = -settings.settle();
  }

  /** The quality to encode with. */
  public int quality() {
    return quality;
  }

  /** What the last change was made for; {@link Cause#NONE} for a raise. */
  public Cause cause() {
    return cause;
  }

  /** A second of streaming has passed. Returns whether the quality has changed. */
  public boolean observe(Second now) {
    second++;
    double reached = Math.min(now.sentFps(), sentBefore);
    sentBefore = now.sentFps();
    if (now.goalFps() < LEAST_FPS) {
      pressed = 0;
      calm = 0;
      return false;
    }
    Cause pressure = pressure(now, reached);
    if (pressure != Cause.NONE) {
      calm = 0;
      pressed++;
    } else {
      pressed = 0;
      // Between "short" and "enough" nothing is proven, either way.
      calm += now.sentFps() >= settings.enough() * now.goalFps() ? 1 : 0;
    }
    if (pressed >= settings.pressed() && second - changedAt >= settings.settle()) {
      return lower(pressure, now);
    }
    int wait = roomy(now) ? hold : Math.max(hold, settings.probe());
    return calm >= wait && second - changedAt >= wait && raise();
  }

  private Cause pressure(Second now, double reachedFps) {
    if (now.sentFps() + FRAME < settings.shortOf() * now.goalFps()) {
      return Cause.UPLINK;
    }
    if (now.deliveryNanos() > Math.max(0, now.roundTripNanos()) + settings.lateNanos()) {
      return Cause.AGE;
    }
    AudienceReport audience = now.audience();
    if (audience != null
        && audience.viewers() > 0
        && audience.deliveredFps() + FRAME < REACHED * Math.min(reachedFps, now.goalFps())) {
      return Cause.AUDIENCE;
    }
    return Cause.NONE;
  }

  private boolean roomy(Second now) {
    double needed = 8 * now.frameBytes() * now.goalFps();
    return now.linkBitsPerSecond() > 0 && needed <= settings.room() * now.linkBitsPerSecond();
  }

  private boolean lower(Cause why, Second now) {
    int before = quality;
    if (raisedFrom > 0 && second - changedAt <= settings.probation()) {
      quality = raisedFrom;
      hold = Math.min(2 * hold, settings.longestHold());
    } else {
      boolean deep = now.sentFps() < now.goalFps() / 2;
      double factor = deep ? settings.deepCut() : settings.cut();
      quality = Math.max(settings.least(), (int) (quality * factor));
      hold = settings.calm();
    }
    raisedFrom = 0;
    return changed(before, why);
  }

  private boolean raise() {
    int before = quality;
    if (raisedFrom > 0) {
      hold = Math.max(settings.calm(), hold / 2); // the raise before this one has held
    }
    quality = Math.min(settings.most(), quality + settings.raise());
    raisedFrom = before;
    return changed(before, Cause.NONE);
  }

  private boolean changed(int before, Cause why) {
    if (quality == before) {
      return false;
    }
    cause = why;
    changedAt = second;
    pressed = 0;
    calm = 0;
    return true;
  }
}
