// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// That the fuzz tests would find something.
class EngineTest {

  private int largest;

  @Test
  void findsAByteThatNoGoodInputHas() {
    Fuzz fuzz = Fuzz.of("engine").from(new byte[100]);
    assertThatThrownBy(() ->
            fuzz.run(input -> {
              for (byte one : input) {
                if (one == 0x7e) {
                  throw new IllegalStateException("found");
                }
              }
            }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("target/fuzz/engine/")
        .hasRootCauseMessage("found");
  }

  @Test
  void findsAnAllocationThatTheInputDoesNotExplain() {
    Fuzz fuzz = Fuzz.of("engine").from("size 1");
    assertThatThrownBy(() ->
            fuzz.run(input -> {
              int wanted = input.length == 0 ? 0 : (input[0] & 0xff) << 18;
              largest = Math.max(largest, new byte[wanted].length);
            }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("made it allocate");
  }

  @Test
  void makesTheSameInputsEachTime() throws Exception {
    List<Integer> first = new ArrayList<>();
    List<Integer> second = new ArrayList<>();
    Fuzz.of("engine")
        .from("one")
        .from("other")
        .executions(500)
        .run(input -> first.add(Arrays.hashCode(input)));
    Fuzz.of("engine")
        .from("one")
        .from("other")
        .executions(500)
        .run(input -> second.add(Arrays.hashCode(input)));
    assertThat(second).isEqualTo(first).hasSize(500);
  }
}
