// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.time.Duration;

/// Why a camera streams, or does not: a value, changed by [#on] into the next value and an effect.
///
/// `IDLE → STARTING` (first viewer, told to start) `→ LIVE` (first frame) `→ LINGERING` (last
/// viewer left) `→ IDLE` (linger time over, told to stop). A viewer who comes while it lingers
/// finds it still running. Only viewers make demand: a camera that streams unasked stays idle.
///
/// @param state where it stands
/// @param viewers how many viewers watch or wait
/// @param publishing whether a publisher is there
/// @param streaming whether a frame has come since the publisher was last told to start
/// @param lingerEndsNanos when to stop; only means something while lingering
/// @param lastViewer client id of the viewer who left last, or came last; empty before the first
public record Demand(
    State state,
    int viewers,
    boolean publishing,
    boolean streaming,
    long lingerEndsNanos,
    String lastViewer) {

  /// The four states.
  public enum State {
    /// Nothing is asked of the publisher, or there is none.
    IDLE,
    /// It has been told to start, and nothing has come yet.
    STARTING,
    /// Frames come, and somebody watches.
    LIVE,
    /// The last viewer has left a moment ago; another one may come.
    LINGERING
  }

  /// What can happen.
  public sealed interface Event {
    /// A viewer chose this camera.
    record ViewerJoined(String viewer) implements Event {}

    /// A viewer stopped watching it.
    record ViewerLeft(String viewer) implements Event {}

    /// A frame or an announced payload arrived.
    record FrameArrived() implements Event {}

    /// A publisher came, be it the first one or in place of another.
    record PublisherCame() implements Event {}

    /// The publisher left and nobody took its place.
    record PublisherWent() implements Event {}

    /// Time went by.
    record Tick() implements Event {}
  }

  /// What is to be done to the publisher.
  public sealed interface Effect {
    /// Nothing.
    record None() implements Effect {}

    /// Tell it to start.
    record Start(String requestedBy) implements Effect {}

    /// Tell it to stop.
    record Stop(String requestedBy) implements Effect {}
  }

  /// The outcome of an event.
  ///
  /// @param next the demand from now on
  /// @param effect what is to be done
  public record Step(Demand next, Effect effect) {}

  private static final Effect NONE = new Effect.None();

  /// No publisher, no viewer.
  public static Demand initial() {
    return new Demand(State.IDLE, 0, false, false, 0, "");
  }

  /// What an event leads to.
  public Step on(Event event, long nowNanos, Duration linger) {
    return switch (event) {
      case Event.ViewerJoined(String viewer) -> joined(viewer);
      case Event.ViewerLeft(String viewer) -> left(viewer, nowNanos, linger);
      case Event.FrameArrived() -> arrived();
      case Event.PublisherCame() -> came();
      case Event.PublisherWent() ->
          quietly(new Demand(State.IDLE, viewers, false, false, 0, lastViewer));
      case Event.Tick() -> tick(nowNanos);
    };
  }

  private Step joined(String viewer) {
    int more = viewers + 1;
    return switch (state) {
      case IDLE ->
          publishing
              ? start(more, viewer)
              : quietly(new Demand(State.IDLE, more, false, false, 0, viewer));
      case STARTING, LIVE -> quietly(with(state, more, viewer));
      case LINGERING -> quietly(with(streaming ? State.LIVE : State.STARTING, more, viewer));
    };
  }

  private Step left(String viewer, long nowNanos, Duration linger) {
    int fewer = Math.max(0, viewers - 1);
    return switch (state) {
      case STARTING, LIVE ->
          quietly(
              fewer > 0
                  ? with(state, fewer, viewer)
                  : new Demand(
                      State.LINGERING, 0, true, streaming, nowNanos + linger.toNanos(), viewer));
      case IDLE, LINGERING -> quietly(with(state, fewer, viewer));
    };
  }

  private Step arrived() {
    return switch (state) {
      case STARTING -> quietly(new Demand(State.LIVE, viewers, true, true, 0, lastViewer));
      case LINGERING ->
          quietly(new Demand(State.LINGERING, viewers, true, true, lingerEndsNanos, lastViewer));
      case IDLE, LIVE -> quietly(this);
    };
  }

  /// Whatever the one before was told, this publisher was told nothing yet.
  private Step came() {
    return viewers > 0
        ? start(viewers, lastViewer)
        : quietly(new Demand(State.IDLE, 0, true, false, 0, lastViewer));
  }

  private Step tick(long nowNanos) {
    return state == State.LINGERING && nowNanos - lingerEndsNanos >= 0
        ? new Step(
            new Demand(State.IDLE, 0, true, false, 0, lastViewer), new Effect.Stop(lastViewer))
        : quietly(this);
  }

  private static Step start(int viewers, String viewer) {
    return new Step(
        new Demand(State.STARTING, viewers, true, false, 0, viewer), new Effect.Start(viewer));
  }

  private static Step quietly(Demand next) {
    return new Step(next, NONE);
  }

  private Demand with(State state, int viewers, String viewer) {
    return new Demand(state, viewers, publishing, streaming, lingerEndsNanos, viewer);
  }
}
