// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jetsonrelay.server.hub.Demand.Effect;
import org.jetsonrelay.server.hub.Demand.Event;
import org.jetsonrelay.server.hub.Demand.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DemandTest {

  private static final Duration LINGER = Duration.ofSeconds(5);
  private static final long NOW = Long.MAX_VALUE - 1_000; // nanoTime may wrap while it lingers
  private static final long LATER = NOW + LINGER.toNanos();

  private static final Event JOIN = new Event.ViewerJoined("v2");
  private static final Event LEAVE = new Event.ViewerLeft("v2");
  private static final Event FRAME = new Event.FrameArrived();
  private static final Event CAME = new Event.PublisherCame();
  private static final Event WENT = new Event.PublisherWent();
  private static final Event TICK = new Event.Tick();

  private static final Effect NONE = new Effect.None();

  /// Situations that a camera can be in, all four states among them.
  private static final Demand NOBODY = Demand.initial();

  private static final Demand WAITED_FOR = new Demand(State.IDLE, 1, false, false, 0, "v1");
  private static final Demand UNWATCHED = new Demand(State.IDLE, 0, true, false, 0, "");
  private static final Demand STARTING = new Demand(State.STARTING, 1, true, false, 0, "v1");
  private static final Demand LIVE = new Demand(State.LIVE, 1, true, true, 0, "v1");
  private static final Demand LIVE_FOR_TWO = new Demand(State.LIVE, 2, true, true, 0, "v1");
  private static final Demand LINGERING = new Demand(State.LINGERING, 0, true, true, LATER, "v1");
  private static final Demand LINGERING_UNSTARTED =
      new Demand(State.LINGERING, 0, true, false, LATER, "v1");

  static Stream<Row> table() {
    return Stream.of(
        row(NOBODY, JOIN, NOW, State.IDLE, 1, NONE),
        row(NOBODY, LEAVE, NOW, State.IDLE, 0, NONE),
        row(NOBODY, FRAME, NOW, State.IDLE, 0, NONE),
        row(NOBODY, CAME, NOW, State.IDLE, 0, NONE),
        row(NOBODY, WENT, NOW, State.IDLE, 0, NONE),
        row(NOBODY, TICK, LATER, State.IDLE, 0, NONE),
        row(WAITED_FOR, JOIN, NOW, State.IDLE, 2, NONE),
        row(WAITED_FOR, LEAVE, NOW, State.IDLE, 0, NONE),
        row(WAITED_FOR, FRAME, NOW, State.IDLE, 1, NONE),
        row(WAITED_FOR, CAME, NOW, State.STARTING, 1, new Effect.Start("v1")),
        row(WAITED_FOR, WENT, NOW, State.IDLE, 1, NONE),
        row(WAITED_FOR, TICK, LATER, State.IDLE, 1, NONE),
        row(UNWATCHED, JOIN, NOW, State.STARTING, 1, new Effect.Start("v2")),
        row(UNWATCHED, LEAVE, NOW, State.IDLE, 0, NONE),
        row(UNWATCHED, FRAME, NOW, State.IDLE, 0, NONE),
        row(UNWATCHED, CAME, NOW, State.IDLE, 0, NONE),
        row(UNWATCHED, WENT, NOW, State.IDLE, 0, NONE),
        row(UNWATCHED, TICK, LATER, State.IDLE, 0, NONE),
        row(STARTING, JOIN, NOW, State.STARTING, 2, NONE),
        row(STARTING, LEAVE, NOW, State.LINGERING, 0, NONE),
        row(STARTING, FRAME, NOW, State.LIVE, 1, NONE),
        row(STARTING, CAME, NOW, State.STARTING, 1, new Effect.Start("v1")),
        row(STARTING, WENT, NOW, State.IDLE, 1, NONE),
        row(STARTING, TICK, LATER, State.STARTING, 1, NONE),
        row(LIVE, JOIN, NOW, State.LIVE, 2, NONE),
        row(LIVE, LEAVE, NOW, State.LINGERING, 0, NONE),
        row(LIVE, FRAME, NOW, State.LIVE, 1, NONE),
        row(LIVE, CAME, NOW, State.STARTING, 1, new Effect.Start("v1")),
        row(LIVE, WENT, NOW, State.IDLE, 1, NONE),
        row(LIVE, TICK, LATER, State.LIVE, 1, NONE),
        row(LIVE_FOR_TWO, LEAVE, NOW, State.LIVE, 1, NONE),
        row(LINGERING, JOIN, NOW, State.LIVE, 1, NONE),
        row(LINGERING, LEAVE, NOW, State.LINGERING, 0, NONE),
        row(LINGERING, FRAME, NOW, State.LINGERING, 0, NONE),
        row(LINGERING, CAME, NOW, State.IDLE, 0, NONE),
        row(LINGERING, WENT, NOW, State.IDLE, 0, NONE),
        row(LINGERING, TICK, LATER - 1, State.LINGERING, 0, NONE),
        row(LINGERING, TICK, LATER, State.IDLE, 0, new Effect.Stop("v1")),
        row(LINGERING_UNSTARTED, JOIN, NOW, State.STARTING, 1, NONE),
        row(LINGERING_UNSTARTED, TICK, LATER, State.IDLE, 0, new Effect.Stop("v1")));
  }

  @ParameterizedTest
  @MethodSource("table")
  void stepsAsTheTableSays(Row row) {
    Demand.Step step = row.before().on(row.event(), row.nowNanos(), LINGER);

    assertThat(step.next().state()).isEqualTo(row.state());
    assertThat(step.next().viewers()).isEqualTo(row.viewers());
    assertThat(step.effect()).isEqualTo(row.effect());
  }

  @Test
  void hasARowForEveryStateAndEvent() {
    List<Row> rows = table().toList();
    for (State state : EnumSet.allOf(State.class)) {
      Set<Class<?>> events =
          rows.stream()
              .filter(row -> row.before().state() == state)
              .map(row -> row.event().getClass())
              .collect(Collectors.toSet());
      assertThat(events)
          .as("%s", state)
          .containsExactlyInAnyOrder(Event.class.getPermittedSubclasses());
    }
  }

  @Test
  void lingersForTheLingerTimeFromTheLastViewersLeave() {
    Demand left = LIVE.on(LEAVE, NOW, LINGER).next();

    assertThat(left.lingerEndsNanos()).isEqualTo(LATER);
    assertThat(left.on(TICK, LATER, LINGER).effect()).isEqualTo(new Effect.Stop("v2"));
  }

  @Test
  void keepsThePublisherThroughAWholeRound() {
    Demand demand = UNWATCHED;
    for (Event event : List.of(JOIN, FRAME, LEAVE)) {
      demand = demand.on(event, NOW, LINGER).next();
    }
    demand = demand.on(TICK, LATER, LINGER).next();

    assertThat(demand.on(JOIN, LATER, LINGER).effect()).isEqualTo(new Effect.Start("v2"));
  }

  @Test
  void remembersAFrameThatCameWhileLingering() {
    Demand demand = LINGERING_UNSTARTED.on(FRAME, NOW, LINGER).next();

    assertThat(demand.on(JOIN, NOW, LINGER).next().state()).isEqualTo(State.LIVE);
  }

  private static Row row(
      Demand before, Event event, long nowNanos, State state, int viewers, Effect effect) {
    return new Row(before, event, nowNanos, state, viewers, effect);
  }

  /// One line of the table: from where, by what, at what time, to where, with what effect.
  record Row(Demand before, Event event, long nowNanos, State state, int viewers, Effect effect) {}
}
