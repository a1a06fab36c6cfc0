// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.jetsonrelay.server.pacing.Link;
import org.jetsonrelay.server.pacing.Link.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class LinksTest {

  @Test
  void aRateIsForEver() {
    assertThat(Links.rate("8M")).singleElement().extracting(Step::megabits).isEqualTo(8.0);
    assertThat(Links.rate("500k")).singleElement().extracting(Step::megabits).isEqualTo(0.5);
    assertThat(Links.rate("64000")).singleElement().extracting(Step::megabits).isEqualTo(0.064);
  }

  @Test
  void aScheduleHasSecondsAndMayBeDownMeanwhile() {
    assertThat(Links.rate("8M:8,0:3,2.5M:0.5"))
        .containsExactly(new Step(8, 8), new Step(0, 3), new Step(2.5, 0.5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "M", "-1M", "9k", "1001M", "eight", "8M:10,2M", "8M:0", "8M:4000", "0", "0:5"})
  void refusesOtherRatesAndNamesThem(String rate) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Links.rate(rate))
        .withMessageContaining("\"");
  }

  @Test
  void describesALinkSoThatItCanBeHadAgain() {
    assertThat(Links.describe(Link.L2)).isEqualTo("20 Mbit/s, 40 ms, loss 1 %, queue 200 ms");
    assertThat(Links.describe(Link.J))
        .isEqualTo("8 Mbit/s, 30 ms, jitter 15 ms each 20 ms, queue 1000 ms");
    assertThat(Links.describe(Link.O))
        .isEqualTo("8 Mbit/s for 8 s, 0 Mbit/s for 3 s, 20 ms, queue 1000 ms");
  }

  private static LinkOptions options(String... arguments) {
    LinkOptions options = new LinkOptions();
    new CommandLine(options).parseArgs(arguments);
    return options;
  }

  @Test
  void takesTheUsualLinksWhereNoneIsNamed() {
    assertThat(options().links(false)).extracting(Link::name).contains("L1", "L2", "L3", "J", "V");
    assertThat(options().links(true)).containsExactly(Link.L1);
  }

  @Test
  void drawsTheSameLinksAgainByTheirNumbers() {
    assertThat(options("--drawn", "2", "--seed", "7").links(false))
        .containsExactlyElementsOf(options("--link", "R7,R8").links(false))
        .extracting(Link::name)
        .containsExactly("R7", "R8");
  }

  @Test
  void makesALinkOfItsOptionsAndAnotherForTheWayBack() {
    LinkOptions options =
        options("--rate", "3M", "--delay", "80", "--loss", "0.5", "--up-rate", "1M");
    Link link = options.links(false).getFirst();

    assertThat(Links.describe(link)).isEqualTo("3 Mbit/s, 80 ms, loss 0.50 %, queue 1000 ms");
    assertThat(Links.describe(options.up(link)))
        .isEqualTo("1 Mbit/s, 80 ms, loss 0.50 %, queue 1000 ms");
    assertThat(options().up(link)).isEqualTo(link);
  }

  @Test
  void refusesWhatIsOutOfBoundsAndSaysWhatIsNot() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options("--rate", "3M", "--loss", "51").links(false))
        .withMessage("--loss must be from 0 to 50, not \"51\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options("--drawn", "1001").links(false))
        .withMessage("--drawn must be from 0 to 1000, not \"1001\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options("--link", "L9").links(false))
        .withMessageContaining("no link \"L9\"")
        .withMessageContaining("L1, L2");
  }

  @Test
  void aViewerAnswersAsItIsTold() {
    assertThat(Answering.parse("normal")).isEqualTo(Answering.NORMAL);
    assertThat(Answering.parse("late")).hasToString("late:25");
    assertThat(Answering.parse("coalesces:100")).hasToString("coalesces:100");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Answering.parse("sometimes"))
        .withMessageContaining("\"sometimes\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Answering.parse("late:2001"))
        .withMessageContaining("2001");
  }
}
