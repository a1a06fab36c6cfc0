// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

/**
 * The constants of a {@link QualityController}; times in seconds, which are also its steps.
 *
 * @param least the lowest JPEG quality it chooses
 * @param most the highest, and the first
 * @param pressed how long frames must have been skipped before quality is lowered
 * @param settle how long a change is given to show
 * @param calm how long all must have gone well, with room on the link, before quality is raised
 * @param probe the same where nobody knows whether there is room
 * @param probation a raise that leads to skipped frames within this time is taken back
 * @param longestHold each raise taken back doubles the wait for the next, up to this
 * @param raise how much a raise adds
 * @param cut what lowering multiplies by
 * @param deepCut the same when less than half of the frames get through
 * @param shortOf frames are short when less than this part of the wanted ones is sent
 * @param enough and well when it is at least this part
 * @param room the part of the link's rate that may be used for a raise to be safe
 * @param lateNanos a frame is late when it takes this much longer than the bare round trip
 */
public record QualitySettings(
    int least,
    int most,
    int pressed,
    int settle,
    int calm,
    int probe,
    int probation,
    int longestHold,
    int raise,
    double cut,
    double deepCut,
    double shortOf,
    double enough,
    double room,
    long lateNanos) {

  /** Checks that the bounds are qualities and in order. */
  public QualitySettings {
    if (least < 1 || most > 100 || least > most) {
      throw new IllegalArgumentException(
          "quality must be within 1..100 and " + least + " not above " + most);
    }
  }

  /** What the tables in the tests were taken with, between two bounds. */
  public static QualitySettings between(int least, int most) {
    return new QualitySettings(
        least, most, 2, 3, 5, 30, 15, 240, 4, 0.8, 0.6, 0.9, 0.95, 0.75, 500_000_000L);
  }
}
