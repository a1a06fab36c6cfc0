// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BlockPoolTest {
  private final BlockPool pool = new BlockPool(100_000);

  @Test
  void roundsUpToPowersOfTwoAndOneAndAHalfTimesThese() {
    int[][] cases = {
      {0, 4096},
      {4096, 4096},
      {4097, 6144},
      {6144, 6144},
      {6145, 8192},
      {8193, 12288},
      {12289, 16384},
      {45_256, 49152},
      {(1 << 20) + 1, 3 << 19},
      {BlockPool.MAX_BYTES, 1 << 30}
    };
    for (int[] c : cases) {
      assertThat(BlockPool.roundUp(c[0])).as("%d bytes", c[0]).isEqualTo(c[1]);
    }
    for (int bytes = 0; bytes < 100_000; bytes += 7) {
      int size = BlockPool.roundUp(bytes);
      assertThat(size).isGreaterThanOrEqualTo(bytes);
      assertThat(bytes <= 4096 || (size - bytes) * 3L <= size).isTrue();
    }
  }

  @Test
  void refusesMoreThanTheLargestSize() {
    assertThatIllegalArgumentException().isThrownBy(() -> pool.acquire(BlockPool.MAX_BYTES + 1));
    assertThatIllegalArgumentException().isThrownBy(() -> pool.acquire(-1));
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void givesTheSameMemoryAgain() {
    Block first = pool.acquire(5_000);
    long address = first.address();
    assertThat(address).isNotZero();
    assertThat(pool.outstanding()).isEqualTo(1);
    first.release();
    assertThat(pool.idleBytes()).isEqualTo(6_144);
    Block second = pool.acquire(6_000);
    assertThat(second.address()).isEqualTo(address);
    assertThat(pool.missed()).isEqualTo(1);
    assertThat(pool.idleBytes()).isZero();
    second.release();
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void noticesEveryUseAfterTheLastReference() {
    Block stale = pool.acquire(1);
    assertThat(stale.retain()).isSameAs(stale);
    stale.release();
    stale.release();
    Block fresh = pool.acquire(1); // the same memory
    assertThatIllegalStateException().isThrownBy(stale::release);
    assertThatIllegalStateException().isThrownBy(stale::retain);
    fresh.retain();
    fresh.release();
    fresh.release();
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void keepsNoMoreIdleThanPermitted() {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      blocks.add(pool.acquire(16_384)); // six fit into 100,000
    }
    blocks.forEach(Block::release);
    assertThat(pool.idleBytes()).isEqualTo(6 * 16_384);
    assertThat(pool.outstanding()).isZero();
    blocks.clear();
    for (int i = 0; i < 7; i++) {
      blocks.add(pool.acquire(16_384));
    }
    assertThat(pool.missed()).isEqualTo(11);
    blocks.forEach(Block::release);
  }

  @Test
  void losesAndDoublesNothingAmongManyThreads() throws InterruptedException {
    AtomicInteger wrong = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      byte mark = (byte) t;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 20_000; i++) {
                  Block block = pool.acquire(ThreadLocalRandom.current().nextInt(20_000));
                  block.memory().put(0, mark);
                  block.retain();
                  block.release();
                  if (block.memory().get(0) != mark) { // somebody else has it, too
                    wrong.incrementAndGet();
                  }
                  block.release();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong).hasValue(0);
    assertThat(pool.outstanding()).isZero();
    assertThat(pool.idleBytes()).isBetween(0L, 100_000L);
  }
}
