// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jetsonrelay.agent.policy.QualityController.Cause;
import org.jetsonrelay.agent.policy.QualityController.Second;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityControllerTest {

  private static final long MILLI = 1_000_000;

  private final QualityController controller =
      new QualityController(QualitySettings.between(40, 80));

  private static Second second(double offered, double sent, double link) {
    return new Second(offered, sent, 40_000, link, 60 * MILLI, 40 * MILLI, null);
  }

  private static Second heard(double sent, @Nullable AudienceReport report) {
    return new Second(30, sent, 40_000, 100e6, 60 * MILLI, 40 * MILLI, report);
  }

  /** The quality after each of so many equal seconds. */
  private List<Integer> after(int seconds, Second each) {
    List<Integer> qualities = new ArrayList<>();
    for (int i = 0; i < seconds; i++) {
      int before = controller.quality();
      boolean changed = controller.observe(each);
      assertThat(changed).isEqualTo(controller.quality() != before);
      qualities.add(controller.quality());
    }
    return qualities;
  }

  @Test
  void beginsWithTheBest() {
    assertThat(controller.quality()).isEqualTo(80);
    assertThat(after(600, second(30, 30, 100e6))).containsOnly(80);
  }

  @Test
  void skipsFirstAndLowersThen() {
    assertThat(after(8, second(30, 24, 8e6))).containsExactly(80, 64, 64, 64, 51, 51, 51, 40);
    assertThat(controller.cause()).isEqualTo(Cause.UPLINK);
    assertThat(after(100, second(30, 24, 8e6))).containsOnly(40);
  }

  @Test
  void lowersMoreWhenMostFramesAreSkipped() {
    assertThat(after(2, second(30, 9, 2e6))).containsExactly(80, 48);
  }

  @ParameterizedTest
  @CsvSource({
    "30, 30, 60, 0", // all well
    "30, 26.1, 60, 0", // a frame on the other side of the second's end
    "2, 1, 60, 0", // the same with a slow source
    "0, 0, 60, 0", // no source
    "30, 0, 60, 1", // nothing gets through
    "30, 25, 60, 1", // not enough gets through
    "30, 30, 530, 0", // as late as may be
    "30, 30, 541, 1", // later
    "1, 1, 900, 1", // late with a slow source
  })
  void tellsAShortageFromNone(double offered, double sent, long deliveryMillis, int lowered) {
    Second each =
        new Second(offered, sent, 40_000, 100e6, deliveryMillis * MILLI, 40 * MILLI, null);
    after(2, each);

    assertThat(controller.quality() < 80 ? 1 : 0).isEqualTo(lowered);
  }

  @Test
  void countsOnlyShortagesInARow() {
    for (int i = 0; i < 100; i++) {
      after(1, second(30, 15, 8e6));
      after(1, second(30, 30, 8e6));
    }

    assertThat(controller.quality()).isEqualTo(80);
  }

  @Test
  void recoversInSmallStepsWhereThereIsRoom() {
    after(2, second(30, 24, 8e6));
    assertThat(controller.quality()).isEqualTo(64);

    assertThat(after(16, second(30, 30, 100e6)))
        .containsExactly(64, 64, 64, 64, 68, 68, 68, 68, 68, 72, 72, 72, 72, 72, 76, 76);
    after(30, second(30, 30, 100e6));
    assertThat(controller.quality()).isEqualTo(80);
    assertThat(controller.cause()).isEqualTo(Cause.NONE);
  }

  @Test
  void waitsLongWhereThereIsNone() {
    after(2, second(30, 24, 8e6));

    assertThat(after(29, second(30, 30, 9.8e6))).containsOnly(64);
    assertThat(after(1, second(30, 30, 9.8e6))).containsOnly(68);
  }

  @Test
  void takesARaiseBackAndWaitsTwiceAsLong() {
    Second well = second(30, 30, 100e6);
    Second ill = second(30, 20, 100e6);
    after(2, ill);
    after(5, well);
    assertThat(controller.quality()).isEqualTo(68);

    after(3, ill);
    assertThat(controller.quality()).isEqualTo(64);
    assertThat(after(10, well)).endsWith(64, 68);
    after(3, ill);
    assertThat(after(20, well)).endsWith(64, 68);
    after(3, ill);
    assertThat(after(40, well)).endsWith(64, 68);
  }

  @Test
  void neverWaitsLongerThanItsLimit() {
    Second well = second(30, 30, 100e6);
    after(2, second(30, 20, 100e6));
    int raised = 0;
    for (int i = 0; i < 3_000; i++) {
      int before = controller.quality();
      after(1, controller.quality() > 64 ? second(30, 20, 100e6) : well);
      raised += controller.quality() > before ? 1 : 0;
    }

    // 5, 10, 20, ... and then every four minutes.
    assertThat(raised).isBetween(14, 20);
    assertThat(controller.quality()).isBetween(64, 68);
  }

  @Test
  void goesOnDownWhenTheShortageStaysAfterARaiseWasTakenBack() {
    after(2, second(30, 24, 100e6));
    after(5, second(30, 30, 100e6));

    assertThat(after(10, second(30, 24, 100e6))).contains(64, 51, 40);
  }

  @Test
  void servesTheRateThatIsWanted() {
    after(10, heard(10, new AudienceReport(2, 10, 10, 50)));

    assertThat(controller.quality()).isEqualTo(80);
  }

  @Test
  void lowersWhenNoViewerGetsWhatIsSent() {
    after(3, heard(30, new AudienceReport(2, 11, 0, 800)));

    assertThat(controller.quality()).isEqualTo(64);
    assertThat(controller.cause()).isEqualTo(Cause.AUDIENCE);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0", // nobody there to take anything
    "3, 29, 0", // the best served one gets it all
    "3, 10, 10", // and does not want more
  })
  void leavesAnAudienceThatIsWellServedAlone(int viewers, double delivered, double wanted) {
    after(20, heard(30, new AudienceReport(viewers, delivered, wanted, 50)));

    assertThat(controller.quality()).isEqualTo(80);
  }

  @Test
  void doesNotBlameViewersForFramesThatWereJustSent() {
    after(1, heard(2, new AudienceReport(1, 1, 0, 5)));
    after(1, heard(30, new AudienceReport(1, 1.5, 0, 5)));
    after(1, heard(30, new AudienceReport(1, 29, 0, 5)));

    assertThat(controller.quality()).isEqualTo(80);
  }

  @ParameterizedTest
  @CsvSource({"0, 80", "41, 40", "1, 101"})
  void wantsBoundsInOrder(int least, int most) {
    assertThatThrownBy(() -> QualitySettings.between(least, most))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void believesNoReportThatCannotBe() {
    assertThat(new AudienceReport(-1, Double.NaN, -5, Long.MIN_VALUE))
        .isEqualTo(new AudienceReport(0, 0, 0, 0));
    assertThat(new AudienceReport(1, 1e300, Double.POSITIVE_INFINITY, 7))
        .isEqualTo(new AudienceReport(1, 1_000, 1_000, 7));
  }
}
