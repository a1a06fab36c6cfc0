// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenFilesTest {

  @Test
  void leavesSomeForOtherThings() {
    assertThat(OpenFiles.left(1_024, 100, 2)).isEqualTo(1_024 - 100 - 64 - 2);
    assertThat(OpenFiles.left(100, 99, 2)).as("a limit that is too low").isEqualTo(16);
    assertThat(OpenFiles.left(Long.MAX_VALUE, 99, 2)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void asksTheSystem() {
    assertThat(OpenFiles.left(0)).isGreaterThanOrEqualTo(16);
  }

  @Test
  void gives10000ConnectionsOneFileEachWhereTwoWouldBeTooMany() {
    OpenFiles files = OpenFiles.share(OpenFiles.left(20_000, 90, 2), 10_300);
    assertThat(files.connections()).isEqualTo(10_300);
    assertThat(files.duplicates()).isEqualTo(20_000 - 90 - 64 - 2 - 2 - 10_300);
  }

  @Test
  void givesEachConnectionADuplicateAtTheLimitAndOneFewerBelowIt() {
    assertThat(OpenFiles.share(2_602, 1_300)).isEqualTo(new OpenFiles(1_300, 1_300));
    assertThat(OpenFiles.share(2_601, 1_300)).isEqualTo(new OpenFiles(1_300, 1_299));
    assertThat(OpenFiles.share(100_000, 1_300)).isEqualTo(new OpenFiles(1_300, 1_300));
    assertThat(OpenFiles.share(Integer.MAX_VALUE, 10)).isEqualTo(new OpenFiles(10, 10));
  }

  @Test
  void takesFewerConnectionsBeforeMoreThanThreeQuartersOfTheFilesAreTheirs() {
    assertThat(OpenFiles.share(1_736, 1_300)).isEqualTo(new OpenFiles(1_300, 434));
    assertThat(OpenFiles.share(1_732, 1_300)).isEqualTo(new OpenFiles(1_297, 433));
    assertThat(OpenFiles.share(16, 1_300)).isEqualTo(new OpenFiles(10, 4));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 10, 11, 1_300, 10_000_000})
  void neverPromisesMoreFilesThanThereAre(int wanted) {
    for (int files = 16; files < 6_000; files++) {
      OpenFiles shared = OpenFiles.share(files, wanted);
      assertThat(shared.connections() + 2 + shared.duplicates()).isLessThanOrEqualTo(files);
      assertThat(shared.connections()).isBetween(1, wanted);
      assertThat(shared.duplicates()).isBetween(0, shared.connections());
    }
  }
}
