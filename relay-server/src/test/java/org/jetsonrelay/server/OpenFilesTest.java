// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenFilesTest {

  @Test
  void leavesTwoFilesForEachAndSomeForOtherThings() {
    assertThat(OpenFiles.connections(1_024, 100)).isEqualTo((1_024 - 100 - 32) / 2);
    assertThat(OpenFiles.connections(100, 99)).as("a limit that is too low").isEqualTo(16);
    assertThat(OpenFiles.connections(Long.MAX_VALUE, 99)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void asksTheSystem() {
    assertThat(OpenFiles.connections()).isGreaterThanOrEqualTo(16);
  }
}
