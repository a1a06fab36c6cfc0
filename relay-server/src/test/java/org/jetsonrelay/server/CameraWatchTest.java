// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jetsonrelay.server.hub.CameraRow;
import org.junit.jupiter.api.Test;

class CameraWatchTest {

  private static final long SECOND = 1_000_000_000L;

  private final List<String> changes = new ArrayList<>();
  private List<CameraRow> rows = List.of();
  private long nowNanos = 7 * SECOND;
  private final CameraWatch watch =
      new CameraWatch(
          _ -> rows, change -> changes.add(change.camera() + (change.stale() ? "-" : "+")));

  private void look(CameraRow... now) {
    rows = List.of(now);
    nowNanos += SECOND;
    watch.check(nowNanos);
  }

  private static CameraRow camera(String demand, boolean live, int viewers, long ageMillis) {
    return new CameraRow(
        "front",
        "client_1",
        "10.0.0.9:40000",
        demand,
        live,
        0,
        0,
        0,
        0,
        12,
        12,
        ageMillis,
        viewers,
        60_000,
        "",
        List.of(),
        null,
        Map.of());
  }

  @Test
  void aWatchedCameraThatStopsIsStaleUntilItIsBackAndThatIsSaidOnce() {
    look(camera("live", true, 2, 30));
    assertThat(watch.stale()).isEmpty();
    look(camera("live", false, 2, 2_250));
    look(camera("live", false, 2, 3_250));
    assertThat(watch.stale()).containsExactly("camera front has sent no frame for 3 s");
    assertThat(changes).containsExactly("front-");
    look(camera("live", true, 2, 30));
    assertThat(watch.stale()).isEmpty();
    look(camera("live", true, 2, 30));
    assertThat(changes).containsExactly("front-", "front+");
  }

  @Test
  void aCameraThatNobodyWatchesOwesNothing() {
    look(camera("idle", false, 0, 60_000));
    look(camera("lingering", false, 0, 4_000));
    assertThat(watch.stale()).isEmpty();
    assertThat(changes).isEmpty();
  }

  @Test
  void aStaleCameraThatNobodyWatchesAnyMoreIsForgiven() {
    look(camera("live", false, 1, 2_250));
    look(camera("idle", false, 0, 9_000));
    assertThat(watch.stale()).isEmpty();
    assertThat(changes).containsExactly("front-", "front+");
    look();
    assertThat(changes).hasSize(2);
  }

  @Test
  void aCameraThatIsStartingHasTenSeconds() {
    for (int i = 0; i < 10; i++) {
      look(camera("starting", false, 1, -1));
    }
    assertThat(watch.stale()).isEmpty();
    look(camera("starting", false, 1, -1));
    assertThat(watch.stale()).containsExactly("camera front was asked for frames and sends none");
    assertThat(changes).containsExactly("front-");
  }

  @Test
  void looksNoMoreThanOnceASecond() {
    look(camera("live", true, 1, 10));
    rows = List.of(camera("live", false, 1, 2_100));
    watch.check(nowNanos + SECOND - 1);
    assertThat(watch.stale()).isEmpty();
    watch.check(nowNanos + SECOND);
    assertThat(watch.stale()).hasSize(1);
  }
}
