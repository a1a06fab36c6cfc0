// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Feeds a parser with damaged copies of good inputs: bits and bytes changed, pieces cut out,
 * doubled and taken from elsewhere, ends cut off. The same seed gives the same damage; {@code
 * -Dfuzz.executions} and {@code -Dfuzz.seed} ask for other and more of it.
 */
public final class Damage {

  private static final int MOST_BYTES = 1 << 16;
  private static final int KEPT = 256;

  /** Takes one input; throws when something is wrong with what the parser made of it. */
  @FunctionalInterface
  public interface Target {
    void feed(byte[] input) throws Exception;
  }

  private Damage() {}

  /** Feeds the good inputs, and then as many damaged ones. */
  public static void feed(Target target, byte[]... good) {
    SplittableRandom random = new SplittableRandom(Long.getLong("fuzz.seed", 1));
    List<byte[]> inputs = new ArrayList<>(Arrays.asList(good));
    for (byte[] input : good) {
      feed(target, input);
    }
    for (int i = Integer.getInteger("fuzz.executions", 20_000); i > 0; i--) {
      byte[] input = inputs.get(random.nextInt(inputs.size())).clone();
      for (int times = 1 + random.nextInt(4); times > 0; times--) {
        input = once(input, inputs, random);
      }
      feed(target, input);
      // Damage upon damage: some of it is damaged again.
      if (random.nextInt(20) == 0) {
        if (inputs.size() < KEPT) {
          inputs.add(input);
        } else {
          inputs.set(good.length + random.nextInt(KEPT - good.length), input);
        }
      }
    }
  }

  private static void feed(Target target, byte[] input) {
    try {
      target.feed(input.clone());
    } catch (Throwable e) {
      throw new AssertionError(HexFormat.of().formatHex(input) + " broke it", e);
    }
  }

  private static byte[] once(byte[] bytes, List<byte[]> others, SplittableRandom random) {
    int at = random.nextInt(bytes.length + 1);
    int length = Math.min(bytes.length - at, 1 + random.nextInt(32));
    return switch (random.nextInt(6)) {
      case 0 -> with(bytes, at, 1 << random.nextInt(8));
      case 1 -> with(bytes, at, random.nextInt(256));
      case 2 -> splice(bytes, at, length, new byte[0]);
      case 3 -> splice(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + length));
      case 4 -> Arrays.copyOf(bytes, at);
      default -> {
        byte[] other = others.get(random.nextInt(others.size()));
        int from = random.nextInt(other.length + 1);
        int to = Math.min(other.length, from + random.nextInt(64));
        yield splice(bytes, at, random.nextInt(length + 1), Arrays.copyOfRange(other, from, to));
      }
    };
  }

  private static byte[] with(byte[] bytes, int at, int flipped) {
    if (at < bytes.length) {
      bytes[at] ^= (byte) flipped;
    }
    return bytes;
  }

  private static byte[] splice(byte[] bytes, int at, int remove, byte[] insert) {
    int length = bytes.length - remove + insert.length;
    if (length > MOST_BYTES) {
      return bytes;
    }
    byte[] result = Arrays.copyOf(bytes, length);
    System.arraycopy(insert, 0, result, at, insert.length);
    System.arraycopy(bytes, at + remove, result, at + insert.length, bytes.length - at - remove);
    return result;
  }
}
