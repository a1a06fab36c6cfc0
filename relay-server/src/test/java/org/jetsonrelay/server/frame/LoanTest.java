// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import org.jetsonrelay.server.system.Pages;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Memory that the system may still read is never written by anybody.
class LoanTest {
  private static final int BYTES = 16 * Pages.bytes();

  private final BlockPool pool = new BlockPool(1 << 22);

  @BeforeEach
  void onlyWhereThereAreLoans() {
    assumeTrue(Loan.isPossible(), "needs Linux and permission to call it");
  }

  private static Block filled(BlockPool from, int bytes, int receivers) {
    Block block = from.acquire(bytes);
    block.memory().put(bytes - 1, (byte) 9);
    block.expectReceivers(receivers);
    return block;
  }

  @Test
  void isWorthItForEightReceivers() {
    Block few = filled(pool, BYTES, BlockPool.WORTH_LENDING - 1);
    assertThat(few.lend()).isFalse();
    few.release();
    Block many = filled(pool, BYTES, BlockPool.WORTH_LENDING);
    assertThat(many.lend()).isTrue();
    assertThat(many.lend()).isTrue();
    many.release();
  }

  @Test
  void endsWithNewPagesBeforeTheMemoryIsUsedAgain() {
    Block lent = filled(pool, BYTES, 8);
    long address = lent.address();
    assertThat(lent.lend()).isTrue();
    lent.retain().release();
    assertThat(lent.memory().get(BYTES - 1)).as("until the last reference").isEqualTo((byte) 9);
    lent.release();
    Block next = pool.acquire(BYTES);
    assertThat(next.address()).as("the same memory").isEqualTo(address);
    assertThat(next.memory().get(BYTES - 1)).as("other pages").isZero();
    assertThat(next.lend()).as("expectations of the last time").isFalse();
    next.release();
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void costsNothingWhenThereIsNone() {
    filled(pool, BYTES, 8).release();
    Block next = pool.acquire(BYTES);
    assertThat(next.memory().get(BYTES - 1)).as("the same pages").isEqualTo((byte) 9);
    next.release();
  }

  @Test
  void isForFourPagesAndMore() {
    Block three = filled(pool, 3 * Pages.bytes(), 8);
    assertThat(three.lend()).isFalse();
    three.release();
    Block four = filled(pool, 4 * Pages.bytes(), 8);
    assertThat(four.lend()).isTrue();
    four.release();
  }

  @Test
  void isNotWhereThePoolDoesNotLend() {
    Block block = filled(new BlockPool(0, false), BYTES, 8);
    assertThat(block.lend()).isFalse();
    block.release();
  }

  @Test
  void endsWhenTheBlockIsForgotten() {
    ByteBuffer memory = forgotten();
    await()
        .atMost(20, SECONDS)
        .until(() -> {
          System.gc();
          return memory.get(BYTES - 1) == 0;
        });
  }

  private ByteBuffer forgotten() {
    Block block = filled(pool, BYTES, 8);
    assertThat(block.lend()).isTrue();
    return block.memory();
  }
}
