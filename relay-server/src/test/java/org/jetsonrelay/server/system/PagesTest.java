// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PagesTest {
  private static final int PAGE = Pages.bytes();

  @Test
  void countsThePagesThatARangeTouches() {
    long start = 7L * PAGE;
    assertThat(Pages.touched(start, 1)).isEqualTo(1);
    assertThat(Pages.touched(start, PAGE)).isEqualTo(1);
    assertThat(Pages.touched(start, PAGE + 1)).isEqualTo(2);
    assertThat(Pages.touched(start + PAGE - 1, 1)).isEqualTo(1);
    assertThat(Pages.touched(start + PAGE - 1, 2)).isEqualTo(2);
    assertThat(Pages.touched(start + 1, 16 * PAGE - 1)).isEqualTo(16);
    assertThat(Pages.touched(start + 1, 16 * PAGE)).isEqualTo(17);
  }

  @Test
  void allocatesWholePages() {
    ByteBuffer memory = Pages.allocate(3 * PAGE);
    assertThat(memory.capacity()).isEqualTo(3 * PAGE);
    assertThat(MemorySegment.ofBuffer(memory).address() % PAGE).isZero();
    for (int i = 0; i < memory.capacity(); i++) {
      assertThat(memory.get(i)).isZero();
    }
  }

  @Test
  void givesNewPagesToAllOfTheMemoryAndToNothingElse() {
    assumeTrue(Pages.areRenewable(), "needs Linux and permission to call it");
    ByteBuffer before = Pages.allocate(PAGE);
    ByteBuffer memory = Pages.allocate(2 * PAGE);
    ByteBuffer after = Pages.allocate(PAGE);
    before.put(PAGE - 1, (byte) 1);
    after.put(0, (byte) 2);
    memory.put(0, (byte) 3).put(2 * PAGE - 1, (byte) 4);
    memory.position(5).limit(9); // of no meaning here
    assertThat(Pages.renew(memory)).isTrue();
    memory.clear();
    assertThat(memory.get(0)).isZero();
    assertThat(memory.get(2 * PAGE - 1)).isZero();
    assertThat(before.get(PAGE - 1)).isEqualTo((byte) 1);
    assertThat(after.get(0)).isEqualTo((byte) 2);
  }
}
