// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Runs one parser over its corpus (`src/test/resources/fuzz/NAME`: what broke this or another
/// parser once), over good inputs, and over damaged ones.
///
/// A normal build makes a fixed number of them from a fixed seed: seconds, and the same each time.
/// `scripts/fuzz.sh` sets `fuzz.seconds` and another seed. An input that breaks the parser is
/// written to `target/fuzz/NAME` and named in the failure; it belongs into the corpus.
public final class Fuzz {

  /// What an input may allocate: a fixed part, and so many times its own length.
  private static final long ALLOCATION_BYTES = 4L << 20;

  private static final int ALLOCATION_FACTOR = 200;

  /// For how long one input may keep a parser busy.
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// Takes one input; throws when something is wrong with what the parser made of it.
  @FunctionalInterface
  public interface Target {
    void feed(byte[] input) throws Exception;
  }

  private final String name;
  private final List<byte[]> good = new ArrayList<>();
  private final List<String> words = new ArrayList<>();
  private int atMost = 30_000;

  private Fuzz(String name) {
    this.name = name;
  }

  /// Begins with a parser's name.
  public static Fuzz of(String name) {
    return new Fuzz(name);
  }

  /// Adds an input to start from.
  public Fuzz from(byte[] input) {
    good.add(input);
    return this;
  }

  /// Adds an input to start from.
  public Fuzz from(String input) {
    return from(input.getBytes(StandardCharsets.UTF_8));
  }

  /// Adds words of the language.
  public Fuzz words(String... more) {
    words.addAll(List.of(more));
    return this;
  }

  /// Makes fewer of them in a normal build, where each takes its time.
  public Fuzz executions(int count) {
    atMost = count;
    return this;
  }

  /// Feeds the parser.
  public void run(Target target) throws IOException {
    List<byte[]> inputs = new ArrayList<>(good);
    inputs.addAll(corpus());
    long begin = System.nanoTime();
    long executions = 0;
    for (byte[] input : inputs) {
      feed(target, input);
      executions++;
    }
    long seconds = Long.getLong("fuzz.seconds", 0);
    long end = begin + TimeUnit.SECONDS.toNanos(seconds);
    SplittableRandom random = new SplittableRandom(Long.getLong("fuzz.seed", 1));
    Mutator mutator = new Mutator(inputs, words);
    List<byte[]> bred = new ArrayList<>(inputs);
    while (seconds > 0 ? System.nanoTime() - end < 0 : executions < atMost) {
      byte[] input = mutator.mutate(bred.get(random.nextInt(bred.size())), random);
      feed(target, input);
      executions++;
      // Damage upon damage: some of what was made is bred on.
      if (random.nextInt(20) == 0) {
        if (bred.size() < 512) {
          bred.add(input);
        } else {
          bred.set(inputs.size() + random.nextInt(512 - inputs.size()), input);
        }
      }
    }
    report(executions, System.nanoTime() - begin);
  }

  private void feed(Target target, byte[] input) throws IOException {
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    long begin = System.nanoTime();
    try {
      target.feed(input.clone());
    } catch (Throwable e) {
      throw new AssertionError(kept(input) + " broke it", e);
    }
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    if (bytes > ALLOCATION_BYTES + (long) ALLOCATION_FACTOR * input.length) {
      throw new AssertionError(
          kept(input) + ", " + input.length + " bytes, made it allocate " + bytes);
    }
    if (System.nanoTime() - begin > LIMIT_NANOS) {
      throw new AssertionError(kept(input) + " kept it busy for too long");
    }
  }

  private Path kept(byte[] input) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "fuzz", name));
    String hash = HexFormat.of().toHexDigits(Arrays.hashCode(input));
    return Files.write(folder.resolve(hash), input);
  }

  private List<byte[]> corpus() throws IOException {
    Path folder = Path.of("src", "test", "resources", "fuzz", name);
    List<byte[]> all = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          all.add(Files.readAllBytes(file));
        }
      }
    }
    assertThat(good.size() + all.size()).as("inputs to start from").isPositive();
    return all;
  }

  private void report(long executions, long nanos) throws IOException {
    Path report = Files.createDirectories(Path.of("target", "fuzz")).resolve("executions.txt");
    String line =
        "%-16s %,12d executions in %3d s%n".formatted(name, executions, nanos / 1_000_000_000);
    Files.writeString(report, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
