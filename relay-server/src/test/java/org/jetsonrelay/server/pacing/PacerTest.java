// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each rule of the [Pacer] by itself, on a link that is worked out by hand.
class PacerTest {

  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long NANOS_PER_SECOND = 1_000 * NANOS_PER_MILLI;
  private static final long FIRST = 2 * 294 * Asking.SPREADS;
  private static final int BYTES = 45_000;
  private static final PacerSettings SETTINGS = PacerSettings.DEFAULTS;

  /// A first segment takes 40 ms there and back, the rest of a frame 1 µs a byte.
  private static final long ROUND_TRIP_NANOS = 40 * NANOS_PER_MILLI;

  private static final long REST_NANOS = (BYTES - SETTINGS.segmentBytes()) * 1_000L;
  private static final long WHOLE_NANOS = BYTES * 1_000L;

  private Pacer pacer = new Pacer(SETTINGS, FIRST);
  private long now = -3 * NANOS_PER_SECOND; // System.nanoTime() may well be negative
  private long frames;

  private long send() {
    frames++;
    return pacer.onSend(now, BYTES);
  }

  private boolean begins(long frame) {
    return pacer.onPong(now, FIRST + 2 * frame);
  }

  private boolean completes(long frame) {
    return pacer.onPong(now, FIRST + 2 * frame + 1);
  }

  /// One frame after another, each alone on the way.
  private void deliver(int count) {
    for (int i = 0; i < count; i++) {
      send();
      long frame = frames - 1;
      now += ROUND_TRIP_NANOS;
      begins(frame);
      now += REST_NANOS;
      completes(frame);
    }
  }

  /// The same, but the camera fills the link.
  private void fill(int count) {
    overlap(count, WHOLE_NANOS);
  }

  /// The same, but the next frame goes before one has arrived.
  private void overlap(int count, long everyNanos) {
    send();
    long sentAt = now;
    for (int left = count; left > 0; left--) {
      long frame = frames - 1;
      now = sentAt + ROUND_TRIP_NANOS;
      begins(frame);
      if (left > 1) {
        now = sentAt + everyNanos;
        send();
      }
      now = sentAt + ROUND_TRIP_NANOS + REST_NANOS;
      completes(frame);
      sentAt += everyNanos;
    }
  }

  @Test
  void sendsTheFirstFrameAtOnce() {
    assertThat(pacer.gate(now)).isZero();
  }

  @Test
  void numbersThePingsOfAFrame() {
    assertThat(send()).isEqualTo(FIRST);
    assertThat(send()).isEqualTo(FIRST + 2);
  }

  @Test
  void learnsRoundTripAndRateSeparately() {
    deliver(3);

    assertThat(pacer.roundTripNanos()).isEqualTo(ROUND_TRIP_NANOS);
    assertThat(pacer.linkBitsPerSecond()).isCloseTo(8e6, within(8e3));
    assertThat(pacer.deliveryNanos()).isEqualTo(ROUND_TRIP_NANOS + REST_NANOS);
  }

  @Test
  void knowsNothingBeforeTheFirstPong() {
    send();

    assertThat(pacer.roundTripNanos()).isEqualTo(-1);
    assertThat(pacer.linkBitsPerSecond()).isEqualTo(-1);
    assertThat(pacer.deliveryNanos()).isEqualTo(-1);
    assertThat(pacer.inFlight(now)).isEqualTo(-1);
  }

  @Test
  void sendsOneRoundTripBeforeThePredictedArrival() {
    deliver(4);
    send();

    assertThat(pacer.gate(now)).isEqualTo(REST_NANOS - SETTINGS.slackNanos());
    assertThat(pacer.waiting()).isEqualTo(Waiting.LINK);
    now += REST_NANOS - SETTINGS.slackNanos();
    assertThat(pacer.gate(now)).isZero();
    assertThat(pacer.waiting()).isEqualTo(Waiting.NOT);
  }

  @Test
  void countsTheFramesBeforeInThePrediction() {
    deliver(4);
    send();
    now += REST_NANOS - SETTINGS.slackNanos();
    send();

    // The second arrives a whole frame after the first, and the third is to meet its end.
    assertThat(pacer.gate(now)).isEqualTo(WHOLE_NANOS);
  }

  @Test
  void predictsAnewFromTheFirstPong() {
    deliver(4);
    send();
    now += ROUND_TRIP_NANOS - 5 * NANOS_PER_MILLI;
    begins(4);

    assertThat(pacer.gate(now))
        .isEqualTo(REST_NANOS - (ROUND_TRIP_NANOS - 5 * NANOS_PER_MILLI) - SETTINGS.slackNanos());
  }

  @Test
  void waitsForAPongThatIsOverdue() {
    fill(20);
    send();
    now += REST_NANOS;
    assertThat(pacer.gate(now)).isZero();
    now += ROUND_TRIP_NANOS + NANOS_PER_MILLI;

    assertThat(pacer.gate(now)).isGreaterThan(100 * NANOS_PER_MILLI);
    assertThat(pacer.waiting()).isEqualTo(Waiting.LINK);
    begins(20);
    completes(20);
    assertThat(pacer.gate(now)).isZero();
  }

  /// 12 frames a second, of which the link takes half the time: less than one in a round trip.
  @Test
  void sendsOneFrameBehindAnOverduePongWhereTheCameraLeavesRoom() {
    deliver(20);
    send();
    now += ROUND_TRIP_NANOS + WHOLE_NANOS;

    assertThat(pacer.gate(now)).as("only a frame behind a lost last segment gets it").isZero();
    send();
    assertThat(pacer.gate(now)).as("and one does").isGreaterThan(100 * NANOS_PER_MILLI);
  }

  /// 14 frames a second, of which the link takes five eighths of the time: one comes in the time
  /// that a frame is away.
  @Test
  void sendsNoMoreThereThanTheLinkTakesInARoundTripAndAMoment() {
    overlap(20, 72 * NANOS_PER_MILLI);
    send();
    now += ROUND_TRIP_NANOS + WHOLE_NANOS;
    assertThat(pacer.gate(now)).isZero();
    send();

    assertThat(pacer.gate(now))
        .as("two take it 90 ms, more than 40 and 40")
        .isGreaterThan(100 * NANOS_PER_MILLI);
  }

  @Test
  void waitsForThePeerEvenThereWhenItHasBeenSilentForAMoment() {
    deliver(20);
    send();
    now += ROUND_TRIP_NANOS + SETTINGS.hiccupNanos();
    assertThat(pacer.gate(now)).isZero();
    now++;

    assertThat(pacer.gate(now)).isPositive();
  }

  @Test
  void believesTwoSlowFramesInARow() {
    deliver(20);
    for (int i = 0; i < 2; i++) {
      send();
      now += ROUND_TRIP_NANOS;
      begins(frames - 1);
      now += 4 * REST_NANOS;
      completes(frames - 1);
    }

    assertThat(pacer.linkBitsPerSecond()).isCloseTo(2e6, within(2e4));
  }

  @Test
  void doesNotBelieveOneSlowFrame() {
    deliver(20);
    send();
    now += ROUND_TRIP_NANOS;
    begins(20);
    now += 4 * REST_NANOS;
    completes(20);

    assertThat(pacer.linkBitsPerSecond()).isCloseTo(8e6, within(8e3));
  }

  /// A segment of the first of three frames is lost: the rest waits for it, then comes at once.
  private void stopped(long forNanos) {
    long first = frames;
    send();
    now += REST_NANOS;
    send();
    now += WHOLE_NANOS;
    send();
    now += Math.max(0, ROUND_TRIP_NANOS + forNanos - REST_NANOS - WHOLE_NANOS);
    begins(first);
    now += REST_NANOS;
    completes(first);
    for (long k = first + 1; k < first + 3; k++) {
      now += NANOS_PER_MILLI / 10;
      begins(k);
      completes(k);
    }
    now += NANOS_PER_SECOND / 2;
  }

  @Test
  void keepsTheRateWhenLossHoldsFramesBack() {
    deliver(20);
    for (int i = 0; i < 30; i++) {
      stopped(120 * NANOS_PER_MILLI);
      deliver(1);
    }

    assertThat(pacer.linkBitsPerSecond()).isBetween(6e6, 10e6);
  }

  @Test
  void goesOnSendingWhileAStopIsAsLongAsTheyUsuallyAre() {
    fill(20);
    for (int i = 0; i < 3; i++) {
      stopped(120 * NANOS_PER_MILLI);
      fill(20);
    }
    send();
    now += ROUND_TRIP_NANOS + REST_NANOS + 20 * NANOS_PER_MILLI;

    assertThat(pacer.gate(now)).isZero();
    now += 10 * NANOS_PER_SECOND / 100;
    assertThat(pacer.gate(now)).isPositive();
  }

  @Test
  void forgetsStopsAfterAWhile() {
    fill(20);
    for (int i = 0; i < 3; i++) {
      stopped(120 * NANOS_PER_MILLI);
      fill(20);
    }
    now += SETTINGS.memoryNanos();
    fill(20);
    send();
    now += ROUND_TRIP_NANOS + REST_NANOS + 20 * NANOS_PER_MILLI;

    assertThat(pacer.gate(now)).isPositive();
  }

  @Test
  void letsThePathRunEmptyWhenItsRoundTripIsOld() {
    deliver(4);
    // From here on there is always a frame on the way, and a queue of 20 ms that nobody drains.
    send();
    long end = now + 3 * SETTINGS.memoryNanos();
    boolean drained = false;
    long sentAt = now;
    while (now < end && !drained) {
      long oldest = frames - 1;
      now = sentAt + ROUND_TRIP_NANOS + 20 * NANOS_PER_MILLI;
      begins(oldest);
      drained = pacer.gate(now) > 100 * NANOS_PER_MILLI;
      if (!drained) {
        sentAt = now;
        send();
        now += REST_NANOS - NANOS_PER_MILLI;
        completes(oldest);
      } else {
        now += REST_NANOS;
        completes(oldest);
      }
    }

    assertThat(drained).isTrue();
    assertThat(pacer.gate(now)).as("goes on once it is empty").isZero();
  }

  @Test
  void sendsFewFramesUntilTheFirstPong() {
    send();
    assertThat(pacer.gate(now)).isEqualTo(SETTINGS.firstGapNanos());
    now += SETTINGS.firstGapNanos() - 1;
    assertThat(pacer.gate(now)).isEqualTo(1);
    now++;
    assertThat(pacer.gate(now)).isZero();
  }

  private void neverAnswer() {
    send();
    now += SETTINGS.answerNanos() - 1;
    send();
    assertThat(pacer.fellBack()).isFalse();
    now++;
    assertThat(pacer.gate(now)).isZero();
    send();

    assertThat(pacer.fellBack()).isTrue();
    for (int i = 0; i < 10 * SETTINGS.outstandingFrames(); i++) {
      assertThat(pacer.gate(now)).isZero();
      send();
    }
  }

  @Test
  void givesUpOnAPeerThatNeverAnswers() {
    neverAnswer();
  }

  @Test
  void pacesAgainWhenSuchAPeerAnswersAfterAll() {
    neverAnswer();

    assertThat(begins(0)).as("forgotten long ago").isFalse();
    assertThat(pacer.fellBack()).isTrue();
    assertThat(completes(frames - 1)).isTrue();
    assertThat(pacer.fellBack()).isFalse();
    assertThat(pacer.inFlight(now)).isZero();
  }

  @Test
  void risksOneFrameASecondWhenAPeerFallsSilent() {
    deliver(4);
    send();
    for (int i = 0; i < SETTINGS.probes(); i++) {
      now += SETTINGS.silenceNanos() - NANOS_PER_MILLI;
      assertThat(pacer.gate(now)).isEqualTo(NANOS_PER_MILLI);
      assertThat(pacer.waiting()).isEqualTo(Waiting.STALLED);
      now += NANOS_PER_MILLI;
      assertThat(pacer.gate(now)).isZero();
      send();
    }
    assertThat(pacer.fellBack()).isFalse();
    now += SETTINGS.silenceNanos();
    send();

    assertThat(pacer.fellBack()).as("one more than allowed").isTrue();
  }

  @Test
  void startsCountingAnewWhenTheSilenceEnds() {
    deliver(4);
    send();
    now += SETTINGS.silenceNanos();
    send();
    completes(5);
    send();
    for (int i = 0; i < SETTINGS.probes(); i++) {
      now += SETTINGS.silenceNanos();
      send();
    }

    assertThat(pacer.fellBack()).isFalse();
  }

  @Test
  void ignoresPongsItNeverAskedFor() {
    deliver(2);
    send();
    int before = pacer.inFlight(now);

    assertThat(pacer.onPong(now, FIRST + 6)).as("not sent yet").isFalse();
    assertThat(pacer.onPong(now, FIRST + 3)).as("old").isFalse();
    assertThat(pacer.onPong(now, FIRST - 1)).as("before the first").isFalse();
    assertThat(pacer.onPong(now, -1)).isFalse();
    assertThat(pacer.onPong(now, Long.MIN_VALUE)).isFalse();
    assertThat(pacer.onPong(now, Long.MAX_VALUE)).isFalse();
    assertThat(pacer.inFlight(now)).isEqualTo(before).isEqualTo(1);
  }

  @Test
  void ignoresAPongThatComesTwice() {
    deliver(2);
    send();
    now += ROUND_TRIP_NANOS;

    assertThat(begins(2)).isTrue();
    assertThat(begins(2)).isFalse();
    now += REST_NANOS;
    assertThat(completes(2)).isTrue();
    assertThat(completes(2)).isFalse();
  }

  @Test
  void takesAPongForAllFramesBefore() {
    deliver(2);
    send();
    send();
    send();
    assertThat(pacer.inFlight(now)).isEqualTo(3);
    now += 4 * ROUND_TRIP_NANOS;

    begins(4);
    assertThat(pacer.inFlight(now)).isEqualTo(1);
    completes(4);
    assertThat(pacer.inFlight(now)).isZero();
    assertThat(completes(3)).isFalse();
  }

  @Test
  void getsAlongWithAClientThatAnswersOnlyTheLatestPing() {
    for (int i = 0; i < 30; i++) {
      send();
      now += ROUND_TRIP_NANOS + REST_NANOS;
      completes(frames - 1);
    }

    assertThat(pacer.gate(now)).isZero();
    assertThat(pacer.fellBack()).isFalse();
    assertThat(pacer.roundTripNanos()).isBetween(1L, ROUND_TRIP_NANOS + REST_NANOS);
  }

  @Test
  void neverHasMoreFramesOnTheWayThanItCanRemember() {
    // A peer without a rate limit but with a second of delay.
    for (int i = 0; i < 3; i++) {
      send();
      now += NANOS_PER_SECOND;
      begins(frames - 1);
      completes(frames - 1);
    }
    int sent = 0;
    while (sent < 1_000 && pacer.gate(now) == 0) {
      send();
      sent++;
    }

    assertThat(sent).isEqualTo(SETTINGS.outstandingFrames() - 1);
    assertThat(pacer.inFlight(now)).isEqualTo(sent);
  }

  // Sparse pings

  private static final long FAST_NANOS = NANOS_PER_MILLI / 2;

  /// Frames at an even distance to a peer that answers at once; returns how many carried pings.
  private int stream(int count, long gap) {
    int pinged = 0;
    for (int i = 0; i < count; i++) {
      assertThat(pacer.gate(now)).as("frame %d", i).isZero();
      if (send() != Pacer.NO_PING) {
        pinged++;
        now += FAST_NANOS;
        begins(frames - 1);
        completes(frames - 1);
        now -= FAST_NANOS;
      }
      now += gap;
    }
    return pinged;
  }

  @Test
  void asksForEveryFrameOfALinkThatIsNotFast() {
    for (int i = 0; i < 100; i++) {
      now += NANOS_PER_SECOND / 10;
      assertThat(send()).as("frame %d", i).isNotEqualTo(Pacer.NO_PING);
      now += ROUND_TRIP_NANOS;
      begins(frames - 1);
      completes(frames - 1);
    }
  }

  @Test
  void asksOnAFastLinkOnlyNowAndThen() {
    assertThat(stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30))
        .as("not before it is known")
        .isEqualTo(SETTINGS.fastFrames());

    // Ten seconds at thirty a second: one in four, the first that comes after the interval.
    assertThat(stream(300, NANOS_PER_SECOND / 30)).isBetween(75, 77);
  }

  @Test
  void neverHasMoreUnaskedFramesThanHalfOfWhatMayBeOnItsWay() {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    int run = 0;
    for (int i = 0; i < 200; i++) {
      now += 1;
      if (send() == Pacer.NO_PING) {
        run++;
      } else {
        assertThat(run).isEqualTo(SETTINGS.outstandingFrames() / 2);
        return;
      }
    }
    throw new AssertionError("200 frames without a ping");
  }

  // The system's word

  /// How the frames were asked for that went with pings: around or behind.
  private final StringBuilder asked = new StringBuilder();

  /// A frame with what the system says where it is wanted; returns whether it carried pings.
  private boolean sendWithWord(long gap, long unacknowledged) {
    now += gap;
    if (pacer.wantsUnacknowledged(now)) {
      pacer.unacknowledged(now, unacknowledged);
    }
    assertThat(pacer.gate(now)).isZero();
    long ping = send();
    if (ping == Pacer.NO_PING) {
      return false;
    }
    now += FAST_NANOS;
    boolean around = Pings.inFront(ping) != Pacer.NO_PING;
    asked.append(around ? 'a' : 'b');
    long behind = Pings.behind(ping);
    assertThat(pacer.onPong(now, behind - 1)).as("whether it is expected").isEqualTo(around);
    assertThat(pacer.onPong(now, behind)).isTrue();
    now -= FAST_NANOS;
    return true;
  }

  private long pingedOf(int count, long unacknowledged) {
    return pingedOf(count, 30, unacknowledged);
  }

  private long pingedOf(int count, int fps, long unacknowledged) {
    return IntStream.range(0, count)
        .filter(_ -> sendWithWord(NANOS_PER_SECOND / fps, unacknowledged))
        .count();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, BYTES + 1448})
  void asksLessWhileTheSystemSaysThatAllHasArrived(long unacknowledged) {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);

    // Ten seconds at thirty a second: one in fourteen.
    assertThat(pingedOf(300, unacknowledged)).isBetween(21L, 22L);
    assertThat(pacer.inFlight(now + NANOS_PER_SECOND / 30)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, BYTES + 1448 + 1, Long.MAX_VALUE})
  void asksAsOftenAsEverWhenTheSystemSaysAnythingElse(long unacknowledged) {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);

    assertThat(pingedOf(300, unacknowledged)).isBetween(75L, 77L);
  }

  @Test
  void asksAPeerThatIsVouchedForBehindTheFrameThreeTimesOfFour() {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    pingedOf(150, 0);

    assertThat(asked).hasToString("bbbabbbabb");
  }

  /// A frame as who can only send past the mailbox asks for it, else the usual way; returns whether
  /// it went with a ping past the mailbox.
  private boolean passes(long unacknowledged) {
    now += NANOS_PER_SECOND / 30;
    if (pacer.wantsUnacknowledged(now)) {
      pacer.unacknowledged(now, unacknowledged);
    }
    if (pacer.freeRun().takes(now, BYTES)) {
      return false;
    }
    long ping = pacer.onSendAsking(now, BYTES);
    if (ping == Pacer.NO_PING) {
      now -= NANOS_PER_SECOND / 30;
      sendWithWord(NANOS_PER_SECOND / 30, unacknowledged);
      return false;
    }
    asked.append('p');
    now += FAST_NANOS;
    assertThat(pacer.onPong(now, ping - 1)).isFalse();
    assertThat(pacer.onPong(now, ping)).isTrue();
    now -= FAST_NANOS;
    return true;
  }

  @Test
  void asksBehindFramesThatGoPastTheMailboxAtTheSameTimes() {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    for (int i = 0; i < 150; i++) {
      passes(0);
    }

    assertThat(asked).hasToString("pppapppapp");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, BYTES + 1448 + 1, Long.MAX_VALUE})
  void letsNoFrameGoPastTheMailboxWithoutTheSystemsWord(long unacknowledged) {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);

    assertThat(IntStream.range(0, 100).filter(_ -> passes(unacknowledged)).count()).isZero();
    assertThat(asked.toString()).matches("a+");
  }

  @Test
  void letsNoFrameGoPastTheMailboxBeforeTheLinkIsKnownOrWhileAPongIsOpen() {
    assertThat(pacer.onSendAsking(now, BYTES)).as("unknown").isEqualTo(Pacer.NO_PING);
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    pingedOf(13, 0);
    now += NANOS_PER_SECOND;
    assertThat(pacer.onSendAsking(now, BYTES)).isNotEqualTo(Pacer.NO_PING);
    now += NANOS_PER_SECOND / 4;
    assertThat(pacer.onSendAsking(now, BYTES)).as("open").isEqualTo(Pacer.NO_PING);
    assertThat(pacer.inFlight(now)).isEqualTo(1);
  }

  @Test
  void asksAroundTheFrameWhenTheSystemDoesNotVouchForThePeer() {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    pingedOf(16, 0);
    assertThat(asked).hasToString("b");
    pingedOf(8, BYTES + 1448 + 1);
    assertThat(asked).hasToString("baa");
    pingedOf(16, 0);

    assertThat(asked).as("vouched again").hasToString("baab");
  }

  @Test
  void takesNothingAboutTheLinkFromAPongThatCameAlone() {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    pingedOf(14, 0);
    double rate = pacer.linkBitsPerSecond();
    long ping = Pacer.NO_PING;
    while (ping == Pacer.NO_PING) {
      now += NANOS_PER_SECOND / 30;
      pacer.unacknowledged(now, 0);
      ping = send();
    }
    assertThat(Pings.inFront(ping)).isEqualTo(Pacer.NO_PING);
    now += SETTINGS.hiccupNanos() / 2;
    assertThat(pacer.onPong(now, ping)).isTrue();

    assertThat(pacer.lastDeliveryNanos()).isEqualTo(SETTINGS.hiccupNanos() / 2);
    assertThat(pacer.lastExcessNanos()).isGreaterThan(SETTINGS.hiccupNanos() / 2 - 2 * FAST_NANOS);
    assertThat(pacer.inFlight(now)).isZero();
    assertThat(pacer.linkBitsPerSecond()).isEqualTo(rate);
    assertThat(pacer.roundTripNanos()).isEqualTo(FAST_NANOS);
    assertThat(pacer.gate(now)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"30, 13, 21", "10, 9, 18", "5, 7, 13"})
  void asksPeersThatCameTogetherAroundDifferentFrames(int fps, int least, int most) {
    Set<Long> distances = new TreeSet<>();
    for (int i = 0; i < Asking.SPREADS; i++) {
      pacer = new Pacer(SETTINGS, FIRST + 2L * i);
      assertThat(pingedOf(40, 0)).as("until the link is known").isGreaterThanOrEqualTo(8);
      distances.add(600 / pingedOf(600, fps, 0));
    }
    assertThat(distances)
        .hasSizeGreaterThanOrEqualTo(5)
        .allMatch(frames -> frames >= least && frames <= most);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 10, 10", // nine frames, and one more or two
    "0, 5, 8", // a second and a half
    "0, 1, 2",
    "15, 10, 18",
    "15, 5, 13", // two and a half
    "15, 1, 3"
  })
  void asksAfterAFewFramesOrSomeTimeAtLowRates(int spread, int fps, int frames) {
    pacer = new Pacer(SETTINGS, FIRST + 2L * spread);
    pingedOf(40, 0);
    int count = 20 * frames;

    assertThat(pingedOf(count, fps, 0)).isBetween(count / frames - 1L, count / frames + 1L);
  }

  @Test
  void asksAgainOnceTheSystemFindsSomethingOnItsWay() {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    assertThat(pingedOf(6, 0)).isZero();

    // Frames that were vouched for before go on: three of them until the word is too old.
    assertThat(pingedOf(4, 2 * BYTES)).isEqualTo(1);
  }

  @Test
  void wantsNoWordOnALinkThatIsNotFast() {
    assertThat(pacer.wantsUnacknowledged(now)).as("nothing sent").isFalse();
    send();
    now += ROUND_TRIP_NANOS;
    assertThat(pacer.wantsUnacknowledged(now)).as("nothing known").isFalse();
    begins(0);
    completes(0);
    stream(SETTINGS.fastFrames() + 1, NANOS_PER_SECOND / 30);
    now += SETTINGS.sparseNanos();
    assertThat(pacer.wantsUnacknowledged(now)).as("fast, asked a while ago").isTrue();
  }

  @Test
  void takesTheWordWhileAPongIsOpenButNotForLong() {
    stream(SETTINGS.fastFrames() + 1, NANOS_PER_SECOND / 30);
    now += SETTINGS.sparseNanos();
    assertThat(send()).isNotEqualTo(Pacer.NO_PING);
    long asked = now;

    now = asked + SETTINGS.hiccupNanos() - Asking.WORD_GAP_NANOS;
    assertThat(pacer.wantsUnacknowledged(now)).isTrue();
    pacer.unacknowledged(now, 0);
    assertThat(pacer.freeRun().waitNanos(now)).isZero();
    assertThat(send()).isEqualTo(Pacer.NO_PING);
    assertThat(pacer.inFlight(now)).as("the peer's program has not answered").isEqualTo(1);

    now = asked + SETTINGS.hiccupNanos();
    assertThat(pacer.freeRun().waitNanos(now)).isEqualTo(FreeRun.OVER);
    assertThat(pacer.wantsUnacknowledged(now)).as("it takes too long").isFalse();
    pacer.unacknowledged(now, 0);
    assertThat(pacer.freeRun().waitNanos(now)).isEqualTo(FreeRun.OVER);
  }

  @Test
  void wantsTheWordAsSoonAsThePeerHasAnswered() {
    stream(SETTINGS.fastFrames() + 1, NANOS_PER_SECOND / 30);
    assertThat(pacer.wantsUnacknowledged(now)).isTrue();
    pacer.unacknowledged(now, 0);

    assertThat(pacer.wantsUnacknowledged(now)).as("it has it").isFalse();
    assertThat(pacer.freeRun().waitNanos(now)).isZero();
  }

  @Test
  void wantsNoWordAgainForTheSameFrames() {
    stream(SETTINGS.fastFrames() + 1, NANOS_PER_SECOND / 30);
    assertThat(pacer.wantsUnacknowledged(now)).isTrue();
    pacer.unacknowledged(now, Long.MAX_VALUE);

    now += Asking.WORD_GAP_NANOS - 1;
    assertThat(pacer.wantsUnacknowledged(now)).as("it has only just said no").isFalse();
    now++;
    assertThat(pacer.wantsUnacknowledged(now)).isTrue();
  }

  @Test
  void trustsTheWordNoLongerThanAnAnswer() {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    now += SETTINGS.sparseNanos();
    pacer.unacknowledged(now, 0);
    now += SETTINGS.sparseNanos() - 1;
    for (int i = 0; i < 3; i++) {
      assertThat(pacer.wantsUnacknowledged(now)).isFalse();
      assertThat(send()).isEqualTo(Pacer.NO_PING);
    }
    now++;

    assertThat(pacer.wantsUnacknowledged(now)).isTrue();
    assertThat(send()).isNotEqualTo(Pacer.NO_PING);
  }

  @Test
  void asksNoMoreAtHighRatesWhileTheSystemVouches() {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    int most = 4 * SETTINGS.outstandingFrames();

    long pinged = IntStream.range(0, most).filter(_ -> sendWithWord(NANOS_PER_MILLI, 0)).count();

    assertThat(pinged).isLessThanOrEqualTo(most * NANOS_PER_MILLI / Asking.VOUCHED_NANOS + 1);
  }

  @Test
  void goesOnThroughAHiccupOfAPeerOnAFastLink() {
    stream(50, NANOS_PER_SECOND / 30);
    now += SETTINGS.sparseNanos();
    send();
    now += SETTINGS.hiccupNanos();

    assertThat(pacer.gate(now)).isZero();
  }

  @Test
  void stopsAfterAHiccupThatIsTooLong() {
    stream(50, NANOS_PER_SECOND / 30);
    now += SETTINGS.sparseNanos();
    send();
    now += SETTINGS.hiccupNanos() + 1;

    assertThat(pacer.gate(now)).isPositive();
  }

  @Test
  void stopsInAHiccupWhenTheLinkWouldBeBusyForLong() {
    // As slow as a fast link may be.
    long frame = SETTINGS.fastNanos() - 2 * FAST_NANOS;
    for (int i = 0; i < 50; i++) {
      send();
      now += FAST_NANOS;
      begins(frames - 1);
      now += frame;
      completes(frames - 1);
      now += NANOS_PER_SECOND / 30;
    }
    now += SETTINGS.sparseNanos();
    send();
    now += SETTINGS.hiccupNanos() / 2;
    int ahead = 0;
    while (pacer.gate(now) == 0 && ahead < 100) {
      send();
      ahead++;
    }

    assertThat(ahead).isBetween(4, (int) (SETTINGS.aheadNanos() / frame) + 1);
  }

  @Test
  void noticesWithinAnIntervalAndAHiccupThatAFastLinkIsNoMore() {
    stream(50, NANOS_PER_SECOND / 30);
    // From here on nothing comes back.
    long from = now;
    while (pacer.gate(now) == 0 && now - from < NANOS_PER_SECOND) {
      send();
      now += NANOS_PER_SECOND / 30;
    }

    assertThat(now - from)
        .isLessThanOrEqualTo(
            SETTINGS.sparseNanos() + SETTINGS.hiccupNanos() + 2 * NANOS_PER_SECOND / 30);
  }

  @Test
  void coversFramesWithoutPingsByALaterPong() {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    now += NANOS_PER_SECOND;
    send();
    now += FAST_NANOS;
    begins(frames - 1);
    completes(frames - 1);
    now += FAST_NANOS;
    assertThat(send()).isEqualTo(Pacer.NO_PING);
    long without = frames - 1;
    assertThat(begins(without)).as("nobody asked").isFalse();
    assertThat(completes(without)).as("nobody asked").isFalse();
    assertThat(pacer.inFlight(now)).isEqualTo(1);
    now += SETTINGS.sparseNanos();
    assertThat(send()).isNotEqualTo(Pacer.NO_PING);
    begins(frames - 1);

    assertThat(pacer.inFlight(now)).isEqualTo(1);
  }

  @Test
  void isNeverStalledByFramesWithoutPings() {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);
    now += NANOS_PER_SECOND;
    send();
    now += FAST_NANOS;
    begins(frames - 1);
    completes(frames - 1);
    assertThat(send()).isEqualTo(Pacer.NO_PING);
    now += 100 * NANOS_PER_SECOND;

    assertThat(pacer.gate(now)).isZero();
    assertThat(pacer.inFlight(now)).isZero();
  }

  /// What the system says of the way to the peer.
  private void pathHas(long unsent, long queueNanos) {
    assertThat(pacer.gate(now)).isPositive();
    assertThat(pacer.wantsPath(now)).isTrue();
    pacer.path(now, new PathWord(unsent, ROUND_TRIP_NANOS + queueNanos, 0, ROUND_TRIP_NANOS));
  }

  @Test
  void sendsEarlierThanEstimatedWhereTheSystemFindsNothingWaiting() {
    fill(20);
    send();
    pathHas(0, 0);

    assertThat(pacer.gate(now)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "0, 11"})
  void keepsToItsEstimateWhereTheSystemFindsSomethingWaiting(long unsent, long queueMillis) {
    fill(20);
    send();
    pathHas(unsent, queueMillis * NANOS_PER_MILLI);

    assertThat(pacer.gate(now)).isPositive();
  }

  /// The next word may be a round trip old.
  @Test
  void sendsOneFrameAtATimeEarlierThanEstimated() {
    fill(20);
    send();
    pathHas(0, 0);
    assertThat(pacer.gate(now)).isZero();
    send();
    pathHas(0, 0);

    assertThat(pacer.gate(now)).isPositive();
  }

  @Test
  void wantsNoWordOnThePathWhereAFrameMayGo() {
    fill(20);

    assertThat(pacer.gate(now)).isZero();
    assertThat(pacer.wantsPath(now)).isFalse();
  }

  @Test
  void wantsNoWordOnThePathBeforeTheLinkIsKnown() {
    send();

    assertThat(pacer.gate(now)).isPositive();
    assertThat(pacer.wantsPath(now)).isFalse();
  }
}
