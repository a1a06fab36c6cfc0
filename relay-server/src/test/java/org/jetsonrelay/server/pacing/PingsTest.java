// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PingsTest {

  @ParameterizedTest
  @CsvSource({"NONE, -1, -1", "AROUND, 1006, 1007", "BEHIND, -1, 1007"})
  void numberThePingsOfAFrame(Pings pings, long inFront, long behind) {
    long ping = pings.first(1_000, 3);

    assertThat(Pings.inFront(ping)).isEqualTo(inFront);
    assertThat(Pings.behind(ping)).isEqualTo(behind);
  }
}
