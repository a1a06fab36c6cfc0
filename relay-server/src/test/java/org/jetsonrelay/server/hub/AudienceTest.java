// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a publisher is told of its viewers.
class AudienceTest {

  private final TestHub hub = new TestHub();
  private final Feed feed = hub.attach(new TestPublisher("client_1"), "front");

  /// A viewer that is served as the test says.
  private record Served(String id, Reception served) implements Viewer {
    @Override
    public void mail() {}

    @Override
    public void camerasChanged() {}

    @Override
    public ViewerRow row() {
      return new TestViewer(id).row();
    }

    @Override
    public Reception reception(long nowNanos) {
      return served;
    }
  }

  private Watch watch(String id, double maxFps, double deliveryMillis) {
    return hub.watchAll(new Served(id, new Reception(maxFps, deliveryMillis)));
  }

  /// A second of ten frames, of which each viewer takes every so-and-so-manieth.
  private Audience afterASecond(Map<Watch, Integer> every) {
    for (int i = 0; i < 10; i++) {
      hub.publish(feed);
      hub.pass(100);
      int number = i;
      every.forEach((watch, n) -> {
        if (number % n == n - 1) {
          TestHub.takeAll(watch);
        }
      });
    }
    return feed.audience(hub.nowNanos);
  }

  @Test
  void isNobodyAtFirst() {
    assertThat(feed.audience(hub.nowNanos)).isEqualTo(new Audience(0, -1, 0, 0));
  }

  @Test
  void isNotMeasuredBeforeASecondLook() {
    watch("client_2", 5, 12);

    assertThat(feed.audience(hub.nowNanos)).isEqualTo(new Audience(1, -1, 5, 0));
  }

  @Test
  void isAsWellServedAsTheBestOfIt() {
    Map<Watch, Integer> every = new HashMap<>();
    every.put(watch("client_2", 5, 12.4), 2);
    every.put(watch("client_3", 7.5, 900), 10);
    feed.audience(hub.nowNanos);

    assertThat(afterASecond(every)).isEqualTo(new Audience(2, 5, 7.5, 12));
  }

  @Test
  void wantsAllWhenOneOfItSetNoLimit() {
    watch("client_2", 5, 12);
    watch("client_3", Double.POSITIVE_INFINITY, -1);

    assertThat(feed.audience(hub.nowNanos).wantedFps()).isZero();
  }

  @Test
  void getsNothingWhenNobodyTakesAnything() {
    watch("client_2", 5, 12);
    feed.audience(hub.nowNanos);
    hub.publish(feed);
    hub.pass(1000);

    assertThat(feed.audience(hub.nowNanos).deliveredFps()).isZero();
  }
}
