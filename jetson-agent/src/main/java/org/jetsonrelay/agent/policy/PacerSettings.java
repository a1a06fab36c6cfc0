// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

/**
 * The constants of a {@link Pacer}. {@link #DEFAULTS} are what the tables in the tests were taken
 * with.
 *
 * <p>The twin of {@code org.jetsonrelay.server.pacing.PacerSettings}: change both, and the scripts
 * that hold them together.
 *
 * @param slackNanos how much earlier than predicted a frame is sent, so that a small error of the
 *     prediction does not leave the link idle; it is also the queue a frame usually finds
 * @param slackPerJitter so many usual prediction errors are added to the slack
 * @param jitterSlackNanos but no more than this
 * @param segmentBytes payload of one TCP segment: the first pong comes when the first segment has
 *     arrived, so the distance of a frame's two pongs covers one segment less than the frame
 * @param rateFrames how many of the latest frames tell the link's rate
 * @param rateQuantile which of their durations counts, below the middle because loss makes
 *     durations longer more often than anything makes them shorter
 * @param dropErrors two slow frames in a row mean a slower link at once when together they took
 *     this many usual prediction errors too long
 * @param errorFrames how many of the latest prediction errors tell how late a pong usually is
 * @param heldFrames how many of the latest head-of-line stops tell how long one usually lasts
 * @param memoryNanos for how long a shortest round trip and a head-of-line stop are believed
 * @param patienceNanos how much longer than a round trip an overdue pong may ever be waited for
 *     while frames still go out
 * @param firstGapNanos distance of the frames sent before the first pong
 * @param answerNanos how long a peer may take to its first pong before pacing is given up
 * @param silenceNanos how long a peer that used to answer may be silent before a frame is risked
 * @param probes how many frames are risked in one silence before pacing is given up
 * @param outstandingFrames how many frames may be on their way at all
 * @param sparseNanos on a fast link the peer is asked for a pong at most this often
 * @param fastNanos a link is fast when a frame takes no longer than this, round trip included
 * @param fastFrames how many deliveries it takes to believe that
 * @param hiccupNanos for how long a peer on a fast link may be silent before frames wait for it:
 *     its program is busier than the link; on another one with room, a round trip longer
 * @param aheadNanos but only while all that is on its way takes the link no longer than this, on
 *     one with room on top of the round trip and a usual stop
 * @param fallbackBufferBytes send buffer of the socket of a peer that does not answer
 */
public record PacerSettings(
    long slackNanos,
    double slackPerJitter,
    long jitterSlackNanos,
    int segmentBytes,
    int rateFrames,
    double rateQuantile,
    double dropErrors,
    int errorFrames,
    int heldFrames,
    long memoryNanos,
    long patienceNanos,
    long firstGapNanos,
    long answerNanos,
    long silenceNanos,
    int probes,
    int outstandingFrames,
    long sparseNanos,
    long fastNanos,
    int fastFrames,
    long hiccupNanos,
    long aheadNanos,
    int fallbackBufferBytes) {

  private static final long NANOS_PER_MILLI = 1_000_000L;

  public static final PacerSettings DEFAULTS =
      new PacerSettings(
          3 * NANOS_PER_MILLI,
          1.2,
          20 * NANOS_PER_MILLI,
          1448,
          11,
          0.4,
          12,
          16,
          8,
          10_000 * NANOS_PER_MILLI,
          50 * NANOS_PER_MILLI,
          200 * NANOS_PER_MILLI,
          1_500 * NANOS_PER_MILLI,
          1_000 * NANOS_PER_MILLI,
          5,
          64,
          100 * NANOS_PER_MILLI,
          8 * NANOS_PER_MILLI,
          8,
          200 * NANOS_PER_MILLI,
          40 * NANOS_PER_MILLI,
          64 << 10);

  public PacerSettings {
    within("slackNanos", slackNanos, 0, 100 * NANOS_PER_MILLI);
    if (!(slackPerJitter >= 0 && slackPerJitter <= 4)) {
      throw new IllegalArgumentException("slackPerJitter must be in 0..4, not " + slackPerJitter);
    }
    within("jitterSlackNanos", jitterSlackNanos, 0, 1_000 * NANOS_PER_MILLI);
    within("segmentBytes", segmentBytes, 1, 65_535);
    within("rateFrames", rateFrames, 3, 64);
    if (!(rateQuantile >= 0 && rateQuantile < 1)) {
      throw new IllegalArgumentException("rateQuantile must be in 0..1, not " + rateQuantile);
    }
    if (!(dropErrors >= 0 && dropErrors <= 100)) {
      throw new IllegalArgumentException("dropErrors must be in 0..100, not " + dropErrors);
    }
    within("errorFrames", errorFrames, 4, 64);
    within("heldFrames", heldFrames, 2, 64);
    within("memoryNanos", memoryNanos, 1_000 * NANOS_PER_MILLI, 600_000 * NANOS_PER_MILLI);
    within("patienceNanos", patienceNanos, 0, 1_000 * NANOS_PER_MILLI);
    within("firstGapNanos", firstGapNanos, NANOS_PER_MILLI, 10_000 * NANOS_PER_MILLI);
    within("answerNanos", answerNanos, firstGapNanos, 60_000 * NANOS_PER_MILLI);
    within("silenceNanos", silenceNanos, 10 * NANOS_PER_MILLI, 60_000 * NANOS_PER_MILLI);
    within("probes", probes, 1, 1_000);
    within("outstandingFrames", outstandingFrames, 4, 4_096);
    if (Integer.bitCount(outstandingFrames) != 1) {
      throw new IllegalArgumentException(
          "outstandingFrames must be a power of two, not " + outstandingFrames);
    }
    within("sparseNanos", sparseNanos, 0, 1_000 * NANOS_PER_MILLI);
    within("fastNanos", fastNanos, 0, Math.max(0, sparseNanos));
    within("fastFrames", fastFrames, 1, Pacer.DELIVERIES);
    within("hiccupNanos", hiccupNanos, 0, 10_000 * NANOS_PER_MILLI);
    within("aheadNanos", aheadNanos, 0, 1_000 * NANOS_PER_MILLI);
    within("fallbackBufferBytes", fallbackBufferBytes, 4_096, 16 << 20);
  }

  /** The same for a peer whose first pong comes after so many bytes of the frame. */
  public PacerSettings withSegmentBytes(int bytes) {
    return new PacerSettings(
        slackNanos,
        slackPerJitter,
        jitterSlackNanos,
        bytes,
        rateFrames,
        rateQuantile,
        dropErrors,
        errorFrames,
        heldFrames,
        memoryNanos,
        patienceNanos,
        firstGapNanos,
        answerNanos,
        silenceNanos,
        probes,
        outstandingFrames,
        sparseNanos,
        fastNanos,
        fastFrames,
        hiccupNanos,
        aheadNanos,
        fallbackBufferBytes);
  }

  private static void within(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be in " + least + ".." + most + ", not " + value);
    }
  }
}
