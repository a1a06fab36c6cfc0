// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

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
/// frame covers those without. While the system vouches that what was sent has reached the peer's
/// machine, it is asked more seldom still, and mostly by one ping, behind the frame: that it reads
/// is all there is to know. On a link that fast, a pong that is late for a moment does not stop the
/// frames.
///
/// Where the camera does not fill the link, a late pong speaks of a lost segment, not of a queue:
/// there frames wait only for what lies ahead of them. Where that is not known, but the system's
/// TCP finds that nothing waits on the way, one is tried ([PathTrials]).
///
/// Owns the frames on their way and the estimates. Not thread-safe: all calls come under whatever
/// guards the connection's outbox. It reads no clock; time is [System#nanoTime()] as the caller saw
/// it, and it never goes back.
public final class Pacer {

  /// Answer of [#onSend]: no pings around this frame.
  public static final long NO_PING = -1;

  private static final long BRAKE_NANOS = 20_000_000L;

  private final PacerSettings settings;
  private final long firstPing;
  private final Flight flight;
  private final BaseRoundTrip base;
  private final LinkRate rate;
  private final Lateness lateness;
  private final FreeRun run;
  private final Asking asking;
  private final LinkUse use = new LinkUse();
  private final PathTrials trials = new PathTrials();
  private final DeliveryTimes deliveries = new DeliveryTimes();
  private long queuedNanos; // what the latest frame that came in its own time had found on the way

  private boolean answered;
  private boolean draining;
  private boolean coalescing; // the peer answered only the later ping of the last frame
  private boolean fellBack;
  private long firstSentAt;
  private long lastSentAt;
  private long lastPongAt;
  private long lastProbeAt;
  private long lastArrivedAt;
  private int probes;
  private Waiting waiting = Waiting.NOT;

  /// @param firstPing payload of the first ping: a random one keeps pongs that answer other pings
  ///   of the connection from being taken for acknowledgements
  public Pacer(PacerSettings settings, long firstPing) {
    this.settings = settings;
    // Room to count without overflow; even, so that the last bit says which ping of a frame it is.
    this.firstPing = firstPing & (Long.MAX_VALUE >>> 1) & ~1L;
    flight = new Flight(settings.outstandingFrames(), settings.segmentBytes());
    base = new BaseRoundTrip(settings.memoryNanos());
    rate = new LinkRate(settings.rateFrames(), settings.rateQuantile());
    lateness = new Lateness(settings.errorFrames(), settings.heldFrames(), settings.memoryNanos());
    run = new FreeRun(settings);
    asking = new Asking(settings, flight, run, this.firstPing >>> 1);
  }

  /// A frame is about to be written.
  ///
  /// @param frameBytes its size on the wire, without the pings
  /// @return the first ping it goes with, from which [Pings] tells them both; or [#NO_PING] when it
  ///   goes without
  public long onSend(long nowNanos, int frameBytes) {
    if (run.takes(nowNanos, frameBytes)) {
      return NO_PING;
    }
    if (flight.sent() == 0) {
      firstSentAt = nowNanos;
    }
    if (!fellBack && flight.pinged()) {
      probeOrGiveUp(nowNanos);
    }
    Pings pings =
        sparse(nowNanos, frameBytes) ? Pings.NONE : asking.asks(nowNanos, fast(frameBytes));
    boolean alone = idle(nowNanos) && run.carried(nowNanos);
    long frame = flight.add(nowNanos, frameBytes, pings, alone);
    flight.predictFrom(frame, base.nanos(), rate.cautiousNanosPerByte());
    use.goes(nowNanos, frame == 0 ? 0 : nanosFor(flight.bytes(frame - 1)));
    lastSentAt = nowNanos;
    return pings.first(firstPing, frame);
  }

  /// Sends a frame with one ping behind it, when all frames have arrived, by the system's word or
  /// by the peer's, and it is time to ask a fast peer itself: the same as [#gate] and [#onSend],
  /// for who can send no other frame.
  ///
  /// @return the ping behind it; [#NO_PING] leaves everything as it was, and the frame has to go
  ///   the usual way
  public long onSendAsking(long nowNanos, int frameBytes) {
    boolean asks =
        flight.count() == 0
            && !fellBack
            && fast(frameBytes)
            && asking.asksBehindNext()
            && !sparse(nowNanos, frameBytes)
            && run.waitNanos(nowNanos) == FreeRun.OVER;
    return asks ? onSend(nowNanos, frameBytes) : NO_PING;
  }

  /// What lets frames go without asking, while the system vouches for the peer: it gives the same
  /// answers as [#gate] and [#onSend] do then, and needs no guard.
  public FreeRun freeRun() {
    return run;
  }

  private void probeOrGiveUp(long nowNanos) {
    if (!answered) {
      fellBack = nowNanos - firstSentAt >= settings.answerNanos();
    } else if (quietNanos(nowNanos) >= silenceNanos()) {
      lastProbeAt = nowNanos;
      fellBack = ++probes > settings.probes();
    }
  }

  /// Whether this frame may go without pings: the link is fast, and all was well a moment ago.
  private boolean sparse(long nowNanos, int frameBytes) {
    return asking.askedLately(nowNanos) && fast(frameBytes);
  }

  /// Whether the system's word would spare the next frame its pings, so whether it is worth asking.
  ///
  /// @return true when [#unacknowledged] should be called with the same time, before [#gate]
  public boolean wantsUnacknowledged(long nowNanos) {
    return asking.wantsWord(nowNanos) && fast(run.lastBytes());
  }

  /// How much of what was sent the peer's machine has not acknowledged, by the word of the system's
  /// TCP. No more than the latest frame means that those before it have arrived; that one's own
  /// acknowledgement may be delayed (RFC 1122, section 4.2.3.2). It does not mean that the peer's
  /// program reads them, so that is still asked now and then.
  ///
  /// @param bytes -1 when the system does not tell
  public void unacknowledged(long nowNanos, long bytes) {
    if (asking.vouches(nowNanos, bytes)) {
      flight.allArrived();
      run.begin(nowNanos, asking.vouchedUntil(), rate.nanosPerByte());
    }
  }

  /// Whether the system's word on the path may let the frame go that [#gate] has just let wait.
  ///
  /// @return true when [#path] should be called with the same time, and [#gate] again
  public boolean wantsPath(long nowNanos) {
    return waiting != Waiting.NOT
        && rate.known()
        && base.known()
        && !coalescing
        && run.waitNanos(nowNanos) == FreeRun.OVER
        && trials.wantWord(nowNanos);
  }

  /// What the system's TCP says about the way to the peer's machine.
  public void path(long nowNanos, PathWord word) {
    trials.told(nowNanos, word, base.nanos(), nanosFor(flight.bytes(flight.sent() - 1)));
  }

  /// Whether the link, by what is known of it, carries a frame in next to no time. A pong that is
  /// late once changes nothing about that: it tells of a busy peer, or of us.
  private boolean fast(int frameBytes) {
    return deliveries.atLeast(settings.fastFrames())
        && rate.known()
        && base.known()
        && base.nanos() + nanosFor(frameBytes) <= settings.fastNanos();
  }

  /// A pong has come.
  ///
  /// @return whether it answered a ping of this pacer that was still open, so that [#gate] may give
  ///   another answer than before
  public boolean onPong(long nowNanos, long payload) {
    long number = payload - firstPing;
    if (payload < 0 || number < 0) {
      return false;
    }
    long frame = number >> 1;
    boolean second = (number & 1) != 0;
    if (!flight.expects(frame, second)) {
      return false;
    }
    answered = true;
    fellBack = false;
    probes = 0;
    lastPongAt = nowNanos;
    if (second) {
      completed(nowNanos, frame);
    } else {
      base.sample(nowNanos, nowNanos - flight.sentAt(frame), flight.alone(frame));
      flight.began(nowNanos, frame, rate.cautiousNanosPerByte());
    }
    flight.predictFrom(frame + 1, base.nanos(), rate.cautiousNanosPerByte());
    if (flight.count() == 0) {
      draining = false;
    }
    return true;
  }

  private void completed(long nowNanos, long frame) {
    long delivery = nowNanos - flight.sentAt(frame);
    long least = base.nanos() + nanosFor(flight.measuredBytes(frame));
    boolean known = rate.known() && base.known();
    long excess = known ? Math.max(0, delivery - least) : delivery;
    deliveries.add(delivery, excess);
    asking.answered(excess);
    if (known && -flight.lateness(nowNanos, frame) > nanosFor(flight.bytes(frame)) / 2) {
      trials.early();
    }
    if (flight.askedBehind(frame)) {
      // More than the round trip: it may confirm what is known, and undercuts nothing.
      base.sample(nowNanos, delivery, flight.alone(frame));
    } else {
      learnFromBoth(nowNanos, frame, delivery);
    }
    lastArrivedAt = nowNanos;
    flight.completed(nowNanos, frame);
  }

  private void learnFromBoth(long nowNanos, long frame, long delivery) {
    coalescing = !flight.begun(frame);
    if (!coalescing) {
      long span = nowNanos - flight.beganAt(frame);
      learn(nowNanos, frame, (double) span, flight.measuredBytes(frame));
    } else {
      // A client that answers only the latest ping: the frame took no longer than from the one
      // before it or, when it went alone, than what the base round trip leaves.
      // What it took at first counts as distance, not as slowness: that errs towards sending.
      long roundTrip = delivery - nanosFor(flight.measuredBytes(frame));
      base.sample(nowNanos, Math.max(1, roundTrip), flight.alone(frame));
      boolean first = flight.alone(frame) || !rate.known();
      long span = first ? delivery - base.nanos() : Math.min(nowNanos - lastArrivedAt, delivery);
      learn(nowNanos, frame, (double) span, flight.bytes(frame));
    }
  }

  /// What the frame's arrival says about the link.
  private void learn(long nowNanos, long frame, double spanNanos, int spanBytes) {
    double usual = rate.nanosPerByte() * flight.bytes(frame);
    double caution = rate.cautiousNanosPerByte() * flight.bytes(frame) - usual;
    double error = flight.lateness(nowNanos, frame) + caution;
    if (rate.known() && lateness.arrived(nowNanos, (long) error, usual)) {
      rate.released(spanNanos, spanBytes);
      return;
    }
    if (spanNanos < usual / 2 && -error <= (usual - spanNanos) / 2) {
      return; // quick but not early: all of it had been held back on the way, which tells nothing
    }
    boolean held = lateness.heldWithin(nowNanos, 2 * base.nanos() + (long) usual);
    double noise = held ? Double.POSITIVE_INFINITY : settings.dropErrors() * lateness.jitterNanos();
    boolean clean = lateness.heldNanos(nowNanos) == 0 && !coalescing;
    rate.sample(Math.max(1, spanNanos), spanBytes, noise, clean);
    queuedNanos =
        flight.begun(frame) ? flight.beganAt(frame) - flight.sentAt(frame) - base.nanos() : 0;
  }

  /// Asks whether the next frame may go. Ask again when a frame comes, after a pong that was news,
  /// and after the time given; choose the frame after the answer, never before.
  ///
  /// @return 0 when it may go now, else nanoseconds
  public long gate(long nowNanos) {
    long wait = run.waitNanos(nowNanos);
    if (wait == FreeRun.OVER) {
      wait = waitNanos(nowNanos);
    }
    if (wait == 0) {
      waiting = Waiting.NOT;
    } else {
      waiting = quietNanos(nowNanos) > silenceNanos() / 2 ? Waiting.STALLED : Waiting.LINK;
    }
    return wait;
  }

  private long waitNanos(long nowNanos) {
    use.offered(nowNanos);
    if (fellBack || idle(nowNanos)) {
      return 0;
    }
    if (!answered) {
      return nowNanos - firstSentAt >= settings.answerNanos()
          ? 0
          : Math.max(0, lastSentAt + settings.firstGapNanos() - nowNanos);
    }
    long atMost = settings.silenceNanos();
    boolean overdue = false;
    if (flight.pinged()) {
      atMost = silenceNanos() - quietNanos(nowNanos);
      if (atMost <= 0) {
        return 0;
      }
      overdue = nowNanos > flight.dueAt(flight.oldestPinged()) + toleranceNanos(nowNanos);
    }
    if (base.stale(nowNanos)) {
      draining = true; // let the path run empty once: the next round trip is a clean one
    }
    long newest = flight.sent() - 1;
    boolean braking =
        flight.count() > 1
            && queuedNanos > base.nanos() + nanosFor(flight.bytes(newest)) + BRAKE_NANOS;
    boolean closed = draining || !rate.known() || flight.full();
    if (!closed && hasRoom(nowNanos)) {
      return 0;
    }
    if (mayTry(nowNanos)) {
      trials.begin();
      return 0;
    }
    if (closed || braking || overdue) {
      return hiccup(nowNanos) ? 0 : atMost;
    }
    long open = flight.dueAt(newest) - base.nanos() - slackNanos();
    return Math.max(0, Math.min(open - nowNanos, atMost));
  }

  /// Whether a late pong speaks of a busy peer, not of a queue: the link is so fast that all that
  /// is on its way takes next to no time, and the peer was heard a moment ago. What is sent on top
  /// costs the link nothing; what waited would be skipped.
  private boolean hiccup(long nowNanos) {
    return !flight.full()
        && fast(flight.bytes(flight.sent() - 1))
        && quietNanos(nowNanos) <= settings.hiccupNanos()
        && nanosFor(flight.outstandingBytes()) <= settings.aheadNanos();
  }

  /// Whether a frame may go although those before it are not known to have arrived: the camera
  /// leaves the link time, and no more is on its way than it sends in a round trip and a usual
  /// stop, and one frame on top. A pong that is late there is one of a segment that was lost. When
  /// that was the last segment, or the pong itself, nothing but another frame makes TCP notice
  /// before its timeout of 200 ms; and frames that go behind a stop arrive as soon as it ends. What
  /// is on the way when such a link slows down takes that much longer, so it is bounded twice, by
  /// frames and by time. Fast links have a rule of their own.
  private boolean hasRoom(long nowNanos) {
    int bytes = flight.bytes(flight.sent() - 1);
    if (!use.leavesRoom() || coalescing || fast(bytes)) {
      return false;
    }
    long stop = Math.min(lateness.heldNanos(nowNanos), mostPatienceNanos());
    long away = base.nanos() + stop;
    return heardLately(nowNanos)
        && flight.count() <= 1 + use.framesIn(away + nanosFor(bytes))
        && nanosFor(flight.outstandingBytes()) <= away + settings.aheadNanos();
  }

  /// Whether a frame may go by the system's word, before the estimate says so: at most twice as
  /// many are on their way as the estimate allows, while it may be right, and never more than the
  /// camera sends in two round trips, one for a stop, and a frame's own time.
  private boolean mayTry(long nowNanos) {
    int allowed = trials.allows(nowNanos);
    if (allowed == 0 || flight.full()) {
      return false;
    }
    long frameNanos = Math.max(1, nanosFor(flight.bytes(flight.sent() - 1)));
    long usual = base.nanos() / frameNanos;
    long ever = 1L + use.framesIn(2 * base.nanos() + base.nanos() / 4 + frameNanos);
    long most = trials.haveProvenRoom() ? ever : Math.min(ever, 1 + 2 * usual);
    return heardLately(nowNanos)
        && flight.count() <= most
        && flight.count() <= allowed + Math.min(usual, use.framesIn(base.nanos()));
  }

  private boolean heardLately(long nowNanos) {
    return quietNanos(nowNanos) <= base.nanos() + settings.hiccupNanos();
  }

  /// How much earlier than predicted a frame goes: the less sure the prediction, the more, or every
  /// late pong would leave the link idle.
  private long slackNanos() {
    long unsure = (long) (settings.slackPerJitter() * lateness.jitterNanos());
    return settings.slackNanos() + Math.min(unsure, settings.jitterSlackNanos());
  }

  /// How long a pong may be overdue before no more frames are sent. On a clean link less than
  /// nothing, the slack: waiting for a pong that is just coming costs little, and when the rate has
  /// dropped each frame sent on top is one more that everybody after it waits for.
  private long toleranceNanos(long nowNanos) {
    long usual = Math.max(lateness.jitterNanos(), lateness.heldNanos(nowNanos));
    long most = mostPatienceNanos();
    return coalescing ? most : Math.min(usual, most) - settings.slackNanos();
  }

  private long mostPatienceNanos() {
    return base.nanos() + settings.patienceNanos();
  }

  private long silenceNanos() {
    long usual = base.nanos() + (flight.count() == 0 ? 0 : nanosFor(flight.bytes(flight.oldest())));
    return Math.max(settings.silenceNanos(), 4 * usual);
  }

  /// For how long an open ping has been without any sign of the peer, or of us risking a frame.
  private long quietNanos(long nowNanos) {
    if (!flight.pinged()) {
      return 0;
    }
    long since = flight.sentAt(flight.oldestPinged());
    since = answered ? Math.max(since, lastPongAt) : since;
    since = probes > 0 ? Math.max(since, lastProbeAt) : since;
    return nowNanos - since;
  }

  /// Nothing is on its way, or only frames without pings that must have arrived by now.
  private boolean idle(long nowNanos) {
    return flight.count() == 0 || (!flight.pinged() && nowNanos >= flight.dueAt(flight.sent() - 1));
  }

  private long nanosFor(int length) {
    return (long) (rate.nanosPerByte() * length);
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

  /// Base round trip in nanoseconds, -1 when unknown.
  public long roundTripNanos() {
    return base.known() ? base.nanos() : -1;
  }

  /// How long the frame took that was acknowledged last, from before it was written to its second
  /// pong.
  public long lastDeliveryNanos() {
    return deliveries.last();
  }

  /// How much of that was more than the link takes when nothing else is on it: either the frame
  /// waited, or its pong did.
  public long lastExcessNanos() {
    return deliveries.lastExcess();
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
    return idle(nowNanos) ? 0 : flight.count();
  }

  /// Median time from write to acknowledgement of the latest frames, -1 when unknown.
  public long deliveryNanos() {
    return deliveries.median();
  }
}
