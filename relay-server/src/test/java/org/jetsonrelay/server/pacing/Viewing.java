// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A camera, the relay's mailbox and writer, a [Link] and a viewer, simulated: how old are the
/// frames when they have arrived?
final class Viewing {

  /// How the viewer answers pings.
  enum Answers {
    AT_ONCE,
    NEVER,
    /// Only the latest ping, at most every 60 ms (RFC 6455, section 5.5.3, lets it).
    COALESCED,
    /// 25 ms late, as a busy client.
    LATE,
    /// At once, but the program takes 80 ms for each frame before it reads on.
    BUSY,
    /// No more after 8 s.
    STOPS
  }

  /// What decides when the relay writes.
  enum Relay {
    /// Writes whenever the socket takes bytes, kernel's own send buffer.
    UNPACED,
    /// The same with a send buffer of 64 KiB.
    SMALL_BUFFER,
    /// The same with `tcp_notsent_lowat` of 16 KiB.
    FEW_UNSENT,
    PACED
  }

  /// Ages of the frames that arrived, and the frame rate, both after the warm-up.
  record Ages(double p50, double p95, double p99, double most, double fps, int pings, int frames) {
    @Override
    public String toString() {
      return "p50 %.0f p95 %.0f p99 %.0f max %.0f ms, %.1f fps".formatted(p50, p95, p99, most, fps);
    }
  }

  static final int FRAME_BYTES = 45_000;
  static final long FIRST_PING = 1_000_000;
  static final long BUSY_NANOS = 80_000_000L;
  private static final int UNSENT_BYTES = 16 << 10;
  private static final int PING_BYTES = 10;
  private static final int METADATA_BYTES = 120;
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long LEAST_TIMEOUT = 200 * NANOS_PER_MILLI;

  private record Mark(long end, boolean ping, long value) {}

  private static final class Pong {
    final long payload;
    long arrives;
    boolean lost;

    Pong(long payload) {
      this.payload = payload;
    }
  }

  private final Link link;
  private Congestion.Kind congestion = Congestion.Kind.BBR;
  private Relay relay = Relay.PACED;
  private Answers answers = Answers.AT_ONCE;
  private PacerSettings settings = PacerSettings.DEFAULTS;
  private double fps = 30;
  private boolean told = true;
  private boolean vouched;
  private int frameBytes = FRAME_BYTES;
  private long seed = 1;
  private long seconds = 30;

  private final Events events = new Events();
  private @Nullable Pacer pacer;
  private @Nullable PacerScript script;
  private SimulatedTcp tcp;
  private SimulatedTcp.Line back;
  private Random random;
  private long mailbox = -1; // capture time of the frame that waits
  private int toWrite;
  private long writtenBytes;
  private final ArrayDeque<Mark> marks = new ArrayDeque<>();
  private long busyUntil;
  private long gateTimer;
  private long coalesced = -1;
  private final ArrayDeque<Pong> pongs = new ArrayDeque<>();
  private final long[] ages = new long[100_000];
  private final long[] arrivals = new long[100_000];
  private int count;
  private int pings;
  private int frames;

  private Viewing(Link link) {
    this.link = link;
    random = new Random(0);
    back = new SimulatedTcp.Line(link, random);
    tcp = new SimulatedTcp(events, link, congestion.start(), 0, 0, end -> {});
  }

  static Viewing over(Link link) {
    return new Viewing(link);
  }

  Viewing with(Congestion.Kind value) {
    congestion = value;
    return this;
  }

  Viewing with(Relay value) {
    relay = value;
    return this;
  }

  Viewing with(Answers value) {
    answers = value;
    return this;
  }

  Viewing with(PacerSettings value) {
    settings = value;
    return this;
  }

  Viewing seed(long value) {
    seed = value;
    return this;
  }

  Viewing frames(int bytes, double perSecond) {
    frameBytes = bytes;
    fps = perSecond;
    return this;
  }

  Viewing seconds(long value) {
    seconds = value;
    return this;
  }

  /// Writes down all that the pacer is told and what it answers.
  Viewing recording(PacerScript value) {
    script = value;
    return this;
  }

  /// Whether the relay's system tells what the viewer's has acknowledged.
  Viewing vouched(boolean value) {
    vouched = value;
    return this;
  }

  /// Whether the relay's system tells what it knows of the way.
  Viewing told(boolean value) {
    told = value;
    return this;
  }

  /// Runs and returns the ages of what arrived from the given second on.
  Ages run() {
    random = new Random(~seed);
    back = new SimulatedTcp.Line(link, random);
    pacer = relay == Relay.PACED ? new Pacer(settings, FIRST_PING) : null;
    int buffer = relay == Relay.SMALL_BUFFER ? settings.fallbackBufferBytes() : 0;
    tcp = new SimulatedTcp(events, link, congestion.start(), buffer, seed, this::received);
    tcp.mostUnsent(relay == Relay.FEW_UNSENT ? UNSENT_BYTES : 0);
    tcp.onWritable(this::work);
    plan(0);
    events.runUntil(seconds * 1000 * NANOS_PER_MILLI);
    return between(2, (double) seconds);
  }

  Ages between(double fromSeconds, double toSeconds) {
    long[] some =
        IntStream.range(0, count)
            .filter(i -> arrivals[i] >= fromSeconds * 1e9 && arrivals[i] < toSeconds * 1e9)
            .mapToLong(i -> ages[i])
            .sorted()
            .toArray();
    double rate = some.length / (toSeconds - fromSeconds);
    return new Ages(at(some, .5), at(some, .95), at(some, .99), at(some, 1), rate, pings, frames);
  }

  /// Mean over time of the age of what the viewer shows, in milliseconds: a frame ages there until
  /// the next one comes.
  double screen(double fromSeconds, double toSeconds) {
    double sum = 0;
    double shown = 0;
    for (int i = 0; i + 1 < count; i++) {
      if (arrivals[i] >= fromSeconds * 1e9 && arrivals[i] < toSeconds * 1e9) {
        double forNanos = arrivals[i + 1] - (double) arrivals[i];
        sum += (ages[i] + forNanos / 2) * forNanos;
        shown += forNanos;
      }
    }
    return sum / shown / 1e6;
  }

  private static double at(long[] sorted, double quantile) {
    return sorted.length == 0
        ? Double.POSITIVE_INFINITY
        : sorted[(int) Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] / 1e6;
  }

  private void plan(long number) {
    events.at(
        (long) (number * 1e9 / fps),
        () -> {
          mailbox = events.now();
          work();
          plan(number + 1);
        });
  }

  /// The writer: continues what is being written, then asks the pacer, then takes the frame.
  private void work() {
    while (true) {
      if (toWrite > 0) {
        int taken = Math.min(toWrite, tcp.room());
        if (taken == 0) {
          return;
        }
        toWrite -= taken;
        tcp.write(taken);
        continue;
      }
      if (mailbox < 0) {
        return;
      }
      long now = events.now();
      long wait = pacer == null ? 0 : gate(pacer, now);
      if (pacer != null && script != null) {
        script.gate(pacer, now, wait);
      }
      if (wait > 0) {
        long timer = ++gateTimer;
        events.after(
            wait,
            () -> {
              if (timer == gateTimer) {
                work();
              }
            });
        return;
      }
      gateTimer++;
      unit(now);
    }
  }

  private long gate(Pacer asked, long now) {
    if (vouched && asked.wantsUnacknowledged(now)) {
      asked.unacknowledged(now, tcp.unacknowledged());
    }
    long wait = asked.gate(now);
    if (wait > 0 && told && asked.wantsPath(now)) {
      asked.path(now, tcp.path());
      wait = asked.gate(now);
    }
    return wait;
  }

  private void unit(long now) {
    int bytes = frameBytes + METADATA_BYTES;
    long ping = pacer == null ? Pacer.NO_PING : pacer.onSend(now, bytes);
    if (pacer != null && script != null) {
      script.send(pacer, now, bytes, ping);
    }
    if (pacer != null && pacer.fellBack()) {
      tcp.buffer(settings.fallbackBufferBytes());
    }
    long end = writtenBytes;
    if (Pings.inFront(ping) != Pacer.NO_PING) {
      end += PING_BYTES;
      marks.add(new Mark(end, true, Pings.inFront(ping)));
      pings++;
    }
    end += bytes;
    marks.add(new Mark(end, false, mailbox));
    if (ping != Pacer.NO_PING) {
      end += PING_BYTES;
      marks.add(new Mark(end, true, Pings.behind(ping)));
      pings++;
    }
    frames++;
    toWrite = (int) (end - writtenBytes);
    writtenBytes = end;
    mailbox = -1;
  }

  private void received(long bytes) {
    while (!marks.isEmpty() && marks.peek().end() <= bytes) {
      Mark mark = marks.remove();
      long turn = Math.max(events.now(), busyUntil);
      if (mark.ping()) {
        events.at(turn, () -> ping(mark.value()));
      } else {
        busyUntil = turn + (answers == Answers.BUSY ? BUSY_NANOS : 0);
        arrivals[count] = busyUntil;
        ages[count++] = busyUntil - mark.value();
      }
    }
  }

  private void ping(long payload) {
    switch (answers) {
      case AT_ONCE, BUSY -> pong(payload);
      case LATE -> events.after(25 * NANOS_PER_MILLI, () -> pong(payload));
      case STOPS -> {
        if (events.now() < 8_000 * NANOS_PER_MILLI) {
          pong(payload);
        }
      }
      case COALESCED -> {
        if (coalesced < 0) {
          events.after(
              60 * NANOS_PER_MILLI,
              () -> {
                long latest = coalesced;
                coalesced = -1;
                pong(latest);
              });
        }
        coalesced = payload;
      }
      case NEVER -> {}
    }
  }

  /// A pong on its way back. One that is lost holds back those behind it until it was sent again:
  /// when the viewer's TCP has heard that a later one has arrived, or after its timeout.
  private void pong(long payload) {
    Pong pong = new Pong(payload);
    pongs.add(pong);
    long arrives = back.arrivalOf(events.now());
    if (random.nextDouble() * 100 < link.lossPercent()) {
      pong.lost = true;
      arrivesAt(pong, arrives + LEAST_TIMEOUT + (long) (2e6 * link.delayMillis()));
      return;
    }
    arrivesAt(pong, arrives);
    long again = arrives + (long) (2.5e6 * link.delayMillis());
    pongs.stream().filter(p -> p.lost && p.arrives > again).forEach(p -> arrivesAt(p, again));
  }

  private void arrivesAt(Pong pong, long nanos) {
    pong.arrives = nanos;
    events.at(nanos, this::takePongs);
  }

  private void takePongs() {
    while (!pongs.isEmpty() && pongs.peek().arrives <= events.now()) {
      long payload = pongs.remove().payload;
      if (pacer == null) {
        continue;
      }
      boolean news = pacer.onPong(events.now(), payload);
      if (script != null) {
        script.pong(pacer, events.now(), payload, news);
      }
      if (news) {
        work();
      }
    }
  }

  @Override
  public String toString() {
    return link + " " + congestion + " " + relay + " " + answers + " " + Arrays.asList(seed);
  }
}
