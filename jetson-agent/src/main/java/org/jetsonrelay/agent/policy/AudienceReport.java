// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

/**
 * What a relay says of a camera's viewers: {@code stream_feedback}. Whatever it says, the values
 * are in range.
 *
 * @param viewers how many watch
 * @param deliveredFps frames a second that reach the best served of them
 * @param wantedFps the most that any of them wants; 0 when one of them wants all
 * @param ageMillis how long a frame takes from the relay to the best served of them; 0 when unknown
 */
public record AudienceReport(int viewers, double deliveredFps, double wantedFps, long ageMillis) {

  private static final double MOST_FPS = 1_000;

  /** Puts what is out of range to the nearest that is in it. */
  public AudienceReport {
    viewers = Math.max(0, viewers);
    deliveredFps = fps(deliveredFps);
    wantedFps = fps(wantedFps);
    ageMillis = Math.max(0, ageMillis);
  }

  private static double fps(double value) {
    return value > 0 ? Math.min(value, MOST_FPS) : 0;
  }
}
