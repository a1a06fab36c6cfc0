// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import java.util.Arrays;

/// Decides when the next frame may go to one peer, so that a frame waits where a newer one can
/// still replace it, not in the send buffer or in a router on the way.
///
/// Every frame travels between two WebSocket pings, `[ping 2k][frame k][ping 2k+1]`, in one
/// gathering write. The first pong tells when the frame had begun to arrive (queue and base round
/// trip), its distance to the second how long the frame took (the link's rate). From both follows
/// when the last frame sent will have arrived, and the next one goes one base round trip before
/// that. Each pong corrects the prediction for all frames behind it, so errors do not add up.
///
/// A fast peer is asked for pongs only every [PacerSettings#sparseNanos()]; the pong of a later
/// frame covers those without.
///
/// Owns the frames on their way and the estimates. Not thread-safe: all calls come under whatever
/// guards the connection's outbox. It reads no clock; time is [System#nanoTime()] as the caller saw
/// it, and it never goes back.
public final class Pacer {

  /// Answer of [#onSend]: no pings around this frame.
  public static final long NO_PING = -1;

  private static final byte UNPINGED = 0;
  private static final byte PINGED = 1;
  private static final byte BEGUN = 2;
  private static final int DELIVERIES = 16;

  private final PacerSettings settings;
  private final long firstPing;
  private final int mask;

  // The frames on their way, a ring indexed by frame number.
  private final long[] sentAt;
  private final long[] beganAt;
  private final long[] beganLate;
  private final long[] due; // predicted time of the second pong
  private final int[] bytes;
  private final byte[] state;
  private final boolean[] alone;
  private long sent; // frames handed over, also the number of the next one
  private long arrived; // frames known to have arrived: [arrived, sent) are on their way
  private long lastPinged = -1;

  private final BaseRoundTrip base;
  private final LinkRate rate;
  private final Lateness lateness;
  private final long[] deliveries = new long[DELIVERIES];
  private int deliveryCount;
  private int fastRun;
  private long queued; // what the latest frame that came in its own time had waited on the way

  private boolean answered;
  private boolean draining;
  private boolean fellBack;
  private long firstSentAt;
  private long lastSentAt;
  private long lastPongAt;
  private long lastProbeAt;
  private long lastArrivedAt;
  private int probes;
  private Waiting waiting = Waiting.NOT;

  /// @param firstPing payload of the first ping, not negative: a random one keeps pongs that answer
  ///   other pings of the connection from being taken for acknowledgements
  public Pacer(PacerSettings settings, long firstPing) {
    this.settings = settings;
    this.firstPing = firstPing & Long.MAX_VALUE >>> 1;
    int frames = settings.outstandingFrames();
    mask = frames - 1;
    sentAt = new long[frames];
    beganAt = new long[frames];
    beganLate = new long[frames];
    due = new long[frames];
    bytes = new int[frames];
    state = new byte[frames];
    alone = new boolean[frames];
    base = new BaseRoundTrip(settings.memoryNanos());
    rate = new LinkRate(settings.rateFrames(), settings.rateQuantile());
    lateness = new Lateness(settings.errorFrames(), settings.heldFrames(), settings.memoryNanos());
  }

  /// A frame is about to be written.
  ///
  /// @param frameBytes its size on the wire, without the pings
  /// @return payload of the ping to put in front of it, one more for the ping behind it; or
  ///   [#NO_PING] when it goes without
  public long onSend(long nowNanos, int frameBytes) {
    if (sent == 0) {
      firstSentAt = nowNanos;
    }
    if (!fellBack && pingsOnTheirWay()) {
      giveUpOrProbe(nowNanos);
    }
    if (sent - arrived > mask) {
      arrived = sent - mask; // only after falling back: the oldest are forgotten
    }
    int i = index(sent);
    boolean idle = idle(nowNanos);
    sentAt[i] = nowNanos;
    bytes[i] = frameBytes;
    alone[i] = idle;
    long begin = nowNanos + base.nanos();
    due[i] =
        !idle && sent > arrived && due[index(sent - 1)] > begin
            ? due[index(sent - 1)] + nanosFor(frameBytes)
            : begin + nanosFor(measured(frameBytes));
    boolean pings = !sparse(nowNanos);
    state[i] = pings ? PINGED : UNPINGED;
    if (pings) {
      lastPinged = sent;
    }
    lastSentAt = nowNanos;
    long number = sent++;
    return pings ? firstPing + 2 * number : NO_PING;
  }

  private void giveUpOrProbe(long nowNanos) {
    if (!answered) {
      fellBack = nowNanos - firstSentAt >= settings.answerNanos();
    } else if (quiet(nowNanos) >= silence()) {
      lastProbeAt = nowNanos;
      fellBack = ++probes > settings.probes();
    }
  }

  /// A pong has come.
  ///
  /// @return whether it answered a ping of this pacer that was still open, so that [#gate] may give
  ///   another answer than before
  public boolean onPong(long nowNanos, long payload) {
    long number = payload - firstPing;
    if (payload < 0 || number < 2 * arrived || number >= 2 * sent) {
      return false;
    }
    long k = number >> 1;
    int i = index(k);
    boolean second = (number & 1) != 0;
    if (state[i] == UNPINGED || (!second && state[i] == BEGUN)) {
      return false;
    }
    answered = true;
    fellBack = false;
    probes = 0;
    lastPongAt = nowNanos;
    if (second) {
      completed(nowNanos, k, i);
    } else {
      began(nowNanos, k, i);
    }
    return true;
  }

  /// The first byte of a frame has arrived, so everything before it has.
  private void began(long nowNanos, long k, int i) {
    long roundTrip = nowNanos - sentAt[i];
    base.sample(nowNanos, roundTrip, alone[i]);
    arrived = k;
    state[i] = BEGUN;
    beganAt[i] = nowNanos;
    long own = nanosFor(measured(bytes[i]));
    beganLate[i] = nowNanos - (due[i] - own);
    due[i] = nowNanos + own;
    predictFrom(k + 1);
  }

  private void completed(long nowNanos, long k, int i) {
    long delivery = nowNanos - sentAt[i];
    deliveries[deliveryCount++ & DELIVERIES - 1] = delivery;
    fastRun = delivery <= settings.fastNanos() ? Math.min(fastRun + 1, 1 << 20) : 0;
    boolean begun = state[i] == BEGUN;
    long error = nowNanos - due[i] + (begun ? beganLate[i] : 0);
    int spanBytes = measured(bytes[i]);
    long span = begun ? nowNanos - beganAt[i] : spanWithoutBegin(nowNanos, k, i, delivery);
    double usual = rate.nanosPerByte() * bytes[i];
    if (rate.known() && lateness.arrived(nowNanos, error, usual)) {
      rate.released((double) span, spanBytes);
    } else if ((double) span >= usual / 2 || (double) -error > (usual - (double) span) / 2) {
      boolean steady = !lateness.heldWithin(nowNanos, 2 * base.nanos() + (long) usual);
      rate.sample((double) Math.max(1, span), begun ? spanBytes : bytes[i], steady);
      queued = begun ? beganAt[i] - sentAt[i] - base.nanos() : 0;
    } // else all of it had been held back on the way, and tells nothing
    if (!begun) {
      base.sample(nowNanos, Math.max(1, delivery - nanosFor(spanBytes)), alone[i]);
    }
    arrived = k + 1;
    lastArrivedAt = nowNanos;
    due[i] = nowNanos;
    predictFrom(k + 1);
    if (sent == arrived) {
      draining = false;
    }
  }

  /// A client that answers only the latest ping: the frame took no longer than from the one before
  /// it, or, when it went out alone, than what the base round trip leaves.
  private long spanWithoutBegin(long nowNanos, long k, int i, long delivery) {
    return alone[i] || k == 0 || !rate.known()
        ? delivery - base.nanos()
        : Math.min(nowNanos - lastArrivedAt, delivery);
  }

  /// Predicts the frames from the given one on anew, from what is known of the one before it.
  private void predictFrom(long first) {
    for (long k = first; k < sent; k++) {
      int i = index(k);
      long begin = sentAt[i] + base.nanos();
      long before = due[index(k - 1)];
      due[i] = before > begin ? before + nanosFor(bytes[i]) : begin + nanosFor(measured(bytes[i]));
    }
  }

  /// Asks whether the next frame may go. Ask again when a frame comes, after a pong that was news,
  /// and after the time given; choose the frame after the answer, never before.
  ///
  /// @return 0 when it may go now, else nanoseconds
  public long gate(long nowNanos) {
    long wait = waitNanos(nowNanos);
    if (wait == 0) {
      waiting = Waiting.NOT;
    } else {
      waiting = quiet(nowNanos) > silence() / 2 ? Waiting.STALLED : Waiting.LINK;
    }
    return wait;
  }

  private long waitNanos(long nowNanos) {
    if (fellBack || idle(nowNanos)) {
      return 0;
    }
    if (!answered) {
      return nowNanos - firstSentAt >= settings.answerNanos()
          ? 0
          : Math.max(0, lastSentAt + settings.firstGapNanos() - nowNanos);
    }
    long untilProbe = Long.MAX_VALUE;
    boolean overdue = false;
    if (pingsOnTheirWay()) {
      untilProbe = silence() - quiet(nowNanos);
      if (untilProbe <= 0) {
        return 0;
      }
      overdue = nowNanos > due[index(oldestPinged())] + tolerance(nowNanos);
    }
    if (base.stale(nowNanos)) {
      draining = true; // let the path run empty once: the next round trip is a clean one
    }
    int onTheirWay = (int) (sent - arrived);
    boolean wait =
        overdue
            || draining
            || !rate.known()
            || onTheirWay >= mask
            || (onTheirWay > 1 && queued > base.nanos() + nanosFor(bytes[index(sent - 1)]) + BRAKE);
    if (wait) {
      return untilProbe == Long.MAX_VALUE ? settings.sparseNanos() : untilProbe;
    }
    long open = due[index(sent - 1)] - base.nanos() - settings.slackNanos();
    return Math.max(0, Math.min(open - nowNanos, untilProbe));
  }

  private static final long BRAKE = 20_000_000L;

  /// How long a pong may be overdue before no more frames are sent. With 2×: late pongs are no
  /// reason to stop while they are as late as usual.
  private long tolerance(long nowNanos) {
    long usual = Math.max(2 * lateness.jitterNanos(), lateness.heldNanos(nowNanos));
    return settings.slackNanos() + Math.min(usual, base.nanos() + settings.patienceNanos());
  }

  private long silence() {
    return Math.max(settings.silenceNanos(), 4 * (base.nanos() + nanosFor(bytes[index(arrived)])));
  }

  private long quiet(long nowNanos) {
    if (!pingsOnTheirWay()) {
      return 0;
    }
    long since = sentAt[index(oldestPinged())];
    if (answered) {
      since = Math.max(since, lastPongAt);
    }
    if (probes > 0) {
      since = Math.max(since, lastProbeAt);
    }
    return nowNanos - since;
  }

  /// Nothing is on its way, or only frames without pings that must have arrived by now.
  private boolean idle(long nowNanos) {
    return sent == arrived || (!pingsOnTheirWay() && nowNanos >= due[index(sent - 1)]);
  }

  private boolean pingsOnTheirWay() {
    return lastPinged >= arrived;
  }

  private long oldestPinged() {
    long k = arrived;
    while (state[index(k)] == UNPINGED) {
      k++;
    }
    return k;
  }

  private boolean sparse(long nowNanos) {
    if (fastRun < settings.fastFrames() || lastPinged < 0 || sent - lastPinged > mask / 4) {
      return false;
    }
    long since = nowNanos - sentAt[index(lastPinged)];
    return since < settings.sparseNanos() && (!pingsOnTheirWay() || since <= settings.fastNanos());
  }

  /// The part of a frame that lies between its two pongs.
  private int measured(int frameBytes) {
    return Math.max(frameBytes - settings.segmentBytes(), (frameBytes + 1) / 2);
  }

  private long nanosFor(int length) {
    return (long) (rate.nanosPerByte() * length);
  }

  private int index(long frame) {
    return (int) frame & mask;
  }

  /// Whether pacing has been given up because the peer does not answer: the caller then makes the
  /// socket's send buffer [PacerSettings#fallbackBufferBytes()], once. A valid pong ends it.
  public boolean fellBack() {
    return fellBack;
  }

  /// Why the frame waits that [#gate] was last asked for.
  public Waiting waiting() {
    return waiting;
  }

  /// Whether the peer has ever acknowledged a frame.
  public boolean answered() {
    return answered;
  }

  /// Base round trip in nanoseconds, -1 when unknown.
  public long roundTripNanos() {
    return base.known() ? base.nanos() : -1;
  }

  /// Estimated rate of the link, -1 when unknown.
  public double linkBitsPerSecond() {
    return rate.known() && rate.nanosPerByte() > 0 ? 8e9 / rate.nanosPerByte() : -1;
  }

  /// Frames written and not yet acknowledged, -1 when the peer never acknowledged any.
  public int inFlight(long nowNanos) {
    if (!answered) {
      return -1;
    }
    return idle(nowNanos) ? 0 : (int) (sent - arrived);
  }

  /// Median time from write to acknowledgement of the latest frames, -1 when unknown.
  public long deliveryNanos() {
    int n = Math.min(deliveryCount, DELIVERIES);
    if (n == 0) {
      return -1;
    }
    long[] sorted = Arrays.copyOf(deliveries, n);
    Arrays.sort(sorted);
    return sorted[n / 2];
  }
}
