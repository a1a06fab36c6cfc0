// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of the [Pacer] for peers on fast links, who are not asked about each frame.
class FastPeerTest extends PacerFixture {

  private static final long FAST_NANOS = NANOS_PER_MILLI / 2;

  /// The peer answers the pings of the latest frame at once.
  private void answers() {
    now += FAST_NANOS;
    begins(frames - 1);
    completes(frames - 1);
  }

  /// Frames at an even distance to a peer that answers at once; returns how many carried pings.
  private int stream(int count, long gap) {
    int pinged = 0;
    for (int i = 0; i < count; i++) {
      assertThat(pacer.gate(now)).as("frame %d", i).isZero();
      if (send() != Pacer.NO_PING) {
        pinged++;
        answers();
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

  /// How long the peer takes to answer.
  private long answerNanos = FAST_NANOS;

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
    now += answerNanos;
    boolean around = Pings.inFront(ping) != Pacer.NO_PING;
    asked.append(around ? 'a' : 'b');
    long behind = Pings.behind(ping);
    assertThat(pacer.onPong(now, behind - 1)).as("whether it is expected").isEqualTo(around);
    assertThat(pacer.onPong(now, behind)).isTrue();
    now -= answerNanos;
    return true;
  }

  /// After how many frames the peer is asked again.
  private int distance(int fps) {
    int distance = 1;
    while (!sendWithWord(NANOS_PER_SECOND / fps, 0)) {
      distance++;
      assertThat(distance).as("frames without a ping").isLessThan(1_000);
    }
    return distance;
  }

  private long pingedOf(int count, long unacknowledged) {
    return IntStream.range(0, count)
        .filter(_ -> sendWithWord(NANOS_PER_SECOND / 30, unacknowledged))
        .count();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, BYTES + 1448})
  void asksLessWhileTheSystemSaysThatAllHasArrived(long unacknowledged) {
    stream(SETTINGS.fastFrames(), NANOS_PER_SECOND / 30);

    // Two seconds at thirty a second: one in fourteen.
    assertThat(pingedOf(60, unacknowledged)).isEqualTo(4);
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
    pingedOf(250, 0);

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
    for (int i = 0; i < 250; i++) {
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

  private void comeTogether(int spread) {
    pacer = new Pacer(SETTINGS, FIRST + 2L * spread);
    pingedOf(SETTINGS.fastFrames(), -1);
    distance(30); // until the system vouches for it
  }

  @ParameterizedTest
  @CsvSource({"30, 13, 21", "10, 10, 19", "5, 8, 13"})
  void asksPeersThatCameTogetherAroundDifferentFrames(int fps, int least, int most) {
    Set<Integer> distances = new TreeSet<>();
    for (int i = 0; i < Asking.SPREADS; i++) {
      comeTogether(i);
      distances.add(distance(fps));
    }
    assertThat(distances)
        .hasSizeGreaterThanOrEqualTo(4)
        .allMatch(frames -> frames >= least && frames <= most);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 70, 32, 127", // 450 ms
    "0, 30, 14, 55",
    "0, 10, 10, 37", // nine frames
    "0, 5, 8, 20", // 1.5 s, and 4 s at most
    "0, 1, 2, 4",
    "15, 70, 47, 186", // 661 ms
    "15, 30, 20, 80",
    "15, 10, 19, 50", // sixteen frames, and those on the same word
    "15, 5, 13, 25", // 2.4 s, and 4.9 s at most
    "15, 1, 3, 5"
  })
  void asksAfterSomeTimeOrAFewFramesAndFourTimesThatWhoAlwaysAnswers(
      int spread, int fps, int first, int later) {
    comeTogether(spread);
    assertThat(distance(fps)).isEqualTo(first);
    int last = first;
    for (int i = 0; i < 3 * Asking.ANSWERS_A_DISTANCE; i++) {
      int next = distance(fps);
      assertThat(next).as("%dth answer", i + 2).isGreaterThanOrEqualTo(last);
      last = next;
    }
    assertThat(last).isEqualTo(later);
    assertThat(distance(fps)).as("and no more").isEqualTo(later);
  }

  @Test
  void asksAPeerThatTookItsTimeAsSoonAsAtFirst() {
    comeTogether(0);
    int first = distance(30);
    for (int i = 0; i < 3 * Asking.ANSWERS_A_DISTANCE; i++) {
      distance(30);
    }
    answerNanos = SETTINGS.patienceNanos() + FAST_NANOS;
    assertThat(distance(30)).as("just in time").isGreaterThan(3 * first);
    answerNanos += 2 * FAST_NANOS;
    assertThat(distance(30)).as("too late").isGreaterThan(3 * first);
    answerNanos = FAST_NANOS;

    assertThat(distance(30)).isEqualTo(first);
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
    answers();
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
    answers();
    assertThat(send()).isEqualTo(Pacer.NO_PING);
    now += 100 * NANOS_PER_SECOND;

    assertThat(pacer.gate(now)).isZero();
    assertThat(pacer.inFlight(now)).isZero();
  }
}
